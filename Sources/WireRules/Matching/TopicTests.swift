public import WireModel

/// The topics' own tests.
extension TopicSet {
    /// Runs the tests of all topics in force; every one that fails is an error at its place.
    public func runTests(now: Timestamp) -> [QueryProblem] {
        var matcher = Matcher(self)
        var problems: [QueryProblem] = []
        for topic in topics {
            for test in topic.tests {
                let article = ArticleFacts(item: test.item, feed: test.feed, clock: Clock(seen: now, now: now))
                let reason = matcher.ask(topic.id, article) { search, index in
                    let isMet = search.holds(Int(search.part.roots[index]), article)
                    return isMet == test.expectsMatch ? nil : search.reason(topic: index, isMet: isMet, article)
                }
                if let reason = reason ?? nil { problems.append(failure(of: test, topic, reason)) }
            }
        }
        return problems
    }

    private func failure(of test: TopicTest, _ topic: Topic, _ reason: String) -> QueryProblem {
        let message =
            test.expectsMatch
            ? "this test should match \(topic.id), but does not" : "this test should not match \(topic.id), but does"
        let excerpt = test.item.title ?? test.item.contentText ?? test.item.summary
        var problem = QueryProblem(
            .error, "test-failed", file: test.place?.file, line: test.place?.line ?? 1, column: test.place?.column ?? 1,
            lineText: nil, topic: topic.id, message, hint: reason)
        problem.excerpt = excerpt.map {
            QueryProblem.Excerpt(before: "", meant: String($0.prefix { $0 != "\n" }), after: "", limit: 100)
        }
        return problem
    }
}

extension TopicSearch {
    /// Why a topic holds or does not, in one line.
    fileprivate mutating func reason(topic: Int, isMet: Bool, _ article: ArticleFacts) -> String {
        if !isMet { return failure(of: topic, article).map { "\($0.clause): \($0.reason)" } ?? "it does not hold" }
        let held = clauses(of: topic, article).filter { !$0.isNegated && $0.holds }.map(\.clause)
        return "met by: \(held.joined(separator: ", "))"
    }
}
