import Testing
import WireModel

struct MessageIDTests {
    @Test(arguments: [
        (UInt64(0), UInt64(0), "msg_00000000000000000000000000"),
        (.max, .max, "msg_7ZZZZZZZZZZZZZZZZZZZZZZZZZ"),
        (0, 33, "msg_00000000000000000000000011"),
        (1, 0, "msg_0000000000000G000000000000"),
    ])
    func writesAllBits(high: UInt64, low: UInt64, text: String) {
        #expect(MessageID(high: high, low: low).rawValue == text)
    }
}
