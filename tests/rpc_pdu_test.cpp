// Packets of RPC against octets that Windows and Samba send, and through reading and writing; cut
// short or with sizes that do not add up they are none.
#include "protocols/rpc/pdu.hpp"

#include "protocols/base/random.hpp"
#include "protocols/rpc/tower.hpp"
#include "protocols/rpc/words.hpp"
#include "protocols/sasl/digests.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::rpc;

namespace {

std::string unhex(std::string_view hex) {
    std::string out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    return out;
}

struct Maker {
    Random chance;
    template <class T> T number() { return static_cast<T>(chance.next()); }
    std::string octets(std::uint64_t most) {
        std::string out;
        for (std::uint64_t left = chance.below(most); left > 0; --left)
            out += static_cast<char>(chance.below(256));
        return out;
    }
    Syntax syntax() {
        Syntax out = chance.below(2) ? ndr_syntax : ndr64_syntax;
        out.minor = number<std::uint16_t>();
        return out;
    }
    Packet packet() {
        constexpr PacketType types[] = {
            PacketType::request,  PacketType::response,      PacketType::fault,
            PacketType::bind,     PacketType::bind_ack,      PacketType::bind_nak,
            PacketType::auth3,    PacketType::alter_context, PacketType::alter_context_response,
            PacketType::shutdown, PacketType::cancel,        PacketType::orphaned};
        Packet out;
        out.type = types[chance.below(std::size(types))];
        out.call = number<std::uint32_t>();
        out.body = body(out.type);
        out.flags = flag::whole;
        if (const auto* request = std::get_if<Request>(&out.body); request && request->object)
            out.flags |= flag::object;
        if (chance.below(2))
            out.verifier = Verifier{AuthType::ntlm, AuthLevel::privacy, 0, number<std::uint32_t>(),
                                    "a" + octets(30)};
        return out;
    }
    decltype(Packet::body) body(PacketType type) {
        switch (type) {
        case PacketType::request: {
            Request out{number<std::uint32_t>(),
                        number<std::uint16_t>(),
                        number<std::uint16_t>(),
                        {},
                        octets(200)};
            if (chance.below(2)) out.object = ndr_syntax.uuid;
            return out;
        }
        case PacketType::response:
            return Response{number<std::uint32_t>(), number<std::uint16_t>(),
                            number<std::uint8_t>(), octets(200)};
        case PacketType::fault:
            return Fault{number<std::uint32_t>(), number<std::uint16_t>(), number<std::uint8_t>(),
                         number<std::uint32_t>()};
        case PacketType::bind:
        case PacketType::alter_context: {
            Bind out{number<std::uint16_t>(), number<std::uint16_t>(), number<std::uint32_t>(), {}};
            for (std::uint64_t left = chance.below(4); left > 0; --left) {
                out.contexts.push_back({number<std::uint16_t>(), syntax(), {}});
                for (std::uint64_t more = chance.below(3); more > 0; --more)
                    out.contexts.back().transfers.push_back(syntax());
            }
            return out;
        }
        case PacketType::bind_ack:
        case PacketType::alter_context_response: {
            BindAck out{number<std::uint16_t>(),
                        number<std::uint16_t>(),
                        number<std::uint32_t>(),
                        std::to_string(chance.below(70'000)),
                        {}};
            if (chance.below(3) == 0) out.secondary_address.clear();
            for (std::uint64_t left = chance.below(4); left > 0; --left)
                out.results.push_back(
                    {static_cast<Verdict>(chance.below(4)), number<std::uint16_t>(), syntax()});
            return out;
        }
        case PacketType::bind_nak: return BindNak{static_cast<Rejection>(chance.below(10))};
        case PacketType::auth3: return Auth3{};
        default: return Plain{};
        }
    }
};

}  // namespace

// The layout of C706 §12.6.4.3, laid out by hand: a bind to the endpoint mapper with NDR.
TEST_CASE("a bind is laid out as C706 says") {
    const Bind bind{
        5840, 5840, 0, {{0, {"e1af8308-5d1f-11c9-91a4-08002b14a0fa", 3, 0}, {ndr_syntax}}}};
    const Written written = write_packet(Packet{PacketType::bind, flag::whole, 1, bind, {}});
    const std::string expected = "05000b0310000000"
                                 "4800"
                                 "0000"
                                 "01000000"
                                 "d016"
                                 "d016"
                                 "00000000"
                                 "01000000"
                                 "0000"
                                 "0100"
                                 "0883afe11f5dc91191a408002b14a0fa"
                                 "03000000"
                                 "045d888aeb1cc9119fe808002b104860"
                                 "02000000";
    CHECK(sasl::hex(written.octets) == expected);
    const auto again = read_packet(unhex(expected));
    REQUIRE(again.has_value());
    CHECK(std::get<Bind>(again->body) == bind);
}

TEST_CASE("a bind_ack has its results at a multiple of four behind its address") {
    for (const std::string address : {"135", "49152", "\\pipe\\epmapper", ""}) {
        const BindAck ack{5840, 5840, 0x1234, address, {{Verdict::acceptance, 0, ndr_syntax}}};
        const Written written = write_packet(Packet{PacketType::bind_ack, flag::whole, 1, ack, {}});
        CHECK(written.octets.size() % 4 == 0);
        const auto again = read_packet(written.octets);
        REQUIRE(again.has_value());
        CHECK(std::get<BindAck>(again->body) == ack);
    }
}

TEST_CASE("every packet comes back as it was written") {
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
        Packet packet = Maker{{seed, 0}}.packet();
        const Written written = write_packet(packet);
        const auto again = read_packet(written.octets);
        CAPTURE(seed);
        REQUIRE(again.has_value());
        REQUIRE(again->type == packet.type);
        REQUIRE(again->call == packet.call);
        REQUIRE(again->flags == packet.flags);
        REQUIRE(again->body == packet.body);
        REQUIRE(again->verifier.has_value() == packet.verifier.has_value());
        if (packet.verifier) {
            REQUIRE(again->verifier->value == packet.verifier->value);
            REQUIRE(again->verifier->context == packet.verifier->context);
            REQUIRE(written.trailer % 4 == 0);
        }
    }
}

TEST_CASE("a packet whose sizes do not add up is none") {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        const std::string octets = write_packet(Maker{{seed, 0}}.packet()).octets;
        for (std::size_t size = 0; size < octets.size(); ++size) {
            REQUIRE(!read_packet(octets.substr(0, size)));
            // With a size that fits what is left, it may be a packet; it must only not be a crash.
            std::string shorter = octets.substr(0, size);
            if (size < header_octets) continue;
            shorter[8] = static_cast<char>(size & 0xff);
            shorter[9] = static_cast<char>(size >> 8);
            (void)read_packet(shorter);
        }
        REQUIRE(!read_packet(octets + "x"));
    }
}

