/// A topic met by an article, and why. Kept for good with the article's revision that met it.
public struct Match: Hashable, Sendable {
    public let topic: String
    /// `sha256:` and 64 hexadecimal digits over the trimmed query.
    public let queryHash: String
    /// For sorting only: weights times occurrences.
    public let score: Double
    /// The sentence that holds the weightiest occurrence; nil if only metadata met the query.
    public let sentence: String?
    public let clauses: [MatchedClause]

    public init(topic: String, queryHash: String, score: Double, sentence: String?, clauses: [MatchedClause]) {
        self.topic = topic
        self.queryHash = queryHash
        self.score = score
        self.sentence = sentence
        self.clauses = clauses
    }

    public var json: JSONValue {
        var object: [String: JSONValue] = [
            "topic": .string(topic), "query_hash": .string(queryHash), "matched": .bool(true),
            "score": .number(score), "clauses": .array(clauses.map(\.json)),
        ]
        if let sentence { object["sentence"] = .string(sentence) }
        return .object(object)
    }

    /// Reads what `json` wrote; nil if a part is missing.
    public init?(json: JSONValue) {
        guard let topic = json["topic"]?.string, let queryHash = json["query_hash"]?.string,
            let score = json["score"]?.double, let clauses = json["clauses"]?.array
        else { return nil }
        self.init(
            topic: topic, queryHash: queryHash, score: score, sentence: json["sentence"]?.string,
            clauses: clauses.compactMap(MatchedClause.init(json:)))
    }
}

/// A clause of the query that held, as written, and the places that made it true (none for `site:` and its like
/// where no text is met).
public struct MatchedClause: Hashable, Sendable {
    public let clause: String
    public let spans: [Span]

    public init(clause: String, spans: [Span]) {
        self.clause = clause
        self.spans = spans
    }

    public var json: JSONValue { ["clause": .string(clause), "spans": .array(spans.map(\.json))] }

    init?(json: JSONValue) {
        guard let clause = json["clause"]?.string, let spans = json["spans"]?.array else { return nil }
        self.init(clause: clause, spans: spans.compactMap(Span.init(json:)))
    }
}

/// A place in one plain text of an article: a range of UTF-8 bytes.
public struct Span: Hashable, Sendable {
    /// `title`, `summary`, `content`, or a metadata field: `authors[1]`, `categories[0]`, `url`, `feed`.
    public let field: String
    public let offset: Int
    public let length: Int
    /// The words as they stand there.
    public let text: String

    public init(field: String, offset: Int, length: Int, text: String) {
        self.field = field
        self.offset = offset
        self.length = length
        self.text = text
    }

    var json: JSONValue {
        [
            "field": .string(field), "offset": .integer(Int64(offset)), "length": .integer(Int64(length)),
            "text": .string(text),
        ]
    }

    init?(json: JSONValue) {
        guard let field = json["field"]?.string, let offset = json["offset"]?.integer,
            let length = json["length"]?.integer, let text = json["text"]?.string
        else { return nil }
        self.init(field: field, offset: Int(offset), length: Int(length), text: text)
    }
}

/// Folded words that an article must contain to have any chance with a query; what a full-text index can answer.
public indirect enum TermExpression: Hashable, Sendable {
    case term(String)
    case prefix(String)
    case all([TermExpression])
    case any([TermExpression])
}
