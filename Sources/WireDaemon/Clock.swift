import Foundation
public import WireModel

/// The system's clock.
public enum Clock {
    /// Now, in whole milliseconds.
    public static let now: @Sendable () -> Timestamp = {
        Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
    }
}