TEST_CASE("what no header may say is told apart") {
    const std::string good = write_packet(Packet{}).octets;
    const auto fault_of = [&](std::size_t at, int octet) {
        std::string bad = good;
        bad[at] = static_cast<char>(octet);
        Header header;
        return read_header(bad, header);
    };
    Header header;
    CHECK(read_header(good, header) == HeaderFault::none);
    CHECK(read_header(good.substr(0, 15), header) == HeaderFault::short_of_octets);
    CHECK(fault_of(0, 4) == HeaderFault::version);
    CHECK(fault_of(1, 2) == HeaderFault::version);
    CHECK(fault_of(2, 1) == HeaderFault::type);  // ping: of the other protocol
    CHECK(fault_of(2, 20) == HeaderFault::type);
    CHECK(fault_of(4, 0x11) == HeaderFault::representation);  // EBCDIC
    CHECK(fault_of(8, 15) == HeaderFault::size);
    CHECK(fault_of(10, 9) == HeaderFault::size);  // a verifier with no room for it
}

TEST_CASE("a big-endian sender's packet is read") {
    const auto packet = read_packet(unhex("0500000300000000"
                                          "001c"
                                          "0000"
                                          "00000102"
                                          "00000004"
                                          "0001"
                                          "0003"
                                          "01020304"));
    REQUIRE(packet.has_value());
    CHECK(packet->call == 0x102);
    CHECK(std::get<Request>(packet->body) == Request{4, 1, 3, {}, "\1\2\3\4"});
}

// The tower of the example in C706 appendix L, in the octets that every endpoint mapper sends.
TEST_CASE("towers are laid out floor by floor") {
    Tower tower;
    tower.interface = {"12345678-1234-abcd-ef00-01234567cffb", 1, 0};
    tower.port = 135;
    tower.ipv4 = 0x0a000001;
    const std::string expected = "0500"
                                 "1300"
                                 "0d"
                                 "785634123412cdabef0001234567cffb"
                                 "0100"
                                 "0200"
                                 "0000"
                                 "1300"
                                 "0d"
                                 "045d888aeb1cc9119fe808002b104860"
                                 "0200"
                                 "0200"
                                 "0000"
                                 "0100"
                                 "0b"
                                 "0200"
                                 "0000"
                                 "0100"
                                 "07"
                                 "0200"
                                 "0087"
                                 "0100"
                                 "09"
                                 "0400"
                                 "0a000001";
    CHECK(sasl::hex(write_tower(tower)) == expected);
    CHECK(read_tower(unhex(expected)) == tower);
    CHECK(binding_of(tower) == "ncacn_ip_tcp:10.0.0.1[135]");
}

