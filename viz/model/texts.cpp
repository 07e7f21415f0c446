// Dictionaries by open addressing, and a scan of 16 octets at a time.
#include "viz/model/texts.hpp"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <algorithm>
#include <bit>
#include <cstring>

#include "protocols/base/ascii.hpp"
#include "protocols/base/hash.hpp"

namespace postroad::viz {
namespace {

constexpr char gap = 1;  // in a form; no text has it: visible() escapes it
constexpr std::size_t part_octets_min = 5;

// Where a piece of a text and the words looked for can overlap at its edges.
namespace edge {
constexpr std::uint8_t has = 1;     // the words are in it whole
constexpr std::uint8_t begins = 2;  // it begins with the words' end
constexpr std::uint8_t ends = 4;    // it ends with the words' beginning
constexpr std::uint8_t within = 8;  // it is in the words whole
}  // namespace edge

std::uint8_t edges_of(std::string_view piece, std::string_view words) {
    unsigned out = 0;
    const std::size_t most = std::min(piece.size(), words.size() - 1);
    for (std::size_t i = 1; i <= most; ++i) {
        if (piece.front() == words[words.size() - i] &&
            piece.substr(0, i) == words.substr(words.size() - i))
            out |= edge::begins;
        if (piece.back() == words[i - 1] && piece.substr(piece.size() - i) == words.substr(0, i))
            out |= edge::ends;
    }
    if (piece.size() < words.size() && words.find(piece) != std::string_view::npos)
        out |= edge::within;
    return static_cast<std::uint8_t>(out);
}

bool in_part(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '@' || c == '-' ||
           c == '_' || c == '+' || c == '/';
}

// The two longest runs of a text that have a digit: what makes it differ from its like.
std::array<std::string_view, 2> parts_of(std::string_view text) {
    std::array<std::string_view, 2> out;
    for (std::size_t at = 0; at < text.size();) {
        if (!in_part(text[at])) {
            ++at;
            continue;
        }
        const std::size_t begin = at;
        bool digit = false;
        for (; at < text.size() && in_part(text[at]); ++at)
            digit = digit || (text[at] >= '0' && text[at] <= '9');
        const std::string_view part = text.substr(begin, at - begin);
        if (!digit || part.size() < part_octets_min) continue;
        if (part.size() > out[0].size()) {
            out[1] = out[0];
            out[0] = part;
        } else if (part.size() > out[1].size()) {
            out[1] = part;
        }
    }
    if (!out[1].empty() && out[1].data() < out[0].data()) std::swap(out[0], out[1]);
    return out;
}

// Notes which of the strings from `noted.size()` on have the words in them.
void note_whole(const Interner& strings, std::string_view words, std::vector<std::uint8_t>& noted) {
    auto number = static_cast<std::uint32_t>(noted.size());
    noted.resize(strings.size(), 0);
    if (number >= strings.size()) return;
    for (std::size_t at = strings.begin(number);;) {
        at = find_words(strings.all(), words, at);
        if (at == std::string::npos) return;
        number = strings.at(at, number);
        noted[number] |= edge::has;
        if (++number >= strings.size()) return;
        at = strings.begin(number);
    }
}

}  // namespace

std::string lower_case(std::string_view text) {
    std::string out(text);
    for (char& one : out) one = to_lower(one);
    return out;
}

std::size_t find_words(std::string_view text, std::string_view words, std::size_t from) {
    if (words.empty() || text.size() < words.size()) return std::string_view::npos;
    std::size_t at = from;
#ifdef __SSE2__
    // Where both the first and the last octet fit, the others are compared.
    const __m128i first = _mm_set1_epi8(words.front()), last = _mm_set1_epi8(words.back());
    const std::size_t more = words.size() - 1;
    while (at + more + 16 <= text.size()) {
        const auto load = [&](std::size_t place) {
            return _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + place));
        };
        const __m128i both =
            _mm_and_si128(_mm_cmpeq_epi8(load(at), first), _mm_cmpeq_epi8(load(at + more), last));
        auto bits = static_cast<unsigned>(_mm_movemask_epi8(both));
        for (; bits != 0; bits &= bits - 1) {
            const std::size_t place = at + static_cast<std::size_t>(std::countr_zero(bits));
            if (std::memcmp(text.data() + place, words.data(), words.size()) == 0) return place;
        }
        at += 16;
    }
