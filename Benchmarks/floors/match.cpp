// The least that matching topics costs: a token index over ASCII words. It knows words, phrases, AND, OR, NOT, NEAR and title:
// as Benchmarks/rules.py writes them, one query a line; no Unicode, no explanation, no check of the language.
//
//     match ARTICLES TOPICS [ROUNDS]
//
// Prints `cpu=… compile=… articles=… matches=…`: CPU seconds of matching, tokenising included, and of compiling.
#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

using std::string;
using std::vector;

static double now() {
    timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

/// Words of topics by hash: open addressing, at most half full.
struct Dictionary {
    vector<uint64_t> hashes = vector<uint64_t>(1024);
    vector<int32_t> ids = vector<int32_t>(1024, -1);
    int32_t count = 0;

    int32_t find(uint64_t hash) const {
        size_t mask = hashes.size() - 1, slot = hash & mask;
        while (ids[slot] >= 0) {
            if (hashes[slot] == hash) return ids[slot];
            slot = (slot + 1) & mask;
        }
        return -1;
    }

    int32_t insert(uint64_t hash) {
        int32_t known = find(hash);
        if (known >= 0) return known;
        if (size_t(count) * 2 >= hashes.size()) {
            vector<uint64_t> old_hashes(hashes.size() * 2);
            vector<int32_t> old_ids(ids.size() * 2, -1);
            old_hashes.swap(hashes);
            old_ids.swap(ids);
            for (size_t slot = 0; slot < old_ids.size(); slot++)
                if (old_ids[slot] >= 0) put(old_hashes[slot], old_ids[slot]);
        }
        put(hash, count);
        return count++;
    }

    void put(uint64_t hash, int32_t id) {
        size_t mask = hashes.size() - 1, slot = hash & mask;
        while (ids[slot] >= 0) slot = (slot + 1) & mask;
        hashes[slot] = hash;
        ids[slot] = id;
    }
};

static const uint64_t seed = 0xCBF29CE484222325;

static uint64_t hash_of(std::string_view word) {
    uint64_t hash = seed;
    for (unsigned char byte : word) hash = (hash ^ byte) * 0x100000001B3;
    return hash ^ hash >> 32;
}

enum class Kind { word, phrase, both, either, without, grouped, near, title };

struct Topic {
    Kind kind;
    int32_t terms[3];
    int reach;
};

struct Posting {
    int32_t topic, second;
};

static Topic parse(const string &line, Dictionary &dictionary) {
    vector<string> parts;
    std::istringstream stream(line);
    for (string part; stream >> part;) parts.push_back(part);
    auto id = [&](const string &word) {
        string plain;
        for (char letter : word)
            if (isalnum(static_cast<unsigned char>(letter))) plain += letter;
        return dictionary.insert(hash_of(plain));
    };
    if (line.rfind("title:", 0) == 0) return {Kind::title, {id(line.substr(6)), -1, -1}, 0};
    if (line[0] == '(') return {Kind::grouped, {id(parts[0]), id(parts[2]), id(parts[4])}, 0};
    if (line[0] == '"') return {Kind::phrase, {id(parts[0]), id(parts[1]), -1}, 0};
    if (parts.size() == 1) return {Kind::word, {id(parts[0]), -1, -1}, 0};
    Topic topic{Kind::both, {id(parts[0]), id(parts[2]), -1}, 0};
    if (parts[1] == "OR") topic.kind = Kind::either;
    if (parts[1] == "NOT") topic.kind = Kind::without;
    if (parts[1].rfind("NEAR/", 0) == 0) {
        topic.kind = Kind::near;
        topic.reach = atoi(parts[1].c_str() + 5);
    }
    return topic;
}

struct Index {
    Dictionary dictionary;
    vector<Topic> topics;
    vector<vector<Posting>> by_word;
    vector<uint32_t> stamps, heads, tails;
    vector<uint32_t> positions, next;
    vector<uint32_t> asked;
    vector<int32_t> present;
    vector<uint32_t> frequencies;
    uint32_t serial = 0, title_end = 0;
    long matches = 0;

    void read(const vector<string> &lines) {
        for (const string &line : lines) topics.push_back(parse(line, dictionary));
        by_word.resize(dictionary.count);
        stamps.resize(dictionary.count);
        heads.resize(dictionary.count);
        tails.resize(dictionary.count);
        frequencies.resize(dictionary.count);
        asked.resize(topics.size());
    }

    void choose() {
        for (auto &list : by_word) list.clear();
        for (size_t number = 0; number < topics.size(); number++) {
            const Topic &topic = topics[number];
            auto rarer = [&](int32_t left, int32_t right) { return frequencies[left] <= frequencies[right]; };
            int32_t first = topic.terms[0], second = topic.terms[1], third = topic.terms[2];
            int32_t id = int32_t(number);
            switch (topic.kind) {
            case Kind::word:
            case Kind::title:
            case Kind::without: by_word[first].push_back({id, -1}); break;
            case Kind::either:
                by_word[first].push_back({id, -1});
                by_word[second].push_back({id, -1});
                break;
            case Kind::grouped:
                if (frequencies[third] < frequencies[first] + frequencies[second]) {
                    by_word[third].push_back({id, -1});
                } else {
                    by_word[first].push_back({id, third});
                    by_word[second].push_back({id, third});
                }
                break;
            default:
                if (rarer(first, second)) by_word[first].push_back({id, second});
                else by_word[second].push_back({id, first});
            }
        }
    }

    bool has(int32_t term) const { return stamps[term] == serial; }

    bool within(const Topic &topic, uint32_t reach, bool ordered) const {
        if (!has(topic.terms[0]) || !has(topic.terms[1])) return false;
        for (uint32_t left = heads[topic.terms[0]]; left; left = next[left])
            for (uint32_t right = heads[topic.terms[1]]; right; right = next[right]) {
                uint32_t one = positions[left], other = positions[right];
                if (one < other && other - one - 1 <= reach) return true;
                if (!ordered && other < one && one - other - 1 <= reach) return true;
            }
        return false;
    }

    bool holds(const Topic &topic) const {
        switch (topic.kind) {
        case Kind::word: return has(topic.terms[0]);
        case Kind::both: return has(topic.terms[0]) && has(topic.terms[1]);
        case Kind::either: return has(topic.terms[0]) || has(topic.terms[1]);
        case Kind::without: return has(topic.terms[0]) && !has(topic.terms[1]);
        case Kind::grouped: return (has(topic.terms[0]) || has(topic.terms[1])) && has(topic.terms[2]);
        case Kind::title: return has(topic.terms[0]) && positions[heads[topic.terms[0]]] < title_end;
        case Kind::phrase: return within(topic, 0, true);
        case Kind::near: return within(topic, uint32_t(topic.reach), false);
        }
        return false;
    }

    void split(std::string_view text) {
        serial++;
        present.clear();
        positions.assign(1, 0);
        next.assign(1, 0);
        uint32_t position = 0;
        title_end = 0;
        size_t index = 0, count = text.size();
        while (index < count) {
            unsigned char byte = text[index];
            if (!isalnum(byte)) {
                if (byte == '\t') title_end = position, position += 1000;
                if (byte == 1) position += 1000;
                index++;
                continue;
            }
            uint64_t hash = seed;
            while (index < count && isalnum(byte = text[index])) {
                hash = (hash ^ (byte | (byte & 0x40) >> 1)) * 0x100000001B3;
                index++;
            }
            int32_t id = dictionary.find(hash ^ hash >> 32);
            if (id >= 0) {
                uint32_t place = uint32_t(positions.size());
                positions.push_back(position);
                next.push_back(0);
                if (stamps[id] != serial) {
                    stamps[id] = serial;
                    heads[id] = place;
                    present.push_back(id);
                } else {
                    next[tails[id]] = place;
                }
                tails[id] = place;
            }
            position++;
        }
    }

    void match(std::string_view text) {
        split(text);
        for (int32_t word : present)
            for (const Posting &posting : by_word[word]) {
                if (asked[posting.topic] == serial) continue;
                if (posting.second >= 0 && !has(posting.second)) continue;
                asked[posting.topic] = serial;
                if (holds(topics[posting.topic])) matches++;
            }
    }
};

static vector<string> lines_of(const char *path) {
    std::ifstream file(path);
    vector<string> lines;
    for (string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

int main(int count, char **arguments) {
    if (count < 3) return 2;
    vector<string> articles = lines_of(arguments[1]), queries = lines_of(arguments[2]);
    int rounds = count > 3 ? atoi(arguments[3]) : 1;
    double start = now();
    Index index;
    index.read(queries);
    double compiling = now() - start;
    for (size_t number = 0; number < articles.size() && number < 1000; number++) {
        index.split(articles[number]);
        for (int32_t word : index.present) index.frequencies[word]++;
    }
    start = now();
    index.choose();
    compiling += now() - start;
    start = now();
    for (int round = 0; round < rounds; round++)
        for (const string &article : articles) index.match(article);
    printf("cpu=%.6f compile=%.6f articles=%zu matches=%ld\n", now() - start, compiling, articles.size() * rounds,
           index.matches);
    return 0;
}