TEST_CASE("towers of every sequence come back, and none that is cut short does") {
    for (const Sequence sequence : {Sequence::ncacn_ip_tcp, Sequence::ncacn_np,
                                    Sequence::ncadg_ip_udp, Sequence::ncacn_http}) {
        Tower tower;
        tower.interface = {"a4f1db00-ca47-1067-b31f-00dd010662da", 0, 81};
        tower.sequence = sequence;
        if (sequence == Sequence::ncacn_np) {
            tower.pipe = "\\pipe\\epmapper";
            tower.computer = "\\\\MAIL";
        } else {
            tower.port = 49'200;
            tower.ipv4 = 0xc0000201;
        }
        const std::string octets = write_tower(tower);
        CHECK(read_tower(octets) == tower);
        for (std::size_t size = 0; size < octets.size(); ++size)
            CHECK(!read_tower(octets.substr(0, size)));
    }
    CHECK(binding_of({{}, {}, Sequence::ncacn_np, 0, 0, "\\pipe\\atsvc", "\\\\MAIL"}) ==
          "ncacn_np:\\\\MAIL[\\pipe\\atsvc]");
}

TEST_CASE("the words for levels, packets and failures are those of the documents") {
    CHECK(name_of(PacketType::alter_context_response) == "alter_context_resp");
    CHECK(name_of(AuthLevel::integrity) == "integrity");
    CHECK(text_of(0x1c010003) == "nca_s_unk_if (0x1c010003)");
    CHECK(text_of(0xdeadbeef) == "status (0xdeadbeef)");
    CHECK(to_string(section_of(PacketType::fault)) == "C706 §12.6.4.7");
}

TEST_CASE("a packet is told in words") {
    const auto words = [](Packet packet) { return words_of(write_packet(packet).octets); };
    const Syntax store{"a4f1db00-ca47-1067-b31f-00dd010662da", 0, 81};
    const Verifier verifier{AuthType::ntlm, AuthLevel::privacy, 0, 1, "token"};
    CHECK(words({PacketType::bind, flag::whole, 1,
                 Bind{5840,
                      5840,
                      7,
                      {{0, store, {ndr_syntax}},
                       {1, store, {ndr64_syntax}},
                       {2, store, {feature_syntax(3)}},
                       {3, ndr_syntax, {}}}},
                 verifier}) ==
          "bind: store 0.81, store 0.81 by NDR64, store 0.81 by features, "
          "8a885d04-1ceb-11c9-9fe8-08002b104860 2.0, joins group 7; ntlm, privacy");
    CHECK(words({PacketType::bind_ack,
                 flag::whole,
                 1,
                 BindAck{5840,
                         5840,
                         7,
                         "135",
                         {{Verdict::acceptance, 0, ndr_syntax},
                          {Verdict::provider_rejection, 2, {}},
                          {Verdict::provider_rejection, 1, {}},
                          {Verdict::negotiate_ack, 3, {}}}},
                 {}}) ==
          "bind_ack: accepted, not by this syntax, no such interface, features agreed on; group 7");
    CHECK(words({PacketType::request, flag::first, 1, Request{5, 1, 3, {}, "stub!"}, {}}) ==
          "request: operation 3 of context 1, 5 octets, a part");
    CHECK(words({PacketType::response, flag::last, 1, Response{5, 1, 0, "stub!"}, {}}) ==
          "response: 5 octets, the last part");
    CHECK(words({PacketType::fault, flag::whole, 1, Fault{0, 0, 0, 5}, {}}) ==
          "fault: access denied (0x00000005)");
    CHECK(words({PacketType::bind_nak,
                 flag::whole,
                 1,
                 BindNak{Rejection::authentication_type_not_recognized},
                 {}}) == "bind_nak: no such way to log in");
    CHECK(words({PacketType::auth3, flag::whole, 1, Auth3{}, verifier}) ==
          "auth3: the log-in's third message; ntlm, privacy");
    CHECK(words({PacketType::orphaned, flag::whole, 1, Plain{}, {}}) == "orphaned");
    CHECK(words_of("220 mail.example.org") == "octets that are no packet of RPC");
}