#endif
    return text.find(words, at);
}

std::string_view Interner::text(std::uint32_t number) const {
    const std::uint64_t begin = begins_[number];
    const std::uint64_t end = number + 1 < begins_.size() ? begins_[number + 1] : all_.size();
    return std::string_view(all_).substr(begin, end - begin - 1);
}

std::uint32_t Interner::at(std::size_t place, std::uint32_t from) const {
    // In steps that double: the next one is mostly near.
    std::size_t step = 1, low = from;
    while (low + step < begins_.size() && begins_[low + step] <= place) {
        low += step;
        step *= 2;
    }
    const std::size_t high = std::min(begins_.size(), low + step);
    const auto behind =
        std::upper_bound(begins_.begin() + static_cast<std::ptrdiff_t>(low),
                         begins_.begin() + static_cast<std::ptrdiff_t>(high), place);
    return static_cast<std::uint32_t>(behind - begins_.begin()) - 1;
}

void Interner::grow() {
    slots_.assign(std::max<std::size_t>(1024, slots_.size() * 2), 0);
    for (std::uint32_t i = 0; i < begins_.size(); ++i) {
        std::size_t slot = hash_octets(text(i)) & (slots_.size() - 1);
        while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
        slots_[slot] = i + 1;
    }
}

std::uint32_t Interner::number_of(std::string_view wanted) {
    if (begins_.size() * 2 >= slots_.size()) grow();
    std::size_t slot = hash_octets(wanted) & (slots_.size() - 1);
    for (; slots_[slot] != 0; slot = (slot + 1) & (slots_.size() - 1))
        if (text(slots_[slot] - 1) == wanted) return slots_[slot] - 1;
    const auto number = static_cast<std::uint32_t>(begins_.size());
    slots_[slot] = number + 1;
    begins_.push_back(all_.size());
    all_.append(wanted);
    all_ += '\n';
    return number;
}

void Interner::close() {
    std::vector<std::uint32_t>().swap(slots_);
    all_.shrink_to_fit();
    begins_.shrink_to_fit();
}

std::size_t Interner::bytes() const {
    return all_.capacity() + begins_.capacity() * sizeof begins_[0] +
           slots_.capacity() * sizeof slots_[0];
}

std::uint64_t Texts::hash_of(const Text& one) {
    return mix64(mix64(one.form) ^ (std::uint64_t{one.first} << 32 | one.second));
}

void Texts::grow() {
    slots_.assign(std::max<std::size_t>(1024, slots_.size() * 2), 0);
    for (std::uint32_t i = 0; i < texts_.size(); ++i) {
        std::size_t slot = hash_of(texts_[i]) & (slots_.size() - 1);
        while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
        slots_[slot] = i + 1;
    }
}

std::uint32_t Texts::number_of(std::string_view text) {
    const auto parts = parts_of(text);
    std::string form(text);
    for (const std::string_view part : {parts[1], parts[0]})  // the later one first
        if (!part.empty())
            form.replace(static_cast<std::size_t>(part.data() - text.data()), part.size(), 1, gap);
    const Text wanted{forms_.number_of(form), parts_.number_of(parts[0]),
                      parts_.number_of(parts[1])};
    if (texts_.size() * 2 >= slots_.size()) grow();
    std::size_t slot = hash_of(wanted) & (slots_.size() - 1);
    for (; slots_[slot] != 0; slot = (slot + 1) & (slots_.size() - 1))
        if (texts_[slots_[slot] - 1] == wanted) return slots_[slot] - 1;
    texts_.push_back(wanted);
    slots_[slot] = static_cast<std::uint32_t>(texts_.size());
    return static_cast<std::uint32_t>(texts_.size() - 1);
}

