extension Item {
    /// Over the text as a reader sees it: title, summary, content, link, people, categories, enclosures. Two versions of
    /// an article with one digest say the same.
    public var textDigest: Digest {
        var hasher = SHA256Hasher()
        hasher.update(title)
        hasher.update(summary)
        hasher.update(contentText ?? contentHTML)
        hasher.update(url)
        for person in authors { hasher.update(person.name ?? person.email) }
        hasher.update(nil)
        for category in categories { hasher.update(category.term) }
        hasher.update(nil)
        for enclosure in enclosures { hasher.update(enclosure.url) }
        return hasher.finish()
    }
}
