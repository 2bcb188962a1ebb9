import Synchronization
import Testing

@testable import WireWeb

@Suite struct PushPageTests {
    private final class Heard: Sendable {
        let questions = Mutex<[PushPage.Question]>([])
        let contents = Mutex<[PushPage.Content]>([])
    }

    private func handler(_ heard: Heard, _ reception: PushPage.Reception = .taken) -> WebHandler {
        WebHandler(
            WebActions(
                health: { nil }, readiness: { nil }, metrics: { "" },
                pushLimit: { $0 == "known" ? 100_000 : nil },
                isPushWanted: { token, question in
                    heard.questions.withLock { $0.append(question) }
                    return token == "known"
                },
                receive: { _, content in
                    heard.contents.withLock { $0.append(content) }
                    return reception
                }))
    }

    @Test func `P26 The challenge comes back as it was, as plain text, and only if the subscription is wanted`() async {
        let heard = Heard()
        let query =
            "?hub.mode=subscribe&hub.topic=https%3A%2F%2Fa.example%2F%3Fx%3D1&hub.challenge=%3Cscript%3E+%C3%A4&hub.lease_seconds=60&hub.mode=denied"
        let answer = await handler(heard).answer(WebRequest(method: "GET", path: "/websub/known" + query))
        #expect(answer.status == 200 && answer.body == "<script> ä" && answer.contentType.hasPrefix("text/plain"))
        let question = heard.questions.withLock { $0[0] }
        #expect(
            question.mode == "subscribe" && question.topic == "https://a.example/?x=1" && question.leaseSeconds == 60)
        #expect(await handler(heard).answer(WebRequest(method: "GET", path: "/websub/other" + query)).status == 404)
        let long = "?hub.mode=subscribe&hub.challenge=" + String(repeating: "x", count: 5_000)
        #expect(await handler(heard).answer(WebRequest(method: "GET", path: "/websub/known" + long)).status == 404)
    }

    @Test func `P26 What a hub sends is read whole up to the limit, for a known token only`() async throws {
        let heard = Heard()
        func post(_ token: String, _ count: Int) -> String {
            "POST /websub/\(token) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Hub-Signature: sha256=ab\r\nContent-Type: text/xml\r\nContent-Length: \(count)\r\n\r\n"
                + String(repeating: "x", count: count)
        }
        for (token, count) in [("known", 50_000), ("known", 150_000), ("other", 5_000)] {
            let answer = try await ListenerTests.exchange(
                post(token, count), at: .address("127.0.0.1", port: 0), handler(heard))
            #expect(answer.hasPrefix("HTTP/1.1 202"), "\(answer.prefix(100))")
        }
        let contents = heard.contents.withLock { $0 }
        #expect(contents.map { $0.bytes?.count } == [50_000, nil, nil])
        #expect(contents[0].signature == "sha256=ab" && contents[0].contentType == "text/xml")
    }

    @Test func `P26 A hub is told when nobody is subscribed any more`() async {
        let request = WebRequest(method: "POST", path: "/websub/x", bytes: [1])
        #expect(await handler(Heard(), .gone).answer(request).status == 410)
        #expect(await handler(Heard(), .early).answer(request).status == 404)
        #expect(await handler(Heard()).answer(WebRequest(method: "DELETE", path: "/websub/x")).status == 405)
    }
}
