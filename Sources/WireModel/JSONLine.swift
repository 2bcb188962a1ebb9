/// Writes an object as one line of JSON while its members come, without building values. Empty lists are left out.
///
/// Members must come in the order of their keys: then the line is the one that `JSONValue` would write.
struct JSONLine: JSONMembers {
    private var out: [UInt8] = []

    init() {
        out.reserveCapacity(480)  // Most lines fit: one allocation.
        out.append(UInt8(ascii: "{"))
    }

    /// The line; nil if the object is empty.
    consuming func close() -> String? {
        if out.count == 1 { return nil }
        out.append(UInt8(ascii: "}"))
        return String(decoding: out, as: UTF8.self)
    }

    mutating func set(_ key: String, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        begin(key)
        JSONValue.writeString(value, to: &out)
    }

    mutating func set(_ key: String, _ value: Int?) {
        guard let value else { return }
        begin(key)
        JSONValue.integer(Int64(value)).write(to: &out)
    }

    mutating func set(_ key: String, _ value: Double?) {
        guard let value else { return }
        begin(key)
        JSONValue(value).write(to: &out)
    }

    mutating func set(_ key: String, _ value: Bool?) {
        guard let value else { return }
        begin(key)
        JSONValue.bool(value).write(to: &out)
    }

    mutating func set(_ key: String, _ value: Timestamp?) { set(key, value?.description) }

    mutating func set(_ key: String, _ value: JSONValue?) {
        guard let value, value != .null, value != .object([:]) else { return }
        begin(key)
        value.write(to: &out)
    }

    mutating func set(_ key: String, object: (some JSONObject)?) {
        guard let object else { return }
        let start = out.count
        begin(key)
        if !write(object) { out.removeLast(out.count - start) }
    }

    mutating func list(_ key: String, _ values: [some JSONObject]) {
        if values.isEmpty { return }
        begin(key)
        out.append(UInt8(ascii: "["))
        for (index, value) in values.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            write(value)
        }
        out.append(UInt8(ascii: "]"))
    }

    private mutating func begin(_ key: String) {
        if out.last != UInt8(ascii: "{") { out.append(UInt8(ascii: ",")) }
        JSONValue.writeString(key, to: &out)
        out.append(UInt8(ascii: ":"))
    }

    /// Whether the object has members.
    @discardableResult private mutating func write(_ object: some JSONObject) -> Bool {
        out.append(UInt8(ascii: "{"))
        let start = out.count
        object.write(to: &self)
        defer { out.append(UInt8(ascii: "}")) }
        return out.count > start
    }
}
