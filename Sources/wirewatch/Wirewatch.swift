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
            RunCommand.self, FetchCommand.self, MatchCommand.self, ParseCommand.self, TopicsCommand.self,
            FeedsCommand.self,
            ArticlesCommand.self, AlertsCommand.self, ChannelsCommand.self, StoreCommand.self, ConfigCommand.self,
            DoctorCommand.self,
        ])

    /// Runs the command; wrong use ends with 2, not with the library's 64.
    static func main() async {
        StandardStreams.prepare()
        let code = await run(CommandLine.arguments)
        if let loss = StandardOutput.loss {
            StandardError.write("error: standard output: \(loss); results are missing\n")
            Foundation.exit(code == 0 ? 1 : code)
        }
        Foundation.exit(code)
    }

    /// - Returns: the exit code.
    private static func run(_ arguments: [String]) async -> Int32 {
        // Swift has put U+FFFD where bytes were not UTF-8: another file would be opened, or made, than the one meant.
        if let index = arguments.firstIndex(where: { $0.contains("\u{FFFD}") }), index > 0 {
            StandardError.write("error: argument \(index) is not UTF-8: \(Ink.harmless(arguments[index]))\n")
            return 2
        }
        do {
            var command = try parseAsRoot(Array(arguments.dropFirst()))
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return 0
        } catch let code as ExitCode {
            return code.rawValue
        } catch let problem as CommandProblem {
            StandardError.write(problem.text + "\n")
            return problem.exitCode
        } catch {
            let code = exitCode(for: error)
            let message = fullMessage(for: error)
            let line = message + (message.hasSuffix("\n") ? "" : "\n")
            if code == .success {
                StandardOutput.write(line)
                return 0
            }
            StandardError.write(line)
            return 2
        }
    }
}
