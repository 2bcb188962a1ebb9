#!/usr/bin/env python3
"""Makes the corpus of the benchmarks: XML feeds of the sizes, formats, languages and encodings that feeds have in life.

    corpus.py FOLDER [FEEDS]

The same call always makes the same bytes. About 51 KB a feed; the words are invented, but as long, as frequent and as varied as real ones.
"""

import bisect
import html
import itertools
import os
import random
import sys
from datetime import datetime, timedelta, timezone

SEED = 20200217
LANGUAGES = [("en", 60), ("de", 15), ("ru", 10), ("zh", 8), ("ar", 7)]
FORMATS = [("rss", 70), ("atom", 20), ("rdf", 10)]
ENCODINGS = {"ru": "windows-1251", "de": "iso-8859-1", "en": "iso-8859-1", "zh": "gb18030"}
SYLLABLES = {
    "en": "the er in an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro ic ne ea ra ce li ch".split(),
    "de": "en er ch te nd ei ie in de es un ge st ic he ne be sch an re au ür äh öl ung ver aus lich keit heit ig mit nach vor ein".split(),
    "ru": "ст но то на ен ов ни ра во ко ал ли ро ер ос не пр ре ка по го та ва ет ан ом де ки ль ес ть ск ая ие".split(),
    "ar": "ال في من على ها ان لا را مت ية ون با تم كا سي مر دو نا حر قو لي بر عا شر".split(),
}
COMMON = {
    "en": "the of and to in a is that for it as was with be by on not he his but at are this have from or had an they which one were all".split(),
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach".split(),
    "ru": "и в не на я быть он с что а по это она этот к но они мы весь который из у то за свой".split(),
    "ar": "في من على إلى أن عن هذا هذه التي الذي كان مع ما لا قد بعد".split(),
}
# A little of what the example topics look for, so that some items are flagged.
WATCHED = [
    "Attorney General Barr should resign, former Justice Department officials say.",
    "Federal judges called an emergency meeting.",
    "Halkbank was charged with evading sanctions.",
]


# The few that are very large: of each thousand these, by their number, in bytes.
TAIL = {199: 800_000, 599: 2_000_000, 999: 5_000_000}


class Words:
    """An invented vocabulary with Zipf's frequencies."""

    def __init__(self, language, randomness):
        self.language, self.randomness = language, randomness
        if language == "zh":
            self.words = [chr(code) for code in range(0x4E00, 0x4E00 + 2500)]
        else:
            made = list(COMMON[language])
            while len(made) < 20000:
                made.append("".join(randomness.choices(SYLLABLES[language], k=randomness.choice((2, 3, 3, 4)))))
            self.words = made
        self.frequencies = list(itertools.accumulate(1 / (rank + 2.7) for rank in range(len(self.words))))

    def take(self, count):
        total, draw = self.frequencies[-1], self.randomness.random
        return [self.words[bisect.bisect(self.frequencies, draw() * total)] for _ in range(count)]

    def sentence(self, count):
        words = self.take(count * 2 if self.language == "zh" else count)
        if self.language == "zh":
            return "".join(words) + "。"
        text = " ".join(words)
        if count > 12:
            text = text.replace(" ", ", ", 1)
        return text[0].upper() + text[1:] + "."


class Item:
    def __init__(self, words, randomness, site, number, time):
        self.url = f"https://{site}/{time:%Y/%m}/{number}?utm_source=feed&id={number}"
        self.title = words.sentence(randomness.randint(4, 11))[:-1]
        self.author = " ".join(words.take(2)).title()
        self.category = words.take(1)[0]
        self.time = time
        self.number = number
        paragraphs = []
        for _ in range(randomness.choice((2, 2, 3, 4, 6, 11))):
            sentences = [words.sentence(randomness.randint(6, 22)) for _ in range(randomness.randint(1, 4))]
            if randomness.random() < 0.01:
                sentences.append(randomness.choice(WATCHED))
            paragraphs.append(" ".join(sentences))
        kind = randomness.random()
        self.is_html = kind < 0.75
        if self.is_html:
            link = f'<a href="https://{site}/tag/{number}?a=1&amp;b=2">{words.take(1)[0]}</a>'
            self.body = "".join(f"<p>{paragraph} {link}</p>\n" for paragraph in paragraphs)
        else:
            self.body = " ".join(paragraphs)
        self.in_cdata = kind < 0.4

    def markup(self):
        return f"<![CDATA[{self.body}]]>" if self.in_cdata else html.escape(self.body, quote=False)


