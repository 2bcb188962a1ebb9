#include "cre2.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <re2/filtered_re2.h>
#include <re2/re2.h>
#include <string>
#include <vector>

struct cre2_pattern {
    re2::RE2 expression;

    cre2_pattern(const re2::StringPiece &text, const re2::RE2::Options &options) : expression(text, options) {}
};

static re2::RE2::Options options(bool ignores_case, int64_t memory) {
    re2::RE2::Options options(re2::RE2::Quiet);
    options.set_case_sensitive(!ignores_case);
    options.set_max_mem(memory);
    return options;
}

cre2_pattern *cre2_compile(const char *pattern, size_t length, bool ignores_case, int64_t memory, char *error,
                           size_t capacity) try {
    std::unique_ptr<cre2_pattern> made(
        new cre2_pattern(re2::StringPiece(pattern, length), options(ignores_case, memory)));
    if (made->expression.ok()) return made.release();
    if (capacity > 0) {
        size_t count = std::min(capacity - 1, made->expression.error().size());
        std::memcpy(error, made->expression.error().data(), count);
        error[count] = 0;
    }
    return nullptr;
} catch (...) {
    if (capacity > 0) error[0] = 0;
    return nullptr;
}

void cre2_free(cre2_pattern *pattern) { delete pattern; }

bool cre2_find(const cre2_pattern *pattern, const char *text, size_t length, size_t from, size_t *low, size_t *high) try {
    re2::StringPiece whole(text, length);
    re2::StringPiece found;
    if (from > length || !pattern->expression.Match(whole, from, length, re2::RE2::UNANCHORED, &found, 1)) return false;
    *low = found.data() - text;
    *high = *low + found.size();
    return true;
} catch (...) {
    return false;
}

/// The longest run of ASCII that is the same in lower case; a literal has no other letters that could stand for it.
static std::string longest_run(const std::string &literal) {
    std::string best, run;
    for (char byte : literal + "\n") {
        bool is_plain = byte > 0x20 && byte < 0x7F;
        if (is_plain) run += byte;
        if (!is_plain) {
            if (run.size() > best.size()) best = run;
            run.clear();
        }
    }
    return best;
}

static bool may_match(const re2::FilteredRE2 &patterns, const std::vector<int> &literals) {
    std::vector<int> found;
    patterns.AllPotentials(literals, &found);
    return !found.empty();
}

size_t cre2_literals(const char *pattern, size_t length, bool ignores_case, int64_t memory, char *literals,
                     size_t capacity) try {
    const size_t shortest = 3, most = 64;
    re2::FilteredRE2 patterns(static_cast<int>(shortest));
    int number = -1;
    if (patterns.Add(re2::StringPiece(pattern, length), options(ignores_case, memory), &number) != re2::RE2::NoError)
        return 0;
    std::vector<std::string> all;
    patterns.Compile(&all);
    if (all.empty() || all.size() > most || may_match(patterns, {})) return 0;
    std::vector<std::string> chosen;
    for (size_t left_out = 0; left_out < all.size(); left_out++) {
        // What the pattern cannot do without is enough alone.
        std::vector<int> others;
        for (size_t other = 0; other < all.size(); other++)
            if (other != left_out) others.push_back(static_cast<int>(other));
        std::string run = longest_run(all[left_out]);
        if (run.size() < shortest || may_match(patterns, others)) continue;
        if (chosen.empty() || run.size() > chosen[0].size()) chosen = {run};
    }
    if (chosen.empty())
        for (const std::string &literal : all) chosen.push_back(longest_run(literal));
    size_t written = 0;
    for (const std::string &literal : chosen) {
        if (literal.size() < shortest || written + literal.size() + 1 > capacity) return 0;
        std::memcpy(literals + written, literal.c_str(), literal.size() + 1);
        written += literal.size() + 1;
    }
    return written;
} catch (...) {
    return 0;
}
