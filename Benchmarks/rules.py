#!/usr/bin/env python3
"""Makes the corpus of the match benchmark, always the same from the same seed.

    Benchmarks/rules.py FOLDER

Writes articles-80.txt, articles-400.txt and articles-575.txt (a line each: title, tab, text; a text's paragraphs are parted by
byte 1) and topics-N.txt for N = 100, 1000, 10000, 100000 (one query a line), the same with 1 % regular expressions
(regex-N.txt), rare-N.txt, whose topics need two rare words each, and shared-100000.txt, whose topics all hang on one frequent
word.

Words follow Zipf's law over 300,000 ranks; the words of topics are drawn by rank, log-uniform between 3,000 and 290,000.
"""

import bisect
import itertools
import math
import os
import random
import sys

WORDS = 300_000
ARTICLES = {80: 6_000, 400: 4_000, 575: 3_000}
TOPICS = (100, 1_000, 10_000, 100_000)
SYLLABLES = [c + v for c in "b c d f g h j k l m n p r s t v w z st tr pl".split() for v in "a e i o u ai or en".split()]


def vocabulary(source):
    words, seen = [], set()
    while len(words) < WORDS:
        length = 1 + min(3, int(source.expovariate(1.1)) + (len(words) > 500) + (len(words) > 20_000))
        word = "".join(source.choice(SYLLABLES) for _ in range(length))
        if word not in seen:
            seen.add(word)
            words.append(word)
    return words


def articles(source, words, folder):
    sums = list(itertools.accumulate(1 / (rank + 1) for rank in range(WORDS)))

    def draw():
        return words[min(WORDS - 1, bisect.bisect(sums, source.random() * sums[-1]))]

    def sentence(count):
        out = [draw() for _ in range(count)]
        out[0] = out[0].capitalize()
        for place in range(1, count):
            if source.random() < 0.06:
                out[place] = out[place].capitalize()
            if source.random() < 0.05:
                out[place - 1] += ","
        return " ".join(out) + "."

    for length, count in ARTICLES.items():
        with open(os.path.join(folder, f"articles-{length}.txt"), "w") as file:
            for _ in range(count):
                title = sentence(8)[:-1]
                paragraphs, left = [], length - 8
                while left > 0:
                    size = min(left, source.randint(30, 90))
                    left -= size
                    sentences = []
                    while size > 0:
                        part = min(size, source.randint(8, 25))
                        sentences.append(sentence(part))
                        size -= part
                    paragraphs.append(" ".join(sentences))
                file.write(title + "\t" + "\x01".join(paragraphs) + "\n")


def term(source, words, low=3_000, high=290_000):
    return words[int(math.exp(source.uniform(math.log(low), math.log(high))))]


def query(source, words):
    def word():
        return term(source, words)

    def often():
        return term(source, words, 100, 20_000)

    kind = source.random()
    if kind < 0.30:
        return word()
    if kind < 0.40:
        return f'"{word()} {often()}"'
    if kind < 0.60:
        return f"{word()} AND {often()}"
    if kind < 0.72:
        return f"{word()} OR {word()}"
    if kind < 0.80:
        return f"{word()} NOT {often()}"
    if kind < 0.88:
        return f"({word()} OR {word()}) AND {often()}"
    if kind < 0.96:
        return f"{word()} NEAR/{source.choice((5, 10, 20))} {often()}"
    return f"title:{word()}"


def regex(source, words):
    return f"/\\b{term(source, words).capitalize()}[a-z]{{2,4}}\\b/" if source.random() < 0.5 else \
        f"/{term(source, words)}-\\d{{2,4}}/i"


def topics(source, words, folder):
    for count in TOPICS:
        queries = [query(source, words) for _ in range(count)]
        with open(os.path.join(folder, f"topics-{count}.txt"), "w") as file:
            file.writelines(line + "\n" for line in queries)
        with open(os.path.join(folder, f"regex-{count}.txt"), "w") as file:
            file.writelines((regex(source, words) if n % 100 == 99 else line) + "\n" for n, line in enumerate(queries))
    for count in (100, 100_000):
        with open(os.path.join(folder, f"rare-{count}.txt"), "w") as file:
            for _ in range(count):
                file.write(f"{term(source, words, 30_000)} AND {term(source, words, 30_000)}\n")
    with open(os.path.join(folder, "shared-100000.txt"), "w") as file:
        for _ in range(100_000):
            file.write(f"{words[40]} AND {term(source, words)}\n")


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    source = random.Random(2026)
    words = vocabulary(source)
    articles(source, words, folder)
    topics(source, words, folder)


main()
