/// Where a mail's recipient takes itself off a channel (RFC 8058).
public enum UnsubscribePage {
    /// A token follows.
    public static let path = "/u/"
    /// What a mail program posts, and the page's own button.
    static let oneClick = "List-Unsubscribe=One-Click"

    /// The field may come urlencoded or, as the RFC allows too, as a part of a form.
    static func isOneClick(_ body: String) -> Bool {
        if body.split(separator: "&").contains(where: { $0.trimmed == oneClick }) { return true }
        let lines = body.split(whereSeparator: \.isNewline)
        return lines.contains { $0.hasPrefix("Content-Disposition:") && $0.contains("name=\"List-Unsubscribe\"") }
            && lines.contains { $0 == "One-Click" }
    }

    static func question(_ subscription: WebActions.Subscription) -> String {
        page(
            "Unsubscribe",
            """
            <p>Send no more mail of the channel “\(escaped(subscription.channel))” to \(escaped(subscription.recipient))?</p>
            <form method="post"><button name="List-Unsubscribe" value="One-Click">Unsubscribe</button></form>
            """)
    }

    static func done(_ subscription: WebActions.Subscription) -> String {
        page(
            "Unsubscribed",
            """
            <p>No more mail of the channel “\(escaped(subscription.channel))” goes to \(escaped(subscription.recipient)).</p>
            """)
    }

    private static func page(_ title: String, _ body: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="referrer" content="no-referrer"><title>\(title)</title></head>
        <body><h1>\(title)</h1>
        \(body)
        </body>
        </html>

        """
    }

    private static func escaped(_ text: String) -> String {
        var out = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            default: out.unicodeScalars.append(character)
            }
        }
        return out
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var rest = self
        while rest.first?.isWhitespace ?? false { rest.removeFirst() }
        while rest.last?.isWhitespace ?? false { rest.removeLast() }
        return rest
    }
}
