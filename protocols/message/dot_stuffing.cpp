// The loops over message text: 64 octets at a time where nothing special happens, octet by octet
// where something does. The octet machine is the definition; the blocks only skip.
#include "protocols/message/dot_stuffing.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace postroad::message {

namespace {

constexpr std::size_t block_bytes = 64;

// One bit an octet, the first octet lowest.
struct Masks {
    std::uint64_t cr = 0;
    std::uint64_t lf = 0;
    std::uint64_t dot = 0;
};

#if defined(__SSE2__)
inline std::uint64_t bits(__m128i v, int at) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(v)))
           << (at * 16);
}

inline __m128i load(const char* data, int at) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(data + std::ptrdiff_t{16} * at));
}

inline Masks masks_of(const char* data) {
    Masks m;
    for (int i = 0; i < 4; ++i) {
        const __m128i v = load(data, i);
        m.cr |= bits(_mm_cmpeq_epi8(v, _mm_set1_epi8('\r')), i);
        m.lf |= bits(_mm_cmpeq_epi8(v, _mm_set1_epi8('\n')), i);
        m.dot |= bits(_mm_cmpeq_epi8(v, _mm_set1_epi8('.')), i);
    }
    return m;
}

// Whether any octet of the blocks added was 8-bit or NUL.
class OddOctets {
public:
    void add(const char* data) {
        for (int i = 0; i < 4; ++i) {
            const __m128i v = load(data, i);
            high_ = _mm_or_si128(high_, v);
            nul_ = _mm_or_si128(nul_, _mm_cmpeq_epi8(v, _mm_setzero_si128()));
        }
    }
    std::uint8_t flags() const {
        return static_cast<std::uint8_t>((_mm_movemask_epi8(high_) != 0 ? seen::eight_bit : 0) |
                                         (_mm_movemask_epi8(nul_) != 0 ? seen::nul : 0));
    }

private:
    __m128i high_ = _mm_setzero_si128();
    __m128i nul_ = _mm_setzero_si128();
};
#else
inline Masks masks_of(const char* data) {
    Masks m;
    for (unsigned i = 0; i < block_bytes; ++i) {
        const char c = data[i];
        m.cr |= std::uint64_t{c == '\r'} << i;
        m.lf |= std::uint64_t{c == '\n'} << i;
        m.dot |= std::uint64_t{c == '.'} << i;
    }
    return m;
}

class OddOctets {
public:
    void add(const char* data) {
        for (std::size_t i = 0; i < block_bytes; ++i) {
            if (is_8bit(data[i])) flags_ |= seen::eight_bit;
            if (data[i] == '\0') flags_ |= seen::nul;
        }
    }
    std::uint8_t flags() const { return flags_; }

private:
    std::uint8_t flags_ = 0;
};
#endif

// Where the line ends of a block are, given what stood before it.
struct Lines {
    std::uint64_t crlf = 0;      // the LF of each CRLF
    std::uint64_t bare = 0;      // a bare LF, or the octet behind a bare CR
    std::uint64_t dot_first = 0; // a period that begins a line
};

// `after_cr` and `line_start` are 0 or 1: the bit carried in from the block before.
inline Lines lines_of(const Masks& m, std::uint64_t after_cr, std::uint64_t line_start) {
    const std::uint64_t behind_cr = (m.cr << 1) | after_cr;
    Lines l;
    l.crlf = m.lf & behind_cr;
    l.bare = m.lf ^ behind_cr;
    l.dot_first = m.dot & ((l.crlf << 1) | line_start);
    return l;
}

// The octet machine inside a line. Periods that begin a line are its caller's business.
inline Unstuffer::Place next_place(Unstuffer::Place place, char c, std::uint8_t& flags) {
    if (is_8bit(c)) flags |= seen::eight_bit;
    if (c == '\0') flags |= seen::nul;
    if (place == Unstuffer::after_cr) {
        if (c == '\n') return Unstuffer::line_start;
        flags |= seen::bare_cr;
        place = Unstuffer::bare_end;
    }
    if (place == Unstuffer::bare_end_dot && (c == '\r' || c == '\n')) flags |= seen::false_end;
    if (c == '\r') return Unstuffer::after_cr;
    if (c == '\n') {
        flags |= seen::bare_lf;
        return Unstuffer::bare_end;
    }
    if (c == '.' && place == Unstuffer::bare_end) return Unstuffer::bare_end_dot;
    return Unstuffer::in_line;
}

