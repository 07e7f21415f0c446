// Flights as records: a kind, some fields, and filling up to the size that the real one has.
#include "sim/tls/modelled.hpp"

#include <algorithm>
#include <array>

#include "protocols/base/ascii.hpp"
#include "protocols/base/assertion.hpp"
#include "protocols/base/hash.hpp"

namespace postroad::sim::tls {
namespace {

constexpr std::size_t header_octets = 5, record_octets_max = 16384;
constexpr std::size_t fields_octets = 9;  // kind, configuration, version, length of the name

enum class Kind : std::uint8_t {
    hello = 'H',
    server = 'S',
    finished = 'F',
    words = 'W',
    bye = 'B',
    alert = '!'
};

// Octets of a flight on the wire, record headers included, as OpenSSL 3.0 sends it with our
// settings. The certificates come on top of the server's.
struct Sizes {
    std::size_t hello, server, client_finished, server_finished;
};
constexpr Sizes sizes_1_3{218, 262, 80, 0};
constexpr Sizes sizes_1_2{200, 239, 93, 51};

std::size_t octets_of(const CertificateSpec& one, const CertificateSpec& issuer) {
    std::size_t out = 269 + one.common_name.size() + issuer.common_name.size();
    for (const std::string& name : one.names) out += 2 + name.size();
    if (!one.names.empty()) out += 13;
    if (one.key == KeyType::rsa_2048) out += 203;
    if (one.key == KeyType::ed25519) out -= 47;
    out += issuer.key == KeyType::rsa_2048 ? 258 : issuer.key == KeyType::ed25519 ? 64 : 72;
    return out + 5;  // its place in the message
}

// RFC 8446 §4.4.2: the root may be left out.
std::size_t octets_of(const ChainSpec& chain) {
    std::size_t out = 0;
    for (std::size_t i = 0; i < chain.size() && (i == 0 || i + 1 < chain.size()); ++i)
        out += octets_of(chain[i], chain[std::min(i + 1, chain.size() - 1)]);
    return out;
}

class Modelled {
public:
    Modelled(TlsTables& tables, Heap& heap, std::uint64_t seed, std::uint32_t id)
        : tables_(tables),
          heap_(heap),
          one_(tables.endpoints.edit(id)),
          key_(mix64(seed, one_.conversation)),
          own_(
              parse_configuration(heap.view(heap.get(tables.configurations, one_.configuration)))) {
    }

    Outcome put(TlsInput input, std::string_view octets) {
        switch (input) {
        case TlsInput::resume: break;
        case TlsInput::begin:
            if (!own_.server) say_hello();
            break;
        case TlsInput::plaintext:
            for (; !octets.empty(); octets.remove_prefix(std::min(octets.size(), piece)))
                say(Kind::words, octets.substr(0, piece), 0);
            break;
        case TlsInput::shutdown: say(Kind::bye, {}, 0); break;
        case TlsInput::ciphertext: take(octets); break;
        }
        return std::move(out_);
    }

private:
    static constexpr std::size_t piece = record_octets_max - fields_octets;

    // RFC 8446 §5.2: tag and type; before, an explicit nonce (RFC 5288 §3) and the tag.
    std::size_t overhead() const { return one_.version == version_1_3 ? 17 : 24; }

    // A record: what it says, then filling until it has `octets` on the wire.
    void say(Kind kind, std::string_view words, std::size_t octets) {
        std::string body(fields_octets, '\0');
        body[0] = static_cast<char>(kind);
        for (unsigned i = 0; i < 4; ++i)
            body[1 + i] = static_cast<char>(one_.configuration >> (8 * i));
        body[5] = static_cast<char>(one_.version >> 8);
        body[6] = static_cast<char>(one_.version);
        body[7] = static_cast<char>(words.size() >> 8);
        body[8] = static_cast<char>(words.size());
        body += words;
        // Words weigh what they weigh in a real record: the fields take the place of tag and type.
        const std::size_t size =
            kind == Kind::words ? words.size() + overhead()
                                : std::max(body.size(), octets - std::min(octets, header_octets));
        body.resize(std::max(body.size(), size), '\0');
        mask(body, one_.server == 0, one_.sent_records++);
        out_.ciphertext +=
            {23, 3, 3, static_cast<char>(body.size() >> 8), static_cast<char>(body.size())};
        out_.ciphertext += body;
    }