def rss(feed, items):
    yield f"""<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>{feed.title}</title><link>https://{feed.site}/</link><description>{feed.title}</description><language>{feed.language}</language>\n"""
    for item in items:
        yield f"""<item><title>{item.title}</title><link>{html.escape(item.url)}</link><guid isPermaLink="false">{feed.site}-{item.number}</guid>
<pubDate>{item.time:%a, %d %b %Y %H:%M:%S} +0000</pubDate><dc:creator>{item.author}</dc:creator><category>{item.category}</category>
<description>{item.markup()}</description></item>\n"""
    yield "</channel></rss>\n"


def atom(feed, items):
    yield f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{feed.language}"><id>https://{feed.site}/</id><title>{feed.title}</title>
<link rel="alternate" href="https://{feed.site}/"/><updated>2020-02-17T12:00:00Z</updated>\n"""
    for item in items:
        kind = "html" if item.is_html else "text"
        yield f"""<entry><id>tag:{feed.site},2020:{item.number}</id><title>{item.title}</title><link rel="alternate" href="{html.escape(item.url)}"/>
<published>{item.time:%Y-%m-%dT%H:%M:%SZ}</published><updated>{item.time:%Y-%m-%dT%H:%M:%SZ}</updated><author><name>{item.author}</name></author>
<category term="{item.category}"/><content type="{kind}">{item.markup()}</content></entry>\n"""
    yield "</feed>\n"


def rdf(feed, items):
    yield f"""<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://{feed.site}/"><title>{feed.title}</title><link>https://{feed.site}/</link><description>{feed.title}</description></channel>\n"""
    for item in items:
        yield f"""<item rdf:about="https://{feed.site}/{item.number}"><title>{item.title}</title><link>{html.escape(item.url)}</link>
<dc:date>{item.time:%Y-%m-%dT%H:%M:%SZ}</dc:date><dc:creator>{item.author}</dc:creator><dc:subject>{item.category}</dc:subject>
<description>{item.markup()}</description></item>\n"""
    yield "</rdf:RDF>\n"


class Feed:
    def __init__(self, number, vocabularies, randomness):
        self.language = weighted(LANGUAGES, randomness)
        self.site = f"site{number:04}.example"
        words = vocabularies[self.language]
        self.title = words.sentence(3)[:-1]
        writer = {"rss": rss, "atom": atom, "rdf": rdf}[weighted(FORMATS, randomness)]
        encoding = "utf-8"
        if randomness.random() < 0.04 and self.language in ENCODINGS:
            encoding = ENCODINGS[self.language]
        # Sizes spread as in life: narrow below the median of 33 KB, wide above it.
        deviation = randomness.gauss(0, 1)
        wanted = 33500 * pow(2.718281828, deviation * (0.67 if deviation < 0 else 0.88))
        wanted = TAIL.get(number % 1000, wanted)
        time = datetime(2020, 2, 17, 12, tzinfo=timezone.utc) - timedelta(minutes=number)
        items, size = [], 500
        while size < wanted:
            time -= timedelta(minutes=randomness.randint(5, 600))
            items.append(Item(words, randomness, self.site, len(items) + 1, time))
            size += len(items[-1].markup().encode()) + 420
        text = "".join(writer(self, items))
        self.bytes = f'<?xml version="1.0" encoding="{encoding}"?>\n{text}'.encode(encoding, "xmlcharrefreplace")
        self.items = len(items)


def weighted(choices, randomness):
    return randomness.choices([name for name, _ in choices], [weight for _, weight in choices])[0]


def main():
    folder, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    os.makedirs(folder, exist_ok=True)
    randomness = random.Random(SEED)
    vocabularies = {language: Words(language, randomness) for language, _ in LANGUAGES}
    sizes, items = [], 0
    for number in range(count):
        feed = Feed(number, vocabularies, randomness)
        path = os.path.join(folder, f"{number:04}.xml")
        with open(path, "wb") as file:
            file.write(feed.bytes)
        os.utime(path, (1581940800, 1581940800))
        sizes.append(len(feed.bytes))
        items += feed.items
    sizes.sort()
    at = lambda share: sizes[min(count - 1, int(count * share))] // 1000
    print(f"{count} feeds, {sum(sizes) / 1e6:.1f} MB, {items} items; KB at p10 {at(0.1)}, p50 {at(0.5)}, p90 {at(0.9)}, p99 {at(0.99)}, largest {sizes[-1] // 1000}")


if __name__ == "__main__":
    main()
