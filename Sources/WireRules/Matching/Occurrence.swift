/// A place in an article where a term stands: positions, and the tokens at its ends.
struct Occurrence {
    var start: UInt32
    var end: UInt32
    var first: Int32
    var last: Int32
    /// Bytes of symbols before and behind that belong to it: `.NET`, `C++`.
    var lead: UInt16 = 0
    var trail: UInt16 = 0
}
