// Reads and writes NTLM's messages. Offsets and sizes are the peer's, and checked.
#include "protocols/ntlm/messages.hpp"

#include "protocols/ntlm/hashes.hpp"

namespace postroad::ntlm {
namespace {

constexpr std::string_view signature("NTLMSSP\0", 8);
constexpr std::string_view our_version("\x0a\0\x61\x4a\0\0\0\x0f", 8);  // §2.2.2.10: 10.0, revision 15

void put16(std::string& out, std::size_t value) {
    out += static_cast<char>(value & 0xff);
    out += static_cast<char>(value >> 8 & 0xff);
}
void put32(std::string& out, std::size_t value) {
    put16(out, value & 0xffff);
    put16(out, value >> 16 & 0xffff);
}
std::uint32_t get(std::string_view octets, std::size_t at, std::size_t count) {
    std::uint32_t out = 0;
    for (std::size_t i = 0; i < count && at + i < octets.size(); ++i)
        out |= static_cast<std::uint32_t>(static_cast<unsigned char>(octets[at + i])) << 8 * i;
    return out;
}

// Length, room, offset: then the field itself, somewhere behind.
std::optional<std::string_view> field_at(std::string_view octets, std::size_t at) {
    if (at + 8 > octets.size()) return std::nullopt;
    const std::size_t size = get(octets, at, 2);
    const std::size_t offset = get(octets, at + 4, 4);
    if (size == 0) return std::string_view{};
    if (offset > octets.size() || size > octets.size() - offset) return std::nullopt;
    return octets.substr(offset, size);
}

class Writer {
  public:
    Writer(std::uint32_t type, std::size_t header_octets) : payload_at_(header_octets) {
        out_ = signature;
        put32(out_, type);
    }
    void field(std::string_view value) {
        put16(out_, value.size());
        put16(out_, value.size());
        put32(out_, payload_at_ + payload_.size());
        payload_ += value;
    }
    void word(std::uint32_t value) { put32(out_, value); }
    void octets(std::string_view value) { out_ += value; }
    std::string done() { return out_ + payload_; }

  private:
    std::size_t payload_at_;
    std::string out_, payload_;
};

std::optional<std::string> text_of(std::string_view field, std::uint32_t flags) {
    if (flags & flag::unicode) return utf8(field);
    return std::string(field);
}

}  // namespace

std::string encode_pairs(const std::vector<AvPair>& pairs) {
    std::string out;
    for (const AvPair& one : pairs) {
        put16(out, static_cast<std::size_t>(one.id));
        put16(out, one.value.size());
        out += one.value;
    }
    put32(out, 0);
    return out;
}

std::optional<std::vector<AvPair>> decode_pairs(std::string_view octets) {
    std::vector<AvPair> out;
    while (octets.size() >= 4) {
        const auto id = static_cast<AvId>(get(octets, 0, 2));
        const std::size_t size = get(octets, 2, 2);
        octets.remove_prefix(4);
        if (id == AvId::end) return out;
        if (size > octets.size()) return std::nullopt;
        out.push_back({id, std::string(octets.substr(0, size))});
        octets.remove_prefix(size);
    }
    return std::nullopt;
}

const AvPair* find_pair(const std::vector<AvPair>& pairs, AvId id) {
    for (const AvPair& one : pairs)
        if (one.id == id) return &one;
    return nullptr;
}

std::optional<std::uint32_t> flags_of(const std::vector<AvPair>& pairs) {
    const AvPair* const found = find_pair(pairs, AvId::flags);
    if (found == nullptr || found->value.size() != 4) return std::nullopt;
    return get(found->value, 0, 4);
}

std::uint32_t type_of(std::string_view message) {
    if (message.size() < 12 || message.substr(0, 8) != signature) return 0;
    return get(message, 8, 4);
}

std::string encode(const Negotiate& message) {
    Writer out(1, 40);
    out.word(message.flags);
    out.field(message.domain);
    out.field(message.workstation);
    out.octets(our_version);
    return out.done();
}

std::optional<Negotiate> decode_negotiate(std::string_view octets) {
    if (type_of(octets) != 1 || octets.size() < 16) return std::nullopt;
    Negotiate out;
    out.flags = get(octets, 12, 4);
    if (octets.size() < 32) return out;  // the first clients ended here
    const auto domain = field_at(octets, 16);
    const auto workstation = field_at(octets, 24);
    if (!domain || !workstation) return std::nullopt;
    if (out.flags & flag::domain_supplied) out.domain = *domain;
    if (out.flags & flag::workstation_supplied) out.workstation = *workstation;
    return out;
}

std::string encode(const Challenge& message) {
    Writer out(2, 56);
    out.field((message.flags & flag::unicode) ? utf16(message.target) : message.target);
    out.word(message.flags);
    out.octets(message.server_challenge);
    out.octets(std::string_view("\0\0\0\0\0\0\0\0", 8));
    out.field(message.target_info);
    out.octets(our_version);
    return out.done();
}

std::optional<Challenge> decode_challenge(std::string_view octets) {
    if (type_of(octets) != 2 || octets.size() < 32) return std::nullopt;
    Challenge out;
    out.flags = get(octets, 20, 4);
    const auto target = field_at(octets, 12);
    if (!target) return std::nullopt;
    const auto name = text_of(*target, out.flags);
    if (!name) return std::nullopt;
    out.target = *name;
    out.server_challenge = octets.substr(24, 8);
    if (out.flags & flag::target_info) {
        const auto info = field_at(octets, 40);
        if (!info) return std::nullopt;
        out.target_info = *info;
    }
    return out;
}

std::string encode(const Authenticate& message) {
    const auto name = [&](const std::string& text) {
        return (message.flags & flag::unicode) ? utf16(text) : text;
    };
    Writer out(3, mic_offset + mic_octets);
    out.field(message.lm_response);
    out.field(message.nt_response);
    out.field(name(message.domain));
    out.field(name(message.user));
    out.field(name(message.workstation));
    out.field(message.session_key);
    out.word(message.flags);
    out.octets(our_version);
    out.octets(message.mic.size() == mic_octets ? message.mic : std::string(mic_octets, '\0'));
    return out.done();
}

std::optional<Authenticate> decode_authenticate(std::string_view octets) {
    if (type_of(octets) != 3 || octets.size() < 64) return std::nullopt;
    Authenticate out;
    out.flags = get(octets, 60, 4);
    std::optional<std::string_view> fields[6];
    std::size_t payload = octets.size();
    for (std::size_t i = 0; i < 6; ++i) {
        fields[i] = field_at(octets, 12 + 8 * i);
        if (!fields[i]) return std::nullopt;
        if (!fields[i]->empty())
            payload = std::min<std::size_t>(payload, get(octets, 16 + 8 * i, 4));
    }
    const auto domain = text_of(*fields[2], out.flags);
    const auto user = text_of(*fields[3], out.flags);
    const auto workstation = text_of(*fields[4], out.flags);
    if (!domain || !user || !workstation) return std::nullopt;
    out.lm_response = *fields[0];
    out.nt_response = *fields[1];
    out.domain = *domain;
    out.user = *user;
    out.workstation = *workstation;
    out.session_key = *fields[5];
    // Only where the payload begins tells whether there is a MIC at all.
    if (payload >= mic_offset + mic_octets && octets.size() >= mic_offset + mic_octets)
        out.mic = octets.substr(mic_offset, mic_octets);
    return out;
}

}  // namespace postroad::ntlm
