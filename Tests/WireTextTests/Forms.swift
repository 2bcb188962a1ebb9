import WireText

/// The tokens of a text as `form@position`, with `+width` if it is not 1.
func described(_ text: String, language: String? = nil, side: Tokenizer.Side = .text) -> [String] {
    var buffer = TokenBuffer()
    Tokenizer(language: language, side: side).append(text, to: &buffer)
    return buffer.tokens.map { token in
        let form = String(decoding: buffer.form(of: token), as: UTF8.self)
        return "\(form)@\(token.position)" + (token.width == 1 ? "" : "+\(token.width)")
    }
}

/// The forms of a text, in order.
func forms(_ text: String, language: String? = nil, side: Tokenizer.Side = .text) -> [String] {
    var buffer = TokenBuffer()
    Tokenizer(language: language, side: side).append(text, to: &buffer)
    return buffer.tokens.map { String(decoding: buffer.form(of: $0), as: UTF8.self) }
}

/// Whether a query of words next to each other stands in one block of a text: the definition, without any index.
func matches(_ query: String, _ text: String, language: String? = nil) -> Bool {
    var wanted = TokenBuffer()
    Tokenizer(side: .query).append(query, to: &wanted)
    var found = TokenBuffer()
    Tokenizer(language: language).append(text, to: &found)
    guard !wanted.tokens.isEmpty else { return false }
    // A query of clusters is the phrase of its pairs.
    func isNeeded(_ token: Token) -> Bool {
        guard token.kind == .gram else { return true }
        let isOfWord = wanted.tokens.contains { $0.kind != .gram && $0.position == token.position }
        let isOfPair = wanted.tokens.contains {
            $0.kind == .gram && $0.width == 2 && ($0.position == token.position || $0.position + 1 == token.position)
        }
        return !isOfWord && (token.width == 2 || !isOfPair)
    }
    func standsIn(_ form: ArraySlice<UInt8>, _ token: Token) -> Bool {
        if Array(found.form(of: token)) == Array(form) { return true }
        let query = String(decoding: form, as: UTF8.self)
        let isHangul = query.unicodeScalars.count > 1 && query.unicodeScalars.allSatisfy { 0xAC00...0xD7A3 ~= $0.value }
        return isHangul && String(decoding: found.form(of: token), as: UTF8.self).contains(query)
    }
    let needed = wanted.tokens.filter(isNeeded)
    func goesOn(_ place: UInt32, _ textPlace: UInt32) -> Bool {
        guard place < wanted.wordCount else { return true }
        let here = needed.filter { $0.position == place }
        if here.isEmpty { return goesOn(place + 1, textPlace) }  // the second cluster of the last pair
        return here.contains { part in
            found.tokens.contains { token in
                guard token.position == textPlace, standsIn(wanted.form(of: part), token) else { return false }
                if part.kind == .gram { return goesOn(place + 1, textPlace + 1) }
                return goesOn(place + part.width, textPlace + token.width)
            }
        }
    }
    return found.tokens.contains { goesOn(0, $0.position) }
}
