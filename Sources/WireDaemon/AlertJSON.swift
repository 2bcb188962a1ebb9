public import WireModel
public import WireStore

extension AlertRecord {
    /// The flagged item, as webhooks carry it, with what became of the alert.
    public var json: JSONValue {
        var members = flagged.json.object ?? [:]
        members["alert_id"] = .string(alert.id.description)
        members["created"] = .string(alert.created.description)
        members["revision"] = .integer(Int64(alert.revision))
        members["topic_name"] = .string(alert.topicName)
        if let muting = alert.muting { members["muted"] = .string(muting.rawValue) }
        if let time = alert.acknowledged { members["acknowledged"] = .string(time.description) }
        members["deliveries"] = .array(deliveries.map(\.json))
        members["messages"] = .array(messages.map { $0.json(withBody: false) })
        return .object(members)
    }
}

extension Delivery {
    var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("id", id.description)
        object.set("channel", channel)
        object.set("group", group)
        object.set("state", state.rawValue)
        object.set("message", message?.rawValue)
        object.set("cancelled", cancellation?.rawValue)
        object.set("silence_id", silence?.description)
        object.set("created", created)
        object.set("done", done)
        return object.value
    }
}

extension Message {
    /// - Parameter withBody: as it was rendered; bytes that are no UTF-8 come as U+FFFD.
    public func json(withBody: Bool) -> JSONValue {
        var object = JSONObjectBuilder()
        object.set("id", id.rawValue)
        object.set("channel", channel)
        object.set("group", group)
        object.set("type", kind.description)
        object.set("state", state.rawValue)
        object.set("attempt", attempt)
        object.set("count", count)
        object.set("created", created)
        object.set("not_before", state == .pending ? notBefore : nil)
        object.set("lease_until", leaseUntil)
        object.set("done", done)
        if withBody { object.set("body", String(decoding: body, as: UTF8.self)) }
        var members = object.value.object ?? [:]
        if let answer { members["answer"] = answer.json }
        return .object(members)
    }
}

extension Message.Answer {
    public var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("status", status)
        object.set("text", text)
        object.set("error", error)
        return object.value
    }
}

extension Silence {
    public func json(at now: Timestamp) -> JSONValue {
        var object = JSONObjectBuilder()
        object.set("id", id.description)
        object.set("topic", matchers.topic)
        object.set("feed", matchers.feed)
        object.set("channel", matchers.channel)
        object.set("severity", matchers.severity?.rawValue)
        object.set("starts", starts)
        object.set("ends", ends)
        object.set("active", isActive(at: now))
        object.set("author", author)
        object.set("comment", comment)
        object.set("created", created)
        return object.value
    }
}
