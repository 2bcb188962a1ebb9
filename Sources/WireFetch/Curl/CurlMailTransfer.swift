import CCurl
import Foundation
import Glibc

/// Owner of one easy handle that speaks to one relay, mail after mail on the same connection.
///
/// SAFETY: belongs to its desk's thread from its making to its end. The pointers that libcurl keeps (this object as
/// context of the callbacks, the error text, the list of recipients) are freed in `deinit`, after the handle itself.
final class CurlMailTransfer {
    private enum Limits {
        /// Mails on one connection.
        static let mails = 50
        /// Until the login is done.
        static let connect = 20_000
        /// From the start until the last answer: a delivery's lease is two minutes.
        static let total = 60_000
        /// For one answer, in seconds.
        static let answer = 50
        /// An idle connection older than this is not used again, in seconds.
        static let idle = 60
    }

    private let easy: UnsafeMutableRawPointer
    private let relay: MailRelay
    private let desk: MailDesk
    private let errorText: UnsafeMutablePointer<CChar>
    private var recipients: UnsafeMutablePointer<curl_slist>?
    private var dialogue: MailDialogue
    private var job: MailJob?
    private var position = 0
    /// On the connection that stands.
    private var mails = 0
    private var stop: MailError?

    init?(_ relay: MailRelay, desk: MailDesk) {
        guard let easy = curl_easy_init() else { return nil }
        self.easy = easy
        self.relay = relay
        self.desk = desk
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        dialogue = MailDialogue(hiding: CurlMailTransfer.secrets(of: relay.login))
        guard configure() else { return nil }
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(recipients)
        errorText.deallocate()
    }

    /// The password in the forms in which it goes over the wire.
    private static func secrets(of login: MailRelay.Login?) -> [String] {
        guard let login else { return [] }
        let both = Data("\u{0}\(login.user)\u{0}\(login.password)".utf8)
        return [login.password, Data(login.password.utf8).base64EncodedString(), both.base64EncodedString()]
    }

