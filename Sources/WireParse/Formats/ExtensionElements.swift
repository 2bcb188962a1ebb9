/// What elements of other vocabularies mean in a feed: a few are the feed's own content, the others are kept as they are.
enum ExtensionElements {
    static func meaning(of name: XMLKind, in scope: XMLScope) -> XMLMeaning {
        switch scope {
        case .entry:
            if name.vocabulary == .content, name.local == .encoded { return .text(.encoded) }
            if name.vocabulary == .xhtml, name.local == .body || name.local == .div { return .text(.xhtmlBody) }
            return .foreign
        case .head, .source, .person: return .foreign
        case .outside: return .transparent
        default: return .ignored
        }
    }
}
