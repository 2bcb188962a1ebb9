/// `1 article`, `2 articles`: a count with the English noun that it counts, whose plural ends in s.
public func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
