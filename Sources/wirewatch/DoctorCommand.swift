import ArgumentParser
import WireDaemon
import WireModel

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say on one page what is wrong and what to do.",
        discussion: """
            Looks at settings, feeds and topics files, the data folder, the disk, the clock, name resolution, the database, whether \
            somebody watches, feeds that fail, channels that are broken, topics that flood or never match. Changes nothing. Exit \
            code 1 if something is wrong.

            Examples:
              wirewatch doctor
              sudo -u wirewatch wirewatch doctor --format json
            """)

    @OptionGroup var common: CommonOptions

    @Option(name: .long, help: ArgumentHelp("text or json.", valueName: "format"))
    var format: OutputFormat = .text

    func run() async throws {
        let findings = await Doctor(common.locations, allowNetworks: common.allowNetworks).examine()
        if format == .text {
            let ink = Ink(common.color)
            for finding in findings where !common.quiet || finding.grade > .good { print(finding, ink) }
        } else {
            StandardOutput.write(["findings": .array(findings.map(\.json))])
        }
        if findings.contains(where: { $0.grade == .error }) { throw ExitCode(1) }
    }

    private func print(_ finding: Doctor.Finding, _ ink: Ink) {
        let mark =
            switch finding.grade {
            case .good: ink.good("good   ")
            case .warning: ink.warning("warning")
            case .error: ink.error("error  ")
            }
        let subject = finding.subject.padding(to: 11)
        StandardOutput.write("\(mark)  \(ink.bold(subject))  \(Ink.harmless(finding.text))\n")
        if let advice = finding.advice {
            StandardOutput.write("\(String(repeating: " ", count: 22))→ \(Ink.harmless(advice))\n")
        }
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