    void mask(std::string& body, bool from_client, std::uint32_t record) const {
        const std::uint64_t stream = mix64(key_, std::uint64_t{record} * 2 + (from_client ? 1 : 0));
        for (std::size_t at = 0; at < body.size(); at += 8) {
            const std::uint64_t word = mix64(stream, at);
            for (std::size_t i = at; i < std::min(at + 8, body.size()); ++i)
                body[i] = static_cast<char>(body[i] ^ static_cast<char>(word >> (8 * (i - at))));
        }
    }

    void say_hello() {
        one_.version = own_.version_max;
        const std::string_view name = heap_.view(one_.server_name);
        const Sizes& sizes = own_.version_max == version_1_3 ? sizes_1_3 : sizes_1_2;
        say(Kind::hello, name, sizes.hello + name.size());
    }

    void take(std::string_view octets) {
        heap_.append(one_.pending, octets);
        for (;;) {
            const std::string_view all = heap_.view(one_.pending);
            if (all.size() < header_octets || !out_.failure.empty()) return;
            const std::size_t size =
                static_cast<std::uint8_t>(all[3]) * 256U + static_cast<std::uint8_t>(all[4]);
            if (all[0] != 23 || size < fields_octets)
                return fail("what came is no record of modelled TLS");
            if (all.size() < header_octets + size) return;
            std::string body(all.substr(header_octets, size));
            heap_.remove_prefix(one_.pending, header_octets + size);
            mask(body, one_.server != 0, one_.heard_records++);
            hear(body);
        }
    }

    void hear(std::string_view body) {
        const auto octet = [&](std::size_t at) {
            return static_cast<unsigned>(static_cast<std::uint8_t>(body[at]));
        };
        const std::uint32_t configuration =
            octet(1) | octet(2) << 8 | octet(3) << 16 | octet(4) << 24;
        const auto version = static_cast<std::uint16_t>(octet(5) << 8 | octet(6));
        const std::size_t size = octet(7) << 8 | octet(8);
        if (configuration >= tables_.configurations.size() || fields_octets + size > body.size())
            return fail("what came is no record of modelled TLS");
        const std::string_view words = body.substr(fields_octets, size);
        switch (Kind{static_cast<std::uint8_t>(body[0])}) {
        case Kind::hello: return heard_hello(words, version, configuration);
        case Kind::server: return heard_server(version, configuration);
        case Kind::finished: return heard_finished();
        case Kind::words: out_.plaintext += words; return;
        case Kind::bye: return;
        case Kind::alert: return fail("the peer ended the handshake");
        }
        fail("what came is no record of modelled TLS");
    }

    void heard_hello(std::string_view name, std::uint16_t version, std::uint32_t configuration) {
        const Configuration client =
            parse_configuration(heap_.view(heap_.get(tables_.configurations, configuration)));
        one_.version = std::min(version, own_.version_max);
        if (!own_.server || one_.version < own_.version_min || one_.version < client.version_min) {
            say(Kind::alert, {}, header_octets + 2);
            return fail("unsupported protocol");
        }
        heap_.assign(one_.server_name, name);
        const Sizes& sizes = one_.version == version_1_3 ? sizes_1_3 : sizes_1_2;
        say(Kind::server, {}, sizes.server + octets_of(own_.chain));
    }

