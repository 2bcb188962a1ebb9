/// topic:other-id: another topic's query as a part of this one.
enum TopicOperator: QueryOperator {
    static let keyword = "topic"
    static let manual = OperatorManual(
        syntax: "topic:other-id", summary: "Reuses another topic's query. A circle of topics is an error.", examples: []
    )
    static let fields: [FieldRule] = [
        FieldRule("topic", sample: "other-id") { value throws(QueryProblem) in .topic(value.text) }
    ]
}
