// Taking texts apart, and finding words in what is left: in forms, in parts, and across their edges.
#include "viz/model/texts.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <thread>

#include "protocols/base/ascii.hpp"
#include "protocols/base/assertion.hpp"
#include "protocols/base/hash.hpp"

namespace postroad::viz {
namespace {

constexpr char gap = 1;  // in a form; no text has it: visible() escapes it
constexpr std::uint32_t gaps_max = 255;
// Numbers below this stand for themselves and need no entry among the parts.
constexpr std::uint32_t numbers_max = 1U << 20;
constexpr std::uint32_t worth_a_thread = 100'000;  // texts to look at

// Where a piece of a text and the words looked for can overlap at its edges.
namespace edge {
constexpr std::uint8_t has = 1;     // the words are in it whole
constexpr std::uint8_t begins = 2;  // it begins with the words' end
constexpr std::uint8_t ends = 4;    // it ends with the words' beginning
constexpr std::uint8_t within = 8;  // it is in the words whole
constexpr std::uint8_t open_behind = ends | within, open_before = begins | within;
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

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool in_part(char c) {
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '.' || c == '-' || c == '_' || c == '+' ||
           c == '/';
}

// The end of the part that begins here, or `at` when there is none: a run with a digit in it.
std::size_t part_end(std::string_view text, std::size_t at) {
    // A reply's code is a part by itself (RFC 5321 §4.2.1).
    if (at == 0 && text.size() > 3 && text[3] == '-' && is_digit(text[0]) && is_digit(text[1]) &&
        is_digit(text[2]))
        return 3;
    std::size_t end = at, last_digit = 0;
    for (; end < text.size() && in_part(text[end]); ++end)
        if (is_digit(text[end])) last_digit = end + 1;
    if (last_digit == 0) return at;
    while (text[end - 1] == '.' || text[end - 1] == '-') --end;  // a name is one with and without
    return end;
}

// A number that is written as one would be: without zeros before it, and not too large.
std::optional<std::uint32_t> plain_number(std::string_view part) {
    if (part.size() > 7 || (part.front() == '0' && part.size() > 1)) return std::nullopt;
    std::uint32_t out = 0;
    for (const char c : part) {
        if (!is_digit(c)) return std::nullopt;
        out = out * 10 + static_cast<std::uint32_t>(c - '0');
    }
    return out < numbers_max ? std::optional(out) : std::nullopt;
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

void note(std::uint8_t& to, unsigned what, unsigned mask) {
    to = static_cast<std::uint8_t>(to | (what & mask));
}

// Of a form: whether the words are in it, and whether they may lie across one of its gaps.
void note_forms(const Interner& forms, std::string_view words, std::vector<std::uint8_t>& noted) {
    std::size_t known = noted.size();
    note_whole(forms, words, noted);
    for (; known < forms.size(); ++known) {
        std::string_view form = forms.text(static_cast<std::uint32_t>(known));
        for (std::size_t at = form.find(gap); at != std::string_view::npos; at = form.find(gap)) {
            if (at > 0) note(noted[known], edges_of(form.substr(0, at), words), edge::open_behind);
            form.remove_prefix(at + 1);
            if (!form.empty())
                note(noted[known], edges_of(form.substr(0, form.find(gap)), words),
                     edge::open_before);
        }
    }
}

void note_parts(const Interner& parts, std::string_view words, std::vector<std::uint8_t>& noted) {
    std::size_t known = noted.size();
    note_whole(parts, words, noted);
    for (; known < parts.size(); ++known)
        note(noted[known], edges_of(parts.text(static_cast<std::uint32_t>(known)), words), 0xff);
}

void note_numbers(std::uint32_t numbers, std::string_view words, std::vector<std::uint8_t>& noted) {
    auto known = static_cast<std::uint32_t>(noted.size());
    noted.resize(numbers, 0);
    if (std::none_of(words.begin(), words.end(), is_digit)) return;
    std::array<char, 8> digits;
    for (; known < numbers; ++known) {
        std::size_t begin = digits.size();
        std::uint32_t left = known;
        do digits[--begin] = static_cast<char>('0' + left % 10);
        while ((left /= 10) != 0);
        const std::string_view number(digits.data() + begin, digits.size() - begin);
        unsigned all = edges_of(number, words);
        if (number.find(words) != std::string_view::npos) all |= edge::has;
        noted[known] = static_cast<std::uint8_t>(all);
    }
}

bool any(const std::vector<std::uint8_t>& noted, unsigned mask) {
    return std::any_of(noted.begin(), noted.end(),
                       [mask](std::uint8_t one) { return (one & mask) != 0; });
}

}  // namespace

void Texts::put_number(std::string& to, std::uint64_t number) {
    for (; number >= 0x80; number >>= 7) to += static_cast<char>(number | 0x80);
    to += static_cast<char>(number);
}

void Texts::put_part(std::string_view part) {
    if (const auto number = plain_number(part)) {
        numbers_ = std::max(numbers_, *number + 1);
        put_number(record_, std::uint64_t{*number} << 1 | 1);
    } else {
        put_number(record_, std::uint64_t{parts_.number_of(part)} << 1);
    }
}

void Texts::grow() {
    slots_.assign(std::max<std::size_t>(1024, slots_.size() * 2), 0);
    for (std::uint32_t i = 0; i < size_; ++i) {
        const std::size_t end = i + 1 < size_ ? starts_[i + 1] : records_.size();
        const std::string_view record(records_.data() + starts_[i], end - starts_[i]);
        std::size_t slot = hash_octets(record) & (slots_.size() - 1);
        while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
        slots_[slot] = i + 1;
    }
}

// size_ when it is new.
std::uint32_t Texts::number_of(NodeId node, std::string_view text) {
    form_.clear();
    std::uint32_t gaps = 0;
    const std::size_t section = text.find('\t');  // few, and no names in them: they stay
    const std::string_view said = text.substr(0, section);
    std::array<std::string_view, gaps_max> parts;
    for (std::size_t at = 0; at < said.size();) {
        const bool starts = gaps < gaps_max && (is_digit(said[at]) || (said[at] >= 'a' && said[at] <= 'z'));
        const std::size_t end = starts ? part_end(said, at) : at;
        if (end > at) {
            form_ += gap;
            parts[gaps++] = said.substr(at, end - at);
            at = end;
            continue;
        }
        do form_ += said[at++];
        while (starts && at < said.size() && in_part(said[at]));
    }
    if (section != std::string_view::npos) form_ += text.substr(section);
    const std::uint32_t form = forms_.number_of(form_);
    if (form == gaps_.size()) gaps_.push_back(static_cast<std::uint8_t>(gaps));
    record_.clear();
    put_number(record_, node == sim::nothing ? 0 : std::uint64_t{node} + 1);
    put_number(record_, form);
    for (std::uint32_t i = 0; i < gaps; ++i) put_part(parts[i]);

    if (std::size_t{size_} * 5 >= slots_.size() * 3) grow();
    std::size_t slot = hash_octets(record_) & (slots_.size() - 1);
    for (; slots_[slot] != 0; slot = (slot + 1) & (slots_.size() - 1))
        if (records_.compare(starts_[slots_[slot] - 1], record_.size(), record_) == 0)
            return slots_[slot] - 1;
    POSTROAD_ASSERT(records_.size() + record_.size() < 0xffffffff);
    slots_[slot] = size_ + 1;
    starts_.push_back(static_cast<std::uint32_t>(records_.size()));
    records_ += record_;
    return size_;
}

void Texts::add(std::size_t count) {
    std::string text;
    if (who_.size() == 0) who_.reserve(run_.entries.size());
    for (; count > 0 && !whole(); --count, reader_.next()) {
        if (reader_.at() % mark_every == 0) {
            marks_.emplace_back();
            marks_.back().at_ = stream_.size();
            marks_.back().fresh_ = size_;
        }
        const Entry entry = reader_.entry();
        if (!speaks(entry.kind())) {
            who_.add(who_at(run_, entry));
            continue;
        }
        const RowWords said = words_at(run_, entry);
        who_.add(said);
        text = said.text;
        if (said.section.known()) text += '\t' + to_string(said.section);
        for (char& one : text) one = one == '\n' ? ' ' : to_lower(one);
        const std::uint32_t number = number_of(said.from, text);
        put_number(stream_, number == size_ ? 0 : size_ - number);
        if (number == size_) ++size_;
    }
    if (!whole()) return;
    middle_ = size_ / 2 & ~63U;
    middle_at_ = middle_ == 0 ? 0 : starts_[middle_];
    // The tables are only needed while texts come.
    std::vector<std::uint32_t>().swap(slots_);
    std::vector<std::uint32_t>().swap(starts_);
    records_.shrink_to_fit();
    stream_.shrink_to_fit();
    forms_.close();
    parts_.close();
}

std::string Texts::text_at(std::size_t at) const {
    take_number(records_.data(), at);  // the node
    const auto form = static_cast<std::uint32_t>(take_number(records_.data(), at));
    std::string out;
    for (const char c : forms_.text(form)) {
        if (c != gap) {
            out += c;
            continue;
        }
        const std::uint64_t part = take_number(records_.data(), at);
        if ((part & 1) != 0) out += std::to_string(part >> 1);
        else out += parts_.text(static_cast<std::uint32_t>(part >> 1));
    }
    return out;
}

std::size_t Texts::bytes() const {
    return who_.bytes() + forms_.bytes() + parts_.bytes() + records_.capacity() + stream_.capacity() +
           gaps_.capacity() + marks_.capacity() * sizeof marks_[0] + (starts_.capacity() + slots_.capacity()) * sizeof slots_[0];
}

void Texts::match(Match& match) const {
    const std::string_view words = match.words;
    note_forms(forms_, words, match.forms);
    note_parts(parts_, words, match.parts);
    note_numbers(numbers_, words, match.numbers);
    match.hit.resize((std::size_t{size_} + 63) / 64, 0);
    // Words that are nowhere, as most are while somebody types: no text need be looked at.
    if (!any(match.forms, edge::has) && !any(match.parts, 0xff) && !any(match.numbers, 0xff) &&
        !any(match.hosts, 0xff)) {
        match.texts = size_;
        match.at = records_.size();
        return;
    }
    if (!whole() || match.texts > middle_ || size_ < worth_a_thread) {
        match.at = look(match, match.texts, match.at, size_, match.any);
    } else {  // two threads, which write to words of their own
        bool behind = false;
        std::size_t end = 0;
        std::thread other(
            [&] { end = look(match, middle_, middle_at_, size_, behind); });
        static_cast<void>(look(match, match.texts, match.at, middle_, match.any));
        other.join();
        match.at = end;
        match.any = match.any || behind;
    }
    match.texts = size_;
}

std::size_t Texts::look(Match& match, std::uint32_t text, std::size_t at, std::uint32_t end,
                        bool& any) const {
    const char* const records = records_.data();
    const std::string_view words = match.words;
    for (; text < end; ++text) {
        const std::size_t begin = at;
        const std::uint64_t node = take_number(records, at);
        const std::uint64_t number = take_number(records, at);
        const std::uint8_t form = match.forms[number];
        unsigned parts = 0;
        for (unsigned gaps = gaps_[number]; gaps > 0; --gaps) {
            const std::uint64_t part = take_number(records, at);
            parts |= (part & 1) != 0 ? match.numbers[part >> 1] : match.parts[part >> 1];
        }
        bool hit = ((form | parts) & edge::has) != 0 ||
                   (node != 0 && node <= match.hosts.size() && match.hosts[node - 1] != 0);
        if (!hit && (((form & edge::open_behind) != 0 && (parts & edge::open_before) != 0) ||
                     ((parts & edge::open_behind) != 0 && (form & edge::open_before) != 0)))
            // Perhaps across a gap: only the text itself tells.
            hit = find_words(text_at(begin), words, 0) != std::string_view::npos;
        if (!hit) continue;
        any = true;
        match.hit[text / 64] |= std::uint64_t{1} << (text % 64);
    }
    return at;
}

}  // namespace postroad::viz