    void heard_server(std::uint16_t version, std::uint32_t configuration) {
        const Configuration server =
            parse_configuration(heap_.view(heap_.get(tables_.configurations, configuration)));
        one_.version = version;
        if (server.chain.empty()) return fail("the server shows no certificate");
        judgement_ =
            judge_chain(server.chain, own_, heap_.view(one_.server_name), one_.begun_unix_s);
        judged_ = true;
        key_type_ = server.chain.front().key;
        if (own_.must_verify && judgement_.fault != Fault::none) {
            say(Kind::alert, {}, header_octets + 2 + overhead());
            return fail("certificate verify failed");
        }
        say(Kind::finished, {},
            one_.version == version_1_3 ? sizes_1_3.client_finished : sizes_1_2.client_finished);
        if (one_.version == version_1_3) come_up();
    }

    // Of the client's; in TLS 1.2 the server's comes back (RFC 5246 §7.3).
    void heard_finished() {
        if (own_.server && one_.version != version_1_3)
            say(Kind::finished, {}, sizes_1_2.server_finished);
        key_type_ = own_.server ? own_.chain.front().key : key_type_;
        come_up();
    }

    void come_up() {
        out_.up = true;
        out_.version = one_.version;
        out_.version_name = std::string(version_words(one_.version)) + " (modelled)";
        out_.suite = "modelled";
        out_.server_name = heap_.view(one_.server_name);
        out_.modelled_us = handshake_cost_us(key_type_, own_.server);
        out_.judgement = judgement_;
        out_.judged = judged_;
    }

    void fail(std::string_view why) {
        out_.failure = why;
        out_.judgement = judgement_;
        out_.judged = judged_;
        heap_.drop(one_.pending);
    }

    TlsTables& tables_;
    Heap& heap_;
    TlsEndpoint& one_;
    const std::uint64_t key_;
    const Configuration own_;
    Outcome out_;
    Judgement judgement_;
    KeyType key_type_ = KeyType::ecdsa_p256;
    bool judged_ = false;
};

}  // namespace

Outcome put_modelled(TlsTables& tables, Heap& heap, std::uint64_t seed, std::uint32_t id,
                     TlsInput input, std::string_view octets) {
    return Modelled(tables, heap, seed, id).put(input, octets);
}

Judgement judge_chain(const ChainSpec& chain, const Configuration& client, std::string_view name,
                      std::int64_t now_unix_s) {
    const CertificateSpec& leaf = chain.front();
    Judgement out;
    for (const std::string& one : leaf.names) out.names += (out.names.empty() ? "" : ", ") + one;
    if (leaf.names.empty()) out.names = leaf.common_name;
    out.issuer = chain.size() > 1 ? chain[1].common_name : leaf.common_name;
    out.from_unix_s = leaf.from_unix_s;
    out.until_unix_s = leaf.until_unix_s;
    const auto is_in = [](const auto& all, const auto& wanted) {
        return std::find(all.begin(), all.end(), wanted) != all.end();
    };
    if (!is_in(client.trusted, chain.back()))
        out.fault = chain.size() == 1 ? Fault::self_signed : Fault::unknown_issuer;
    else if (!name.empty() && !covers_name(leaf, name))
        out.fault = Fault::wrong_name;
    else if (is_in(client.revoked, chain))
        out.fault = Fault::revoked;
    for (const CertificateSpec& one : chain) {
        if (out.fault != Fault::none) break;
        if (one.until_unix_s < now_unix_s) out.fault = Fault::expired;
        if (one.from_unix_s > now_unix_s) out.fault = Fault::not_yet_valid;
    }
    return out;
}

std::uint32_t handshake_cost_us(KeyType key, bool server) {
    // Measured: ECDSA signs fast and verifies slowly, RSA the other way about.
    switch (key) {
    case KeyType::ecdsa_p256: return server ? 330 : 540;
    case KeyType::rsa_2048: return server ? 1250 : 420;
    case KeyType::ed25519: return server ? 330 : 480;
    }
    return 0;
}

}  // namespace postroad::sim::tls
