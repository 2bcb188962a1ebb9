/// A blemish of a document, as `parse-output.md` lists them.
public struct Problem: Hashable, Sendable {
    public enum Severity: String, Sendable, CaseIterable {
        /// The document breaks the rules of its syntax or encoding; something may be missing or guessed.
        case error
        /// One value could not be used or had to be repaired.
        case warning
        /// A remark; nothing is lost.
        case info
    }

    /// What programs may rely on; each code has one severity.
    public enum Code: String, Sendable, CaseIterable {
        case notAFeed = "not_a_feed"
        case emptyInput = "empty_input"
        case xmlNotWellFormed = "xml_not_well_formed"
        case xmlTruncated = "xml_truncated"
        case xmlPrefixUndeclared = "xml_prefix_undeclared"
        case jsonInvalid = "json_invalid"
        case encodingUnknown = "encoding_unknown"
        case encodingMismatch = "encoding_mismatch"
        case encodingInvalidBytes = "encoding_invalid_bytes"
        case limitDepth = "limit_depth"
        case limitSize = "limit_size"
        case limitEntities = "limit_entities"
        case entityUndefined = "entity_undefined"
        case entityExternalIgnored = "entity_external_ignored"
        case dateInvalid = "date_invalid"
        case urlInvalid = "url_invalid"
        case numberInvalid = "number_invalid"
        case valueInvalid = "value_invalid"
        case idDuplicate = "id_duplicate"
        case idMissing = "id_missing"
        case dateFuture = "date_future"
        case formatVersionUnknown = "format_version_unknown"
        case contentTypeIgnored = "content_type_ignored"

        public var severity: Severity {
            switch self {
            case .notAFeed, .emptyInput, .xmlNotWellFormed, .xmlTruncated, .xmlPrefixUndeclared, .jsonInvalid,
                .encodingUnknown, .encodingMismatch, .encodingInvalidBytes, .limitDepth, .limitSize, .limitEntities:
                .error
            case .entityUndefined, .entityExternalIgnored, .dateInvalid, .urlInvalid, .numberInvalid, .valueInvalid:
                .warning
            case .idDuplicate, .idMissing, .dateFuture, .formatVersionUnknown, .contentTypeIgnored:
                .info
            }
        }
    }

    public let code: Code
    /// A sentence for people.
    public let message: String
    /// Where it is; nil if it cannot be told.
    public let place: Place?

    public init(_ code: Code, _ message: String, at place: Place? = nil) {
        self.code = code
        self.message = message
        self.place = place
    }

    public var severity: Severity { code.severity }
    /// From 1; nil if unknown.
    public var line: Int? {
        guard let place, place.line > 0 else { return nil }
        return Int(place.line)
    }
    /// From 1; nil if unknown.
    public var column: Int? {
        guard let place, place.column > 0 else { return nil }
        return Int(place.column)
    }
}

/// A line and a column of a document, both from 1; 0 is unknown. Places of one document sort in its order.
public struct Place: Hashable, Comparable, Sendable {
    public static let unknown = Place(line: 0)

    public let line: UInt32
    public let column: UInt32

    public init(line: UInt32, column: UInt32 = 0) {
        self.line = line
        self.column = column
    }

    public static func < (left: Place, right: Place) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}