    private func configure() -> Bool {
        let context = Unmanaged.passUnretained(self).toOpaque()
        let scheme = relay.security == .tls ? "smtps" : "smtp"
        let host = IPAddress(relay.host).map { $0.isIPv4 ? "\($0)" : "[\($0)]" } ?? relay.host
        var codes = [
            ww_easy_setopt_string(easy, CURLOPT_URL, "\(scheme)://\(host):\(relay.port)/\(relay.greeting)"),
            ww_easy_setopt_string(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps"),
            ww_easy_setopt_long(easy, CURLOPT_NOSIGNAL, 1),
            ww_easy_setopt_long(easy, CURLOPT_QUICK_EXIT, 1),
            // The environment's proxies are ignored.
            ww_easy_setopt_string(easy, CURLOPT_PROXY, ""),
            ww_easy_setopt_long(
                easy, CURLOPT_USE_SSL, relay.security == .none ? ww_curl_use_no_ssl : ww_curl_use_all_ssl),
            ww_easy_setopt_long(easy, CURLOPT_SSL_VERIFYPEER, 1),
            ww_easy_setopt_long(easy, CURLOPT_SSL_VERIFYHOST, 2),
            ww_easy_setopt_long(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2),
            ww_easy_setopt_long(easy, CURLOPT_CONNECTTIMEOUT_MS, Limits.connect),
            ww_easy_setopt_long(easy, CURLOPT_TIMEOUT_MS, Limits.total),
            ww_easy_setopt_long(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, Limits.answer),
            ww_easy_setopt_long(easy, CURLOPT_MAXCONNECTS, 1),
            ww_easy_setopt_long(easy, CURLOPT_MAXAGE_CONN, Limits.idle),
            ww_easy_setopt_long(easy, CURLOPT_UPLOAD, 1),
            ww_easy_setopt_long(easy, CURLOPT_NOPROGRESS, 0),
            // The debug callback hears the verbs; nothing is printed.
            ww_easy_setopt_long(easy, CURLOPT_VERBOSE, 1),
            ww_easy_setopt_pointer(easy, CURLOPT_ERRORBUFFER, errorText),
            ww_easy_setopt_read(easy, mailIsRead, context),
            ww_easy_setopt_header(easy, mailHasReply, context),
            ww_easy_setopt_debug(easy, mailIsTold, context),
            ww_easy_setopt_progress(easy, mailGoesOn, context),
            ww_easy_setopt_opensocket(easy, mailOpensSocket, context),
            // The socket outlives this object's last call: the desk lives as long as the thread.
            ww_easy_setopt_closesocket(easy, mailClosesSocket, Unmanaged.passUnretained(desk).toOpaque()),
        ]
        if let file = relay.certificateFile { codes.append(ww_easy_setopt_string(easy, CURLOPT_CAINFO, file)) }
        if let login = relay.login {
            codes.append(ww_easy_setopt_string(easy, CURLOPT_USERNAME, login.user))
            codes.append(ww_easy_setopt_string(easy, CURLOPT_PASSWORD, login.password))
        }
        return codes.allSatisfy { $0 == CURLE_OK }
    }

    /// Sends one mail; blocks.
    func send(_ job: MailJob) -> Result<MailReply, MailError> {
        guard !job.mark.isSet else { return .failure(.cancelled) }
        self.job = job
        defer { self.job = nil }
        position = 0
        stop = nil
        errorText[0] = 0
        dialogue.beginMail()
        guard prepare(job.mail) else { return .failure(.outOfResources(detail: "no memory for a mail")) }
        let code = curl_easy_perform(easy)
        mails = code == CURLE_OK && mails + 1 < Limits.mails ? mails + 1 : 0
        if code == CURLE_OK, let reply = dialogue.reply, reply.code < 400 { return .success(reply) }
        return .failure(failure(of: code))
    }

    private func prepare(_ mail: Mail) -> Bool {
        curl_slist_free_all(recipients)
        recipients = curl_slist_append(nil, "<\(mail.recipient.text)>")
        guard recipients != nil else { return false }
        let codes = [
            ww_easy_setopt_string(easy, CURLOPT_MAIL_FROM, "<\(mail.sender.text)>"),
            ww_easy_setopt_list(easy, CURLOPT_MAIL_RCPT, recipients),
            ww_easy_setopt_offset(easy, CURLOPT_INFILESIZE_LARGE, curl_off_t(mail.content.count)),
            ww_easy_setopt_long(easy, CURLOPT_FORBID_REUSE, mails + 1 >= Limits.mails ? 1 : 0),
            // A connection that was greeted without SMTPUTF8 is known only to the mail that greeted it.
            ww_easy_setopt_long(easy, CURLOPT_FRESH_CONNECT, mail.needsUnicode ? 1 : 0),
        ]
        return codes.allSatisfy { $0 == CURLE_OK }
    }

    private func failure(of code: CURLcode) -> MailError {
        if let stop { return stop }
        if let refusal = dialogue.refusal { return .replied(refusal, dialogue.stage) }
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST: return .dns(host: relay.host)
        case CURLE_COULDNT_CONNECT: return .refused(detail: connectDetail())
        case CURLE_USE_SSL_FAILED: return .noSTARTTLS
        case CURLE_OUT_OF_MEMORY: return .outOfResources(detail: "no memory")
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
            return .tls(detail: detail(code))
        case _ where dialogue.isContentSent: return .lostAnswer(detail: detail(code))
        case CURLE_OPERATION_TIMEDOUT: return .timeout(dialogue.stage)
        default: return .broken(dialogue.stage, detail: detail(code))
        }
    }

    private func connectDetail() -> String {
        var number = 0
        _ = ww_easy_getinfo_long(easy, CURLINFO_OS_ERRNO, &number)
        switch Int32(truncatingIfNeeded: number) {
        case ECONNREFUSED: return "connection refused"
        case ENETUNREACH, EHOSTUNREACH: return "no way to the network of this host"
        default: return detail(CURLE_COULDNT_CONNECT)
        }
    }

    /// libcurl's own words for what happened here, else for the code.
    private func detail(_ code: CURLcode) -> String {
        let own = String(cString: errorText)
        if !own.isEmpty { return FetchError.printable(own) }
        return curl_easy_strerror(code).map { String(cString: $0) } ?? "code \(code.rawValue)"
    }
}

@available(*, unavailable)
extension CurlMailTransfer: Sendable {}

// MARK: During

