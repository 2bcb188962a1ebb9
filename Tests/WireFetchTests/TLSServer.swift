import Foundation
import WireTesting

/// nginx on loopback with certificates of a CA of its own, each port with another fault.
///
/// Whoever starts it stops it. Children are awaited by their handler: `waitUntilExit` turns the run loop of the calling
/// thread, which a task's thread does not have.
final class TLSServer: Sendable {
    let host: String
    let folder: String
    private let process: Process

    enum Port: Int, CaseIterable {
        case good = 18_443, expired, wrongName, selfSigned, oldProtocol, clientCertificate, oneOnly, plain
    }

    init() async throws {
        host = FixtureServer.freshAddress()
        folder = NSTemporaryDirectory() + "wirewatch-tls-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try await TLSServer.run("/bin/sh", "-c", TLSServer.certificates, "sh", folder, host)
        try Data("<rss version=\"2.0\"><channel><title>TLS</title></channel></rss>".utf8)
            .write(to: URL(fileURLWithPath: folder + "/feed.xml"))
        let servers = Port.allCases.map { [host, folder] in TLSServer.server($0, host, folder) }.joined()
        let configuration = """
            daemon off; master_process off; pid \(folder)/pid; error_log \(folder)/error.log; worker_processes 1;
            events { worker_connections 64; }
            http {
                access_log off; root \(folder);
                client_body_temp_path \(folder)/b; proxy_temp_path \(folder)/p; fastcgi_temp_path \(folder)/f;
                uwsgi_temp_path \(folder)/u; scgi_temp_path \(folder)/s;
                \(servers)
            }
            """
        try Data(configuration.utf8).write(to: URL(fileURLWithPath: folder + "/nginx.conf"))
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/sbin/nginx")
        process.arguments = ["-c", folder + "/nginx.conf", "-e", folder + "/error.log"]
        process.standardError = FileHandle.nullDevice
        try process.run()
        for _ in 0..<200 where !FileManager.default.fileExists(atPath: folder + "/pid") {
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Ends the server, hard if two seconds are not enough for it, and removes its folder.
    func stop() async {
        process.terminate()
        for _ in 0..<200 where process.isRunning { try? await Task.sleep(for: .milliseconds(10)) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(atPath: folder)
    }

    var authority: String { folder + "/ca.pem" }

    func url(_ port: Port) -> String { "https://\(host):\(port.rawValue)/feed.xml" }

    private static func server(_ port: Port, _ host: String, _ folder: String) -> String {
        if port == .plain { return "server { listen \(host):\(port.rawValue); }\n" }
        let name =
            switch port {
            case .expired: "expired"
            case .wrongName: "wrong"
            case .selfSigned: "self"
            default: "good"
            }
        var lines = "ssl_certificate \(folder)/\(name).pem; ssl_certificate_key \(folder)/key.pem;"
        switch port {
        case .oldProtocol: lines += "ssl_protocols TLSv1 TLSv1.1; ssl_ciphers DEFAULT@SECLEVEL=0;"
        case .clientCertificate: lines += "ssl_client_certificate \(folder)/ca.pem; ssl_verify_client on;"
        default: break
        }
        lines += " add_header X-Version $server_protocol;"
        let isOneOnly = port == .oneOnly
        return "server { listen \(host):\(port.rawValue) ssl\(isOneOnly ? "" : " http2"); \(lines) }\n"
    }

    /// One key for all: what differs is the certificate.
    private static let certificates = """
        set -e; cd "$1"
        openssl ecparam -name prime256v1 -genkey -noout -out key.pem
        openssl req -x509 -key key.pem -subj /CN=authority -days 2 -out ca.pem
        issue() {
            openssl req -new -key key.pem -subj "/CN=$2" -out "$1.csr"
            printf 'subjectAltName=IP:%s' "$2" > "$1.ext"
            openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey key.pem -set_serial "$3" -days "$4" -extfile "$1.ext" -out "$1.pem"
        }
        issue good "$2" 11 2; issue wrong 192.0.2.1 12 2; issue client 192.0.2.2 13 2
        openssl req -x509 -key key.pem -subj "/CN=$2" -addext "subjectAltName=IP:$2" -days 2 -out self.pem
        mkdir ca; : > ca/index; echo 20 > ca/serial
        printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=ca/index\\nnew_certs_dir=ca\\nserial=ca/serial\\npolicy=p\\ndefault_md=sha256\\n[p]\\ncommonName=supplied\\n' > ca.cnf
        openssl ca -batch -config ca.cnf -cert ca.pem -keyfile key.pem -in good.csr -extfile good.ext \\
            -startdate 20200101000000Z -enddate 20200201000000Z -notext -out expired.pem
        cat client.pem key.pem > both.pem
        """

    private static func run(_ program: String, _ arguments: String...) async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        let status: Int32 = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        guard status == 0 else { throw Failed(program: program, status: status) }
    }

    struct Failed: Error {
        let program: String
        let status: Int32
    }
}