// Skips what holds neither a bare CR or LF nor a period at line start. Leaves `state` as the octet
// machine would. A rest that is shorter than a block is padded with octets that mean nothing.
inline std::size_t skip_ordinary(std::string_view input, std::size_t at, Unstuffer& state) {
    constexpr std::size_t worth_padding_bytes = 12;
    if (state.place > Unstuffer::after_cr) return at;
    std::uint64_t after_cr = state.place == Unstuffer::after_cr ? 1 : 0;
    std::uint64_t line_start = state.place == Unstuffer::line_start ? 1 : 0;
    OddOctets odd;
    char padded[block_bytes];
    while (input.size() - at >= worth_padding_bytes) {
        const std::size_t size = std::min(input.size() - at, block_bytes);
        const char* block = input.data() + at;
        if (size < block_bytes) {
            std::memset(padded, 'x', block_bytes);
            std::memcpy(padded, block, size);
            block = padded;
        }
        const Masks m = masks_of(block);
        const Lines l = lines_of(m, after_cr, line_start);
        const std::uint64_t special = l.bare | l.dot_first;
        std::size_t ordinary = static_cast<std::size_t>(std::countr_zero(special));
        if (ordinary == 0) break;
        if (ordinary >= block_bytes && size == block_bytes) {
            odd.add(block);
            after_cr = m.cr >> 63;
            line_start = l.crlf >> 63;
            at += block_bytes;
            continue;
        }
        ordinary = std::min(ordinary, size);
        if (block != padded) std::memcpy(padded, block, block_bytes);
        std::memset(padded + ordinary, 'x', block_bytes - ordinary);
        odd.add(padded);
        after_cr = m.cr >> (ordinary - 1) & 1U;
        line_start = l.crlf >> (ordinary - 1) & 1U;
        at += ordinary;
        break;
    }
    state.flags |= odd.flags();
    state.place = after_cr != 0     ? Unstuffer::after_cr
                  : line_start != 0 ? Unstuffer::line_start
                                    : Unstuffer::in_line;
    return at;
}

} // namespace

Unstuffed unstuff_step(Unstuffer& state, std::string_view input) {
    if (state.place == Unstuffer::ended) return {0, {}, true};
    if (input.empty()) return {};
    if (state.place == Unstuffer::after_dot) {
        if (input[0] == '\r') {
            state.place = Unstuffer::after_dot_cr;
            return {1, {}, false};
        }
        if (input[0] == '\n') state.flags |= seen::false_end; // CRLF.LF
        state.place = Unstuffer::in_line;
    } else if (state.place == Unstuffer::after_dot_cr) {
        if (input[0] == '\n') {
            state.place = Unstuffer::ended;
            return {1, {}, true};
        }
        state.flags |= seen::bare_cr | seen::false_end; // CRLF.CR
        state.place = Unstuffer::bare_end;
        return {0, "\r", false};
    }
    std::size_t at = 0;
    while (at < input.size()) {
        at = skip_ordinary(input, at, state);
        // Octet by octet to the end of the short rest, or until a block is worth trying again.
        const std::size_t stop =
            input.size() - at > block_bytes ? at + block_bytes / 4 : input.size();
        for (; at < stop; ++at) {
            if (state.place == Unstuffer::line_start && input[at] == '.') {
                state.place = Unstuffer::after_dot;
                return {at + 1, input.substr(0, at), false};
            }
            state.place = next_place(state.place, input[at], state.flags);
        }
    }
    return {at, input, false};
}

StuffStep stuff_step(Stuffer& state, std::string_view input) {
    std::size_t at = 0;
    while (input.size() - at >= block_bytes) {
        const Masks m = masks_of(input.data() + at);
        const Lines l = lines_of(m, state.place == Stuffer::after_cr ? 1 : 0,
                                 state.place == Stuffer::line_start ? 1 : 0);
        if (l.dot_first != 0) {
            state.place = Stuffer::in_line; // the period goes out with what follows
            return {at + static_cast<std::size_t>(std::countr_zero(l.dot_first)), true};
        }
        state.place = (m.cr >> 63) != 0     ? Stuffer::after_cr
                      : (l.crlf >> 63) != 0 ? Stuffer::line_start
                                            : Stuffer::in_line;
        at += block_bytes;
    }
    for (; at < input.size(); ++at) {
        const char c = input[at];
        if (c == '.' && state.place == Stuffer::line_start) {
            state.place = Stuffer::in_line;
            return {at, true};
        }
        state.place = c == '\r'                                      ? Stuffer::after_cr
                      : c == '\n' && state.place == Stuffer::after_cr ? Stuffer::line_start
                                                                      : Stuffer::in_line;
    }
    return {at, false};
}

} // namespace postroad::message
