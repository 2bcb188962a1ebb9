/// The program's version, as `--version` prints it and servers see it in the User-Agent.
public enum Version {
    public static let text = "0.1.0"
}