void Texts::add(std::size_t count) {
    if (parts_.size() == 0) parts_.number_of({});  // number 0 is nothing
    const std::size_t end = std::min(run_.entries.size(), entries() + count);
    texts_of_.reserve(run_.entries.size());
    std::string key;
    for (std::size_t i = entries(); i < end; ++i) {
        if (run_.entries[i].kind() == Kind::segment) {
            texts_of_.push_back(none);
            continue;
        }
        const RowWords said = words_at(run_, run_.entries[i]);
        key = said.text;
        if (said.section.known()) key += '\t' + to_string(said.section);
        for (char& one : key) one = one == '\n' ? ' ' : to_lower(one);
        texts_of_.push_back(number_of(key));
    }
    if (!whole()) return;
    // The tables are only needed while texts come.
    std::vector<std::uint32_t>().swap(slots_);
    texts_.shrink_to_fit();
    forms_.close();
    parts_.close();
}

std::string Texts::text(std::uint32_t number) const {
    const Text& one = texts_[number];
    const std::string_view form = forms_.text(one.form);
    std::string out;
    std::uint32_t next = one.first;
    for (const char c : form) {
        if (c != gap) {
            out += c;
            continue;
        }
        out += parts_.text(next);
        next = one.second;
    }
    return out;
}

std::size_t Texts::bytes() const {
    return forms_.bytes() + parts_.bytes() + texts_.capacity() * sizeof texts_[0] +
           texts_of_.capacity() * sizeof texts_of_[0] + slots_.capacity() * sizeof slots_[0];
}

void Texts::match(Match& match) const {
    const std::string_view words = match.words;
    constexpr std::uint8_t open_behind = edge::ends | edge::within,
                           open_before = edge::begins | edge::within;
    const auto note = [](std::uint8_t& to, unsigned what, unsigned mask) {
        to = static_cast<std::uint8_t>(to | (what & mask));
    };
    // Of a form: whether the words are in it, and whether they may lie across one of its gaps.
    std::size_t known = match.forms.size();
    note_whole(forms_, words, match.forms);
    for (; known < forms_.size(); ++known) {
        std::string_view form = forms_.text(static_cast<std::uint32_t>(known));
        for (std::size_t at = form.find(gap); at != std::string_view::npos; at = form.find(gap)) {
            if (at > 0) note(match.forms[known], edges_of(form.substr(0, at), words), open_behind);
            form.remove_prefix(at + 1);
            if (!form.empty())
                note(match.forms[known], edges_of(form.substr(0, form.find(gap)), words),
                     open_before);
        }
    }
    known = match.parts.size();
    note_whole(parts_, words, match.parts);
    for (; known < parts_.size(); ++known)
        if (known != 0)
            note(match.parts[known],
                 edges_of(parts_.text(static_cast<std::uint32_t>(known)), words), 0xff);
    std::size_t text = match.hit.size();
    match.hit.resize(texts_.size(), 0);
    for (; text < texts_.size(); ++text) {
        const Text& one = texts_[text];
        const std::uint8_t form = match.forms[one.form];
        const std::uint8_t first = match.parts[one.first], second = match.parts[one.second];
        const unsigned parts = unsigned{first} | second;
        if (((form | parts) & edge::has) != 0) {
            match.hit[text] = 1;
        } else if (((form & open_behind) != 0 && (parts & open_before) != 0) ||
                   ((parts & open_behind) != 0 && (form & open_before) != 0)) {
            // Perhaps across a gap: only the text itself tells.
            match.hit[text] = find_words(this->text(static_cast<std::uint32_t>(text)), words, 0) !=
                                      std::string_view::npos
                                  ? 1
                                  : 0;
        }
    }
}

}  // namespace postroad::viz
