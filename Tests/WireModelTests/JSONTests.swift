import Testing
import WireModel

@Suite struct JSONTests {
    @Test(arguments: [
        (#"{"b":1,"a":[true,false,null]}"#, #"{"a":[true,false,null],"b":1}"#),
        (#""\u00e9\ud83d\ude00\n\/""#, "\"é😀\\n/\""),
        (#"[12345678901234567890, 1.5, 1e2, -0]"#, "[12345678901234567890,1.5,100.0,0]"),
        ("\u{FEFF}[]", "[]"),
        (#"{"k":1,"k":2}"#, #"{"k":2}"#),
        (#""\ud800""#, "\"\u{FFFD}\""),
    ])
    func readsAndWrites(text: String, expected: String) throws {
        #expect(try JSONReader.read(Array(text.utf8)).text == expected)
    }

    @Test(arguments: [
        "", "{", "[1,", "[1 2]", #"{"a" 1}"#, "tru", "01", "1.", "-", #""\x""#, #""\u12""#, "[]]", "\"abc",
    ])
    func refuses(text: String) {
        #expect(throws: JSONError.self) { try JSONReader.read(Array(text.utf8)) }
    }

    @Test func keepsWhatStoodBeforeTheFault() {
        let (value, fault) = JSONReader.readLeniently(Array(#"{"items":[{"id":"1"},{"id":"2","title":"cut"#.utf8))
        #expect(fault != nil)
        #expect(value?["items"]?.array?.count == 2)
        #expect(value?["items"]?.array?.last?["id"] == "2")
    }

    @Test(arguments: [
        (#"[{"a":1 "b":2},{"a":3}]"#, #"[{"a":1,"b":2},{"a":3}]"#), (#"[1,,2,]"#, "[1,2]"),
        (#"{"a":undefined,"b":2}"#, #"{"b":2}"#), (#"{a:1,"b":"x\qy"}"#, #"{"a":1,"b":"x\\qy"}"#),
        (#"[{"a":[1},{"b":2}]"#, #"[{"a":[1]},{"b":2}]"#), ("{{{{\"a\":1}", #"{"a":1}"#), ("[}", "[]"), ("{]", "{}"),
    ])
    func readsOnAfterAFault(text: String, meaning: String) throws {
        let (value, fault) = JSONReader.readLeniently(Array(text.utf8))
        #expect(fault != nil)
        #expect(value?.text == meaning)
    }

    @Test(arguments: [
        (#" {"b":{"a":[1,"]}\"a\":9"]},"a":["x",{"y":1}],"c":2,"d":null}"#, #"{"a":["x",{"y":1}],"d":null}"#),
        (#"{"a":1,"b":"\\","a":2}"#, #"{"a":2}"#), (#"{"a":1,"b":[{"#, #"{"a":1}"#), ("[1]", "{}"), ("", "{}"),
        (#"{"b":"\"#, "{}"), (#"{"a":1,"b":]],"d":1}"#, #"{"a":1}"#),
    ])
    func readsSomeMembers(text: String, meaning: String) {
        #expect(JSONValue.object(JSONReader.members(["a", "d"], of: Array(text.utf8))).text == meaning)
    }

    @Test func depthIsLimited() {
        let deep = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
        #expect(throws: JSONError.self) { try JSONReader.read(deep) }
    }

    @Test func keysAreSortedByCodePoint() {
        let value: JSONValue = ["é": .null, "z": .null, "Z": .null, "\u{10000}": .null, "\u{FFFD}": .null]
        #expect(value.text == "{\"Z\":null,\"z\":null,\"é\":null,\"\u{FFFD}\":null,\"\u{10000}\":null}")
    }
}
