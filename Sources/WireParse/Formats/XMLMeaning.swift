/// What an element of a feed's XML means to the builder, as its vocabulary's file says.
enum XMLMeaning {
    /// A text construct; it may hold markup.
    case text(XMLTextSlot)
    /// A short value.
    case value(XMLValueSlot)
    case date(RawDate.Role)
    /// Name and address in one text, or elements inside.
    case person(RawPerson.Role)
    case link, category, enclosure, generator, cloud
    case image, textInput, skipHours, skipDays
    /// RSS or Atom `source`.
    case source
    /// The feed's own element inside the root (RSS `channel`).
    case head
    case entry
    /// Belongs to another vocabulary: kept as it is.
    case foreign
    /// Has no meaning of its own; what is inside counts as if it stood here.
    case transparent
    /// Left out with all inside it.
    case ignored
}

enum XMLTextSlot: UInt8 {
    case title, info, rights
    /// What an entry is about, the better one later: Atom's `summary`, RSS's `description`.
    case summary, description
    /// Content, better ones later: an Atom `content`, RSS `content`, `body` or `fullitem`, `xhtml:body`, `content:encoded`.
    case atomContent, plainContent, xhtmlBody, encoded
}

enum XMLValueSlot: UInt8 {
    case guid, atomID, language, logo, icon, ttl, docs, rating, comments, hour, day, link, origin
    // inside persons, images, text inputs
    case name, email, address, title, description, width, height
    // of a news sitemap
    case publication, publicationLanguage, keywords
}

/// Where an element stands.
enum XMLScope: UInt8 {
    case outside, head, entry, source
    case person, image, textInput, skipHours, skipDays
    /// A value: elements inside are passed over, their text counts.
    case value
    /// A text construct: elements inside are its markup.
    case text
    case foreign
    case ignored
}
