/// A value that few of many have. It lies apart: where it is absent it takes eight bytes.
struct Rare<Value: Hashable & Sendable>: Hashable, Sendable {
    /// One at most.
    private var held: [Value] = []

    init() {}

    var value: Value? {
        get { held.first }
        set {
            if let newValue { held = [newValue] } else { held = [] }
        }
    }

    /// Sets a part of the value; an absent part makes no value.
    mutating func put<Part>(_ part: Part?, into empty: @autoclosure () -> Value, _ set: (inout Value) -> Void) {
        if held.isEmpty {
            guard part != nil else { return }
            held.append(empty())
        }
        set(&held[0])
    }
}