extension CurlMailTransfer {
    fileprivate func read(into room: UnsafeMutableBufferPointer<UInt8>) -> Int {
        guard let content = job?.mail.content else { return 0 }
        let part = content[position..<min(content.count, position + room.count)]
        _ = room.update(fromContentsOf: part)
        position += part.count
        return part.count
    }

    /// False ends the transfer.
    fileprivate func receive(line: UnsafeBufferPointer<UInt8>) -> Bool {
        var line = line[...]
        while let last = line.last, last == 0x0D || last == 0x0A { line.removeLast() }
        dialogue.received(String(decoding: line, as: UTF8.self))
        // A relay may offer other things after STARTTLS: what it offers last counts.
        let greetings = relay.security == .startTLS ? 2 : 1
        guard dialogue.stage == .greeting, dialogue.greetings >= greetings, job?.mail.needsUnicode == true,
            !dialogue.offersUnicode
        else { return true }
        stop = .noSMTPUTF8
        return false
    }

    fileprivate func told(_ command: UnsafeBufferPointer<UInt8>) {
        dialogue.sent(verb: String(decoding: command.prefix(4), as: UTF8.self))
    }

    fileprivate func sentData() {
        if position == job?.mail.content.count { dialogue.sentEnd() }
    }

    fileprivate var mayGoOn: Bool {
        if desk.isStopping { stop = .shuttingDown } else if job?.mark.isSet == true { stop = .cancelled }
        return stop == nil
    }

    fileprivate func openSocket(_ wanted: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
        let descriptor = socket(
            wanted.pointee.family, wanted.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), wanted.pointee.protocol)
        if descriptor >= 0 { desk.opened(descriptor) }
        dialogue.connected()
        return descriptor
    }
}

// SAFETY (all): `context` is the transfer that owns the easy handle, or its desk; libcurl calls only from within the
// transfer's own calls, on its thread; the data is valid for the call and copied.

private func mailIsRead(
    _ room: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let room, let context else { return 0 }
    let bytes = UnsafeMutableBufferPointer(
        start: UnsafeMutableRawPointer(room).assumingMemoryBound(to: UInt8.self), count: size &* count)
    return Unmanaged<CurlMailTransfer>.fromOpaque(context).takeUnretainedValue().read(into: bytes)
}

private func mailHasReply(
    _ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let data, let context else { return 0 }
    let line = UnsafeBufferPointer(
        start: UnsafeRawPointer(data).assumingMemoryBound(to: UInt8.self), count: size &* count)
    let goesOn = Unmanaged<CurlMailTransfer>.fromOpaque(context).takeUnretainedValue().receive(line: line)
    return goesOn ? size &* count : 0
}

private func mailIsTold(
    _ easy: UnsafeMutableRawPointer?, _ kind: curl_infotype, _ data: UnsafeMutablePointer<CChar>?, _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let data, let context else { return 0 }
    let transfer = Unmanaged<CurlMailTransfer>.fromOpaque(context).takeUnretainedValue()
    switch kind {
    case CURLINFO_HEADER_OUT:
        transfer.told(
            UnsafeBufferPointer(start: UnsafeRawPointer(data).assumingMemoryBound(to: UInt8.self), count: count))
    case CURLINFO_DATA_OUT: transfer.sentData()
    default: break
    }
    return 0
}

private func mailGoesOn(
    _ context: UnsafeMutableRawPointer?, _ a: curl_off_t, _ b: curl_off_t, _ c: curl_off_t, _ d: curl_off_t
) -> Int32 {
    guard let context else { return 0 }
    return Unmanaged<CurlMailTransfer>.fromOpaque(context).takeUnretainedValue().mayGoOn ? 0 : 1
}

private func mailOpensSocket(
    _ context: UnsafeMutableRawPointer?, _ purpose: curlsocktype, _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let context, let address else { return ww_curl_socket_bad }
    return Unmanaged<CurlMailTransfer>.fromOpaque(context).takeUnretainedValue().openSocket(address)
}

private func mailClosesSocket(_ context: UnsafeMutableRawPointer?, _ descriptor: curl_socket_t) -> Int32 {
    guard let context else { return 0 }
    return Unmanaged<MailDesk>.fromOpaque(context).takeUnretainedValue().closeSocket(descriptor)
}
