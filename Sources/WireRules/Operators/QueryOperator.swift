/// An operator of the query language. A new one is a file in this folder and a line in `QueryOperators.all`.
protocol QueryOperator: Sendable {
    /// Names the operator in the manual and in tests.
    static var keyword: String { get }
    static var manual: OperatorManual { get }
    /// The `name:` forms that it adds to the language; none for most.
    static var fields: [FieldRule] { get }
}

extension QueryOperator {
    static var fields: [FieldRule] { [] }
}

/// What a person reads about an operator. Every example is a test.
public struct OperatorManual: Hashable, Sendable {
    public struct Example: Hashable, Sendable {
        public let query: String
        public let title: String
        public let text: String
        public let matches: Bool

        init(_ query: String, _ text: String, title: String = "", matches: Bool = true) {
            self.query = query
            self.title = title
            self.text = text
            self.matches = matches
        }
    }

    /// How it is written, in all its spellings.
    public let syntax: String
    public let summary: String
    public let examples: [Example]
}

/// All operators of the language.
public enum QueryOperators {
    static let all: [any QueryOperator.Type] = [
        WordOperator.self,
        BooleanOperator.self,
        NearOperator.self,
        CountOperator.self,
        RegexOperator.self,
        FieldOperator.self,
        LinkOperator.self,
        OriginOperator.self,
        TimeOperator.self,
        EditOperator.self,
        TopicOperator.self,
    ]

    /// The manual of the language, operator by operator.
    public static var manuals: [(keyword: String, manual: OperatorManual)] {
        all.map { ($0.keyword, $0.manual) }
    }

    /// `#x` is `category:x`.
    static let category = FieldRule("category", field: .category, sample: "politics")

    private static let rules: [FieldRule] = all.flatMap { $0.fields }

    private static let byName: [String: FieldRule] = Dictionary(
        rules.flatMap { rule in ([rule.name] + rule.aliases).map { ($0, rule) } },
        uniquingKeysWith: { first, _ in first })

    static func field(named name: String) -> FieldRule? { byName[name.lowercased()] }

    static let fieldNames: [String] = rules.flatMap { [$0.name] + $0.aliases }
}

/// A field of the language: its names and what its value may be.
final class FieldRule: Sendable {
    enum Value: Sendable {
        /// Any operand, looked for in a text.
        case operand(TextField)
        /// Any operand, looked for in what an edit changed.
        case edit(Edit)
        /// Plain text up to the next blank, read by the operator.
        case plain(@Sendable (FieldValue) throws(QueryProblem) -> Expression.Kind)
    }

    let name: String
    let aliases: [String]
    /// A value that could stand behind it, for messages.
    let sample: String
    let value: Value

    /// The text it looks in; nil for fields with plain values.
    var field: TextField? {
        if case .operand(let field) = value { return field }
        return nil
    }

    init(_ name: String, aliases: [String] = [], field: TextField, sample: String) {
        self.name = name
        self.aliases = aliases
        self.sample = sample
        value = .operand(field)
    }

    init(_ name: String, edit: Edit, sample: String) {
        self.name = name
        aliases = []
        self.sample = sample
        value = .edit(edit)
    }

    init(
        _ name: String, aliases: [String] = [], sample: String,
        read: @escaping @Sendable (FieldValue) throws(QueryProblem) -> Expression.Kind
    ) {
        self.name = name
        self.aliases = aliases
        self.sample = sample
        value = .plain(read)
    }
}

/// The plain value of a field in a query.
struct FieldValue: Sendable {
    let field: String
    let text: String
    /// The value's place, without quotes.
    let range: Range<Int>
    let query: [UInt8]

    func problem(_ code: String, _ message: String, hint: String? = nil) -> QueryProblem {
        QueryProblem(.error, code, range, in: query, message, hint: hint)
    }
}
