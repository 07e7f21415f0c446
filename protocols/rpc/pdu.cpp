// Each packet described once, in the order of C706 §12.6.4.
#include "protocols/rpc/pdu.hpp"

#include <algorithm>

#include "protocols/rpc/ndr.hpp"

namespace postroad::rpc {
namespace {

constexpr std::uint8_t little_endian_ascii_ieee[4] = {0x10, 0, 0, 0};  // C706 §14.1
constexpr std::uint8_t version_major = 5;

// Counts of one octet, with three more of nothing behind.
template <class A, class T> void counted(A& a, std::vector<T>& list) {
    auto count = static_cast<std::uint8_t>(list.size());
    a.value(count);
    std::uint8_t reserved = 0;
    std::uint16_t reserved2 = 0;
    a.value(reserved);
    a.value(reserved2);
    if constexpr (A::reading) list.resize(count);
    for (T& one : list) a.value(one);
}

struct Common {
    std::uint8_t version = version_major, minor = 0;
    PacketType type = PacketType::request;
    std::uint8_t flags = 0;
    std::uint8_t representation[4] = {0x10, 0, 0, 0};
    std::uint16_t fragment = 0, auth = 0;
    std::uint32_t call = 0;
};

template <class A> void describe(A& a, Common& value) {  // C706 §12.6.3.1
    a.value(value.version);
    a.value(value.minor);
    a.value(value.type);
    a.value(value.flags);
    for (std::uint8_t& octet : value.representation) a.value(octet);
    a.value(value.fragment);
    a.value(value.auth);
    a.value(value.call);
}

}  // namespace

template <class A> void describe(A& a, PresentationContext& value) {
    a.align(4);
    a.value(value.id);
    auto count = static_cast<std::uint8_t>(value.transfers.size());
    std::uint8_t reserved = 0;
    a.value(count);
    a.value(reserved);
    a.value(value.abstract);
    if constexpr (A::reading) value.transfers.resize(count);
    for (Syntax& one : value.transfers) a.value(one);
}
template <class A> void describe(A& a, Bind& value) {  // §12.6.4.3, §12.6.4.1
    a.value(value.max_sent);
    a.value(value.max_received);
    a.value(value.group);
    counted(a, value.contexts);
}
template <class A> void describe(A& a, ContextResult& value) {
    a.align(4);
    a.value(value.verdict);
    a.value(value.reason);
    a.value(value.transfer);
}
template <class A> void describe(A& a, BindAck& value) {  // §12.6.4.4, §12.6.4.2
    a.value(value.max_sent);
    a.value(value.max_received);
    a.value(value.group);
    // port_any_t: a size that counts the NUL, and is 0 where there is no address.
    std::string address = value.secondary_address;
    if (!address.empty()) address += '\0';
    auto size = static_cast<std::uint16_t>(address.size());
    a.value(size);
    a.octets(address, size);
    if constexpr (A::reading) value.secondary_address = address.substr(0, address.find('\0'));
    a.align(4);
    counted(a, value.results);
}
template <class A> void describe(A& a, BindNak& value) {  // §12.6.4.5
    a.value(value.reason);
    std::uint8_t count = 1, major = version_major, minor = 0;
    a.value(count);
    for (std::uint8_t i = 0; i < count; ++i) {
        a.value(major);
        a.value(minor);
    }
}
template <class A> void describe(A& a, Auth3&) {  // MS-RPCE §2.2.2.5: four octets that mean nothing
    std::uint32_t nothing = 0;
    a.value(nothing);
}
template <class A> void describe(A& a, Response& value) {  // §12.6.4.10
    std::uint8_t reserved = 0;
    a.value(value.octets_hint);
    a.value(value.context);
    a.value(value.cancels);
    a.value(reserved);
}
template <class A> void describe(A& a, Fault& value) {  // §12.6.4.7
    std::uint8_t reserved = 0;
    std::uint32_t reserved2 = 0;
    a.value(value.octets_hint);
    a.value(value.context);
    a.value(value.cancels);
    a.value(reserved);
    a.value(value.status);
    a.value(reserved2);
}
template <class A>
void describe(A& a, Request& value) {  // §12.6.4.9; the header's flag says if there is an object
    a.value(value.octets_hint);
    a.value(value.context);
    a.value(value.operation);
    if (value.object) a.value(*value.object);
}
template <class A> void describe(A&, Plain&) {}

template <class A> void describe(A& a, Verifier& value) {  // MS-RPCE §2.2.2.11, the fixed part
    std::uint8_t reserved = 0;
    a.value(value.type);
    a.value(value.level);
    a.value(value.padding);
    a.value(reserved);
    a.value(value.context);
}

namespace {

std::size_t stub_begins(const Header& header) {
    switch (header.type) {
    case PacketType::request:
        return call_header_octets + ((header.flags & flag::object) ? 16U : 0U);
    case PacketType::response: return call_header_octets;
    case PacketType::fault: return 32;
    default: return 0;
    }
}

template <class T> T& emplace(Packet& packet) { return packet.body.emplace<T>(); }

// The body before its stub, for reading: the variant is set to what the type says.
bool read_body(ndr::Reader& a, Packet& packet) {
    switch (packet.type) {
    case PacketType::bind:
    case PacketType::alter_context: a.value(emplace<Bind>(packet)); break;
    case PacketType::bind_ack:
    case PacketType::alter_context_response: a.value(emplace<BindAck>(packet)); break;
    case PacketType::bind_nak: a.value(emplace<BindNak>(packet)); break;
    case PacketType::auth3: a.value(emplace<Auth3>(packet)); break;
    case PacketType::request: {
        Request& request = emplace<Request>(packet);
        if (packet.flags & flag::object) request.object.emplace();
        a.value(request);
        break;
    }
    case PacketType::response: a.value(emplace<Response>(packet)); break;
    case PacketType::fault: a.value(emplace<Fault>(packet)); break;
    case PacketType::shutdown:
    case PacketType::cancel:
    case PacketType::orphaned: emplace<Plain>(packet); break;
    }
    return a.good();
}

bool is_known(std::uint8_t type) {
    switch (static_cast<PacketType>(type)) {
    case PacketType::request:
    case PacketType::response:
    case PacketType::fault:
    case PacketType::bind:
    case PacketType::bind_ack:
    case PacketType::bind_nak:
    case PacketType::alter_context:
    case PacketType::alter_context_response:
    case PacketType::auth3:
    case PacketType::shutdown:
    case PacketType::cancel:
    case PacketType::orphaned: return true;
    }
    return false;
}

}  // namespace

HeaderFault read_header(std::string_view octets, Header& out) {
    if (octets.size() < header_octets) return HeaderFault::short_of_octets;
    // C706 §14.1: the label says how everything else is to be read, so it comes first.
    const auto integers = static_cast<std::uint8_t>(octets[4]) >> 4;
    const auto characters = static_cast<std::uint8_t>(octets[4]) & 0xf;
    out.big_endian = integers == 0;
    Common common;
    ndr::Reader reader(octets.substr(0, header_octets), out.big_endian);
    reader.value(common);
    out.type = common.type;
    out.flags = common.flags;
    out.call = common.call;
    out.fragment = common.fragment;
    out.auth = common.auth;
    out.minor = common.minor;
    if (common.version != version_major || common.minor > 1) return HeaderFault::version;
    if (!is_known(static_cast<std::uint8_t>(common.type))) return HeaderFault::type;
    if (integers > 1 || characters != 0) return HeaderFault::representation;  // EBCDIC, for one
    const std::size_t verifier = common.auth == 0 ? 0 : trailer_octets + std::size_t{common.auth};
    if (common.fragment < header_octets + verifier) return HeaderFault::size;
    return HeaderFault::none;
}

std::optional<VerifierPlace> find_verifier(std::string_view octets, const Header& header) {
    VerifierPlace out;
    if (header.auth == 0 || octets.size() != header.fragment) return std::nullopt;
    out.trailer = octets.size() - header.auth - trailer_octets;
    out.stub = stub_begins(header);
    if (out.trailer % 4 != 0 || out.trailer < std::max(out.stub, header_octets))
        return std::nullopt;
    ndr::Reader reader(octets.substr(out.trailer), header.big_endian);
    reader.value(out.verifier);
    out.verifier.value = octets.substr(octets.size() - header.auth);
    const std::size_t begins = std::max(out.stub, header_octets);
    if (out.verifier.padding > out.trailer - begins) return std::nullopt;
    return out;
}

std::optional<Packet> read_packet(std::string_view octets) {
    Header header;
    if (read_header(octets, header) != HeaderFault::none || octets.size() != header.fragment)
        return std::nullopt;
    Packet out;
    out.type = header.type;
    out.flags = header.flags;
    out.call = header.call;
    std::size_t end = octets.size();
    if (header.auth != 0) {
        auto place = find_verifier(octets, header);
        if (!place) return std::nullopt;
        end = place->trailer - place->verifier.padding;
        out.verifier = std::move(place->verifier);
    }
    ndr::Reader reader(octets.substr(0, end), header.big_endian);
    Common skipped;
    reader.value(skipped);
    if (out.type == PacketType::auth3 && end < header_octets + 4) {
        out.body = Auth3{};  // some leave its four octets to the padding
        return out;
    }
    if (!read_body(reader, out)) return std::nullopt;
    if (auto* request = std::get_if<Request>(&out.body)) request->stub = reader.rest();
    if (auto* response = std::get_if<Response>(&out.body)) response->stub = reader.rest();
    return out;
}

Written write_packet(const Packet& packet) {
    ndr::Writer writer;
    Common common;
    common.type = packet.type;
    common.flags = packet.flags;
    common.call = packet.call;
    std::copy(std::begin(little_endian_ascii_ieee), std::end(little_endian_ascii_ieee),
              common.representation);
    const auto* const request = std::get_if<Request>(&packet.body);
    const auto* const response = std::get_if<Response>(&packet.body);
    if (request != nullptr && request->object) common.flags |= flag::object;
    writer.value(common);
    std::visit([&](const auto& body) { writer.value(body); }, packet.body);
    Written out;
    out.stub = writer.out.size();
    if (request != nullptr) writer.out += request->stub;
    if (response != nullptr) writer.out += response->stub;
    if (packet.verifier) {
        Verifier verifier = *packet.verifier;
        // MS-RPCE §2.2.2.11: the stub is filled to 16 octets, the rest to 4.
        const std::size_t to = request != nullptr || response != nullptr ? 16 : 4;
        const std::size_t past = writer.out.size() - (to == 16 ? out.stub : 0);
        verifier.padding = static_cast<std::uint8_t>((to - past % to) % to);
        writer.out.append(verifier.padding, '\0');
        out.trailer = writer.out.size();
        writer.value(verifier);
        writer.out += verifier.value;
        common.auth = static_cast<std::uint16_t>(verifier.value.size());
    } else {
        out.trailer = writer.out.size();
    }
    common.fragment = static_cast<std::uint16_t>(writer.out.size());
    ndr::Writer again;  // now that both sizes are known
    again.value(common);
    out.octets = std::move(writer.out);
    out.octets.replace(0, header_octets, again.out);
    return out;
}

std::string_view name_of(PacketType type) {
    switch (type) {
    case PacketType::request: return "request";
    case PacketType::response: return "response";
    case PacketType::fault: return "fault";
    case PacketType::bind: return "bind";
    case PacketType::bind_ack: return "bind_ack";
    case PacketType::bind_nak: return "bind_nak";
    case PacketType::alter_context: return "alter_context";
    case PacketType::alter_context_response: return "alter_context_resp";
    case PacketType::auth3: return "auth3";
    case PacketType::shutdown: return "shutdown";
    case PacketType::cancel: return "co_cancel";
    case PacketType::orphaned: return "orphaned";
    }
    return "unknown";
}

Section section_of(PacketType type) {
    switch (type) {
    case PacketType::alter_context: return "C706 §12.6.4.1";
    case PacketType::alter_context_response: return "C706 §12.6.4.2";
    case PacketType::bind: return "C706 §12.6.4.3";
    case PacketType::bind_ack: return "C706 §12.6.4.4";
    case PacketType::bind_nak: return "C706 §12.6.4.5";
    case PacketType::cancel: return "C706 §12.6.4.6";
    case PacketType::fault: return "C706 §12.6.4.7";
    case PacketType::orphaned: return "C706 §12.6.4.8";
    case PacketType::request: return "C706 §12.6.4.9";
    case PacketType::response: return "C706 §12.6.4.10";
    case PacketType::shutdown: return "C706 §12.6.4.11";
    case PacketType::auth3: return "MS-RPCE §2.2.2.5";
    }
    return "C706 §12.6";
}

std::string_view name_of(AuthLevel level) {
    switch (level) {
    case AuthLevel::unset:
    case AuthLevel::none: return "none";
    case AuthLevel::connect: return "connect";
    case AuthLevel::call: return "call";
    case AuthLevel::packet: return "packet";
    case AuthLevel::integrity: return "integrity";
    case AuthLevel::privacy: return "privacy";
    }
    return "unknown";
}

std::string text_of(std::uint32_t status) {
    const auto name = [&]() -> std::string_view {
        switch (static_cast<Status>(status)) {
        case Status::ok: return "ok";
        case Status::access_denied: return "access denied";
        case Status::bad_stub_data: return "bad stub data";
        case Status::security_package_error: return "security package error";
        case Status::context_mismatch: return "nca_s_fault_context_mismatch";
        case Status::cancelled: return "nca_s_fault_cancel";
        case Status::no_such_operation: return "nca_s_op_rng_error";
        case Status::unknown_interface: return "nca_s_unk_if";
        case Status::protocol_error: return "nca_s_proto_error";
        case Status::arguments_too_big: return "nca_s_out_args_too_big";
        case Status::server_too_busy: return "nca_s_server_too_busy";
        }
        return "status";
    }();
    std::string out = std::string(name) + " (0x";
    for (int shift = 28; shift >= 0; shift -= 4) out += "0123456789abcdef"[status >> shift & 0xfU];
    return out + ")";
}

}  // namespace postroad::rpc
