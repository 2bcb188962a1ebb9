/// Host names with letters beyond ASCII in the form that the network uses (RFC 3492).
enum Punycode {
    /// Every label in ASCII; a host that cannot be written so stays as it is.
    static func asciiHost(_ host: String) -> String {
        if host.utf8.allSatisfy({ $0 < 0x80 }) { return host }
        return host.split(separator: ".", omittingEmptySubsequences: false)
            .map { label in
                label.utf8.allSatisfy { $0 < 0x80 } ? String(label) : "xn--" + encode(label.unicodeScalars.map(\.value))
            }
            .joined(separator: ".")
    }

    private static func encode(_ input: [UInt32]) -> String {
        guard input.count <= 256 else { return "" }
        var output = input.filter { $0 < 0x80 }.map { UInt8($0) }
        let basic = output.count
        var handled = basic
        if basic > 0 { output.append(UInt8(ascii: "-")) }
        var (n, delta, bias): (UInt32, UInt32, UInt32) = (128, 0, 72)
        while handled < input.count {
            guard let next = input.filter({ $0 >= n }).min() else { break }
            delta &+= (next - n) &* UInt32(handled + 1)
            n = next
            for value in input {
                if value < n { delta &+= 1 }
                guard value == n else { continue }
                append(delta, bias: bias, to: &output)
                bias = adapt(delta, UInt32(handled + 1), isFirst: handled == basic)
                delta = 0
                handled += 1
            }
            delta &+= 1
            n &+= 1
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func append(_ delta: UInt32, bias: UInt32, to output: inout [UInt8]) {
        var rest = delta
        var k: UInt32 = 36
        while true {
            let threshold = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias
            if rest < threshold { break }
            output.append(digit(threshold + (rest - threshold) % (36 - threshold)))
            rest = (rest - threshold) / (36 - threshold)
            k += 36
        }
        output.append(digit(rest))
    }

    private static func digit(_ value: UInt32) -> UInt8 {
        UInt8(truncatingIfNeeded: value < 26 ? value + 97 : value + 22)
    }

    private static func adapt(_ delta: UInt32, _ count: UInt32, isFirst: Bool) -> UInt32 {
        var delta = isFirst ? delta / 700 : delta / 2
        delta += delta / count
        var k: UInt32 = 0
        while delta > 455 {
            delta /= 35
            k += 36
        }
        return k + 36 * delta / (delta + 38)
    }
}
