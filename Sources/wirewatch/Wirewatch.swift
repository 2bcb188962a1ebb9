import ArgumentParser
import Foundation
import WireDaemon

/// The program. Exit codes: 0 it worked; 1 it ran, but something it was asked for failed; 2 wrong use, nothing was done.
@main
struct Wirewatch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wirewatch",
        abstract: "Watches feeds for the topics you name, and says why an article was flagged.",
        discussion: """
            Examples:
              wirewatch fetch                          check the feeds that are due, print what was flagged
              wirewatch match article.txt              which topics would flag this text?
              wirewatch topics check                   are the topics right? runs their own tests
              wirewatch articles search 'barr resign*' the archive, in the same language

            Files: feeds.opml and topics.yaml here or beside the settings; see the options --feeds and --topics.
            """,
        version: Version.text,
        subcommands: [
            FetchCommand.self, MatchCommand.self, ParseCommand.self, TopicsCommand.self, FeedsCommand.self,
            ArticlesCommand.self, StoreCommand.self, ConfigCommand.self,
        ])

    /// Runs the command; wrong use ends with 2, not with the library's 64.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let code as ExitCode {
            Foundation.exit(code.rawValue)
        } catch let problem as CommandProblem {
            StandardError.write(problem.text + "\n")
            Foundation.exit(problem.exitCode)
        } catch {
            let code = exitCode(for: error)
            let message = fullMessage(for: error)
            if code == .success {
                StandardOutput.write(message + (message.hasSuffix("\n") ? "" : "\n"))
                Foundation.exit(0)
            }
            StandardError.write(message + (message.hasSuffix("\n") ? "" : "\n"))
            Foundation.exit(2)
        }
    }
}
