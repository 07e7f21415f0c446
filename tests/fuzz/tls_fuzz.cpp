// Fuzzes TLS endpoints: a client and a server talk, and the fuzzer bends, cuts, mixes and makes up
// what passes between them. What must hold: an end that failed stays so, nothing is heard before the
// handshake is over, and an engine that makes the endpoints again from their logs says the same.
#include "tests/fuzz/machine_fuzz.hpp"

#include "sim/tls/configuration.hpp"
#include "sim/tls/engine.hpp"

using namespace postroad;
using sim::TlsInput;

namespace {

struct Pair {
    Heap heap;
    sim::TlsTables tables;
    sim::tls::Engine engine;
    std::string way[2];  // to the client, to the server
    bool up[2] = {}, failed[2] = {};

    Pair(bool verifies, std::uint16_t version_max) {
        sim::tls::Configuration client, server;
        sim::tls::CertificateSpec leaf, root;
        root.common_name = "Fuzz CA";
        root.authority = true;
        leaf.common_name = "mail.example.org";
        leaf.names = {"mail.example.org"};
        root.until_unix_s = leaf.until_unix_s = 2'000'000'000;
        server.server = true;
        server.chain = {leaf, root};
        client.trusted = {root};
        client.must_verify = verifies;
        client.version_max = version_max;
        for (const auto* one : {&client, &server})
            heap.push(tables.configurations, heap.make(to_text(*one)));
        for (std::uint32_t i = 0; i < 2; ++i) {
            const std::uint32_t id = tables.endpoints.add();
            sim::TlsEndpoint made;
            made.generation = tables.endpoints[id].generation;
            made.conversation = 7;
            made.begun_unix_s = 1'300'000'000;
            made.configuration = i;
            made.server = i == 1 ? 1 : 0;
            if (i == 0) made.server_name = heap.make("mail.example.org");
            tables.endpoints.edit(id) = made;
        }
        for (std::uint32_t i = 0; i < 2; ++i) put(i, TlsInput::begin, {});
    }

    sim::tls::Outcome put(std::uint32_t id, TlsInput input, std::string_view octets) {
        sim::tls::Outcome out = engine.put(tables, heap, 1, id, input, octets);
        fuzz::insist(!failed[id] || (out.ciphertext.empty() && out.plaintext.empty()));
        up[id] = up[id] || out.up;
        fuzz::insist(up[id] || out.plaintext.empty());
        failed[id] = failed[id] || !out.failure.empty();
        way[1 - id] += out.ciphertext;
        fuzz::insist(way[1 - id].size() < (std::size_t{1} << 20));
        return out;
    }

    // A fresh engine does all again; the next thing said must be the same octets.
    void again() {
        for (std::uint32_t id = 0; id < 2; ++id) {
            sim::tls::Engine fresh;
            sim::TlsTables copy = tables;
            Heap copied = heap;
            const auto then = fresh.put(copy, copied, 1, id, TlsInput::plaintext, "again");
            const auto now = engine.put(tables, heap, 1, id, TlsInput::plaintext, "again");
            fuzz::insist(then.ciphertext == now.ciphertext && then.failure == now.failure);
        }
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    fuzz::Choices choices(data + 1, size - 1);
    Pair pair((data[0] & 1) != 0, (data[0] & 2) != 0 ? sim::tls::version_1_2 : sim::tls::version_1_3);
    while (!choices.done()) {
        const std::uint8_t what = choices.octet();
        const std::uint32_t to = what & 1;
        std::string& way = pair.way[to];
        switch (what >> 1 & 7) {
            case 0:
            case 1:
            case 2: {  // what is on its way arrives, whole or in part
                const std::size_t part = (what & 16) != 0 ? choices.octet() : way.size();
                const std::string octets = way.substr(0, part);
                way.erase(0, octets.size());
                pair.put(to, TlsInput::ciphertext, octets);
                break;
            }
            case 3:  // an octet is bent
                if (!way.empty()) {
                    const std::size_t place = (choices.octet() * 256U + choices.octet()) % way.size();
                    way[place] = static_cast<char>(choices.octet());
                }
                break;
            case 4: pair.put(to, TlsInput::plaintext, choices.piece(choices.octet())); break;
            case 5: pair.put(to, TlsInput::ciphertext, choices.piece(choices.octet())); break;
            case 6: way.erase(0, choices.octet()); break;
            case 7: pair.put(to, TlsInput::shutdown, {}); break;
            default: break;
        }
    }
    pair.again();
    return 0;
}
