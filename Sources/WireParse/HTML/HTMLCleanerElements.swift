/// Which elements are open, and what ends with what.
extension HTMLCleaner {
    mutating func push(_ element: HTMLElement, tag: [UInt8]) {
        guard stack.count < Limits.stack else { return }
        var tag = tag
        if written >= Sanitizer.Limits.depth { tag = [] }
        stack.append(Open(element: element, tag: tag, outside: outside))
        outside = nil
        openCounts[Int(element.id)] &+= 1
        guard !tag.isEmpty else { return }
        written += 1
        guard wantsHTML else { return }
        out.append(UInt8(ascii: "<"))
        out.append(contentsOf: tag)
        out.append(UInt8(ascii: ">"))
    }

    @discardableResult mutating func pop() -> Open? {
        guard let open = stack.popLast() else { return nil }
        openCounts[Int(open.element.id)] &-= 1
        if let outside = open.outside { address = outside }
        if open.element.traits.contains(.block), wantsText { text.endBlock() }
        guard !open.tag.isEmpty else {
            if open.element.traits.contains(.block) { owesGap = !out.isEmpty }
            return open
        }
        written -= 1
        guard wantsHTML else { return open }
        out.append(contentsOf: "</".utf8)
        out.append(contentsOf: open.element.name)
        out.append(UInt8(ascii: ">"))
        return open
    }

    mutating func end(_ element: HTMLElement) {
        if element.traits.contains(.block), wantsText { text.endBlock() }
        if element == .br {
            reader.forgetAttributes()
            start(element)
            return
        }
        guard !element.traits.contains(.void) else { return }
        if let index = pending.lastIndex(where: { $0.element == element }) {
            pending.remove(at: index)
            return
        }
        guard let index = openIndex(of: element) else {
            if element.traits.contains(.block) { owesGap = !out.isEmpty }
            return
        }
        close(to: index, reopensBlocks: element.traits.contains(.formatting))
    }

    /// The innermost open element that an end tag of `element` may close.
    private func openIndex(of element: HTMLElement) -> Int? {
        guard openCounts[Int(element.id)] > 0 || element.traits.contains(.heading) else { return nil }
        let isTablePart = element.traits.contains(.tablePart) || element == .table
        for index in stack.indices.reversed() {
            let open = stack[index]
            if open.element == element { return index }
            if element.traits.contains(.heading), open.has(.heading) { return index }
            if isTablePart ? open.isWritten && open.element == .table : open.has(.boundary) { return nil }
        }
        return nil
    }

    /// Closes the elements from `index` on; formatting among those above it goes on later, and blocks if wished.
    private mutating func close(to index: Int, reopensBlocks: Bool = false) {
        guard stack.count - 1 > index else {
            pop()
            return
        }
        var cut: [Open] = []
        while stack.count - 1 > index, let open = pop() {
            // Bold inside bold need not be bold twice.
            let isFormatting = open.element.traits.contains(.formatting)
            let goesOn = isFormatting ? !cut.contains { $0.tag == open.tag } : reopensBlocks
            if goesOn, open.isWritten { cut.append(open) }
        }
        pop()
        pending.insert(contentsOf: cut.reversed(), at: 0)
        if pending.count > Limits.pending { pending.removeFirst(pending.count - Limits.pending) }
    }

    /// Opens again what was cut, before text or a tag inside a line.
    mutating func reopen() {
        guard !pending.isEmpty else { return }
        let again = pending
        pending = []
        for open in again { push(open.element, tag: open.tag) }
    }

    /// Opens again the blocks among what was cut, before another block; formatting waits for its text.
    mutating func reopenBlocks() {
        guard !pending.isEmpty else { return }
        let again = pending.filter { !$0.element.traits.contains(.formatting) }
        pending.removeAll { !$0.element.traits.contains(.formatting) }
        for open in again { push(open.element, tag: open.tag) }
    }

    /// Closes what the start of `element` ends by HTML's rules.
    mutating func closeImplied(before element: HTMLElement) {
        let traits = element.traits
        if traits.contains(.closesParagraph) || element == .li || element == .dt || element == .dd {
            closeOpen([.p]) { $0.has(.boundary) }
            pending.removeAll { $0.element == .p }
        }
        if traits.contains(.heading), let last = stack.lastIndex(where: \.isWritten), stack[last].has(.heading) {
            close(to: last)
        }
        switch element {
        case .li: closeOpen([.li]) { $0.has(.boundary) || ($0.isWritten && ($0.element == .ul || $0.element == .ol)) }
        case .dt, .dd: closeOpen([.dt, .dd]) { $0.has(.boundary) || ($0.isWritten && $0.element == .dl) }
        case .rp, .rt: closeOpen([.rp, .rt]) { $0.has(.block) }
        case .a: closeOpen([.a], reopensBlocks: true) { $0.has(.boundary) }
        case .td, .th: closeTableParts(atMost: 0)
        case .tr: closeTableParts(atMost: 1)
        case _ where traits.contains(.tablePart): closeTableParts(atMost: 2)
        default: break
        }
        if element == .a { pending.removeAll { $0.element == .a } }
    }

    private mutating func closeOpen(
        _ elements: [HTMLElement], reopensBlocks: Bool = false, unless isBarrier: (Open) -> Bool
    ) {
        guard elements.contains(where: { openCounts[Int($0.id)] > 0 }) else { return }
        for index in stack.indices.reversed() {
            let open = stack[index]
            if elements.contains(open.element) {
                close(to: index, reopensBlocks: reopensBlocks)
                return
            }
            if isBarrier(open) { return }
        }
    }

    /// Closes the open cell (0), the row too (1), the group of rows too (2), within the innermost table.
    private mutating func closeTableParts(atMost level: Int) {
        guard let table = stack.lastIndex(where: { $0.isWritten && $0.element == .table }) else { return }
        let index = stack[(table + 1)...].firstIndex { open in
            guard open.has(.tablePart) else { return false }
            if open.has(.boundary) { return true }
            return open.element == .tr ? level >= 1 : level >= 2
        }
        guard let index else { return }
        close(to: index)
        pending = []
    }
}
