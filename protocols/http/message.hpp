// HTTP/1.1 messages (RFC 9112): heads read from octets, fields found, bodies taken off a stream,
// heads written. Nothing here knows who speaks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/base/machine.hpp"

namespace postroad::http {

// RFC 9112 §3: 8000 octets at least. The rest are this program's own.
inline constexpr std::size_t line_octets_max = 8'000;
inline constexpr std::size_t head_octets_max = 32'000;
inline constexpr std::uint64_t body_octets_max = 1U << 20;

bool is_token(std::string_view text);  // RFC 9110 §5.6.2

// The field lines of a head, each with its line end, as they came.
class Fields {
  public:
    explicit Fields(std::string_view lines) : rest_(lines) {}
    bool next(std::string_view& name, std::string_view& value);

  private:
    std::string_view rest_;
};
// The first field of that name; `count` says how many there are.
std::optional<std::string_view> field(std::string_view lines, std::string_view name,
                                      std::size_t* count = nullptr);
// Whether a list (RFC 9110 §5.6.1) in a field of that name holds this word.
bool field_has(std::string_view lines, std::string_view name, std::string_view word);

// A head without its empty line: the first line, then the field lines.
struct Head {
    std::string_view line, fields;
};
Head split_head(std::string_view head);
// The size of the head at the front of `octets`, its empty line included; 0: not all there yet.
std::size_t head_size(std::string_view octets);
// RFC 9112 §5: each line is a name, a colon right behind it, and a value without a line break.
bool are_fields(std::string_view lines);

struct RequestLine {
    std::string_view method, target;
    std::uint8_t minor = 0;  // of the version: HTTP/1.0 or HTTP/1.1
    std::uint16_t fault = 0; // 0: none; else what a server answers
};
RequestLine parse_request_line(std::string_view line);

struct StatusLine {
    std::uint16_t code = 0;
    std::uint8_t minor = 0;
    std::string_view reason;
};
std::optional<StatusLine> parse_status_line(std::string_view line);

// How long a body is (RFC 9112 §6.3).
enum class Framing : std::uint8_t { none, sized, chunked, until_close };
struct BodySize {
    Framing framing = Framing::none;
    std::uint64_t octets = 0;
    std::uint16_t fault = 0;  // as in RequestLine
};
BodySize body_size(std::string_view fields, bool is_request);

// Takes a body off a stream, piece by piece, in whatever way it is framed.
enum class BodyState : std::uint8_t {
    sized, chunk_size, chunk, chunk_end, trailer, until_close, done, broken, too_large
};
struct BodyReader {
    BodyState state = BodyState::done;
    std::uint8_t unused[7] = {};
    std::uint64_t left = 0;  // of the body, or of the chunk in hand
    Text octets;             // the body so far
};
static_assert(Record<BodyReader>);
void begin(BodyReader& reader, const BodySize& size);
// How many octets of `from` belong to the body.
std::size_t take(BodyReader& reader, std::string_view from, Heap& heap);

// "Tue, 01 Sep 2010 08:00:00 GMT" (RFC 9110 §5.6.7).
std::string date_text(std::int64_t unix_s);
// The words usual beside a status code (RFC 9110 §15).
std::string_view reason_phrase(std::uint16_t code);

}  // namespace postroad::http
