// How an endpoint is made, fed and made again.
#include "sim/tls/engine.hpp"

#include "protocols/base/hash.hpp"
#include "sim/tls/modelled.hpp"
#include "sim/tls/openssl_endpoint.hpp"

namespace postroad::sim::tls {

std::string_view name_of(Fault fault) {
    constexpr std::string_view names[] = {"none", "wrong_name", "expired", "not_yet_valid",
                                          "unknown_issuer", "self_signed", "revoked", "other",
                                          "old_status"};
    return names[static_cast<unsigned>(fault)];
}

// By (seed, configuration): an SSL_CTX with keys, chain and trust in it.
struct Engine::Contexts {
    std::map<std::pair<std::uint64_t, std::string>, std::shared_ptr<Context>> made;
};

class Engine::Endpoint {
  public:
    Endpoint(std::shared_ptr<Context> context, const TlsEndpoint& record, std::string_view name,
             std::uint64_t seed)
        : generation(record.generation), conversation(record.conversation),
          ssl(std::move(context), seed, record.conversation, record.begun_unix_s, name) {}

    std::uint32_t generation;
    Id conversation;
    std::uint32_t inputs = 0;  // of the log, done to it
    std::uint64_t hash = 0;    // of those
    OpenSslEndpoint ssl;
};

Engine::Engine() : contexts_(std::make_unique<Contexts>()) {}
Engine::~Engine() = default;

void Engine::forget(std::uint32_t id) { endpoints_.erase(id); }

Engine::Endpoint& Engine::bring_up(const TlsTables& tables, const Heap& heap, std::uint64_t seed,
                                   std::uint32_t id) {
    const TlsEndpoint& record = tables.endpoints[id];
    const std::uint32_t inputs = record.log.size();
    std::unique_ptr<Endpoint>& place = endpoints_[id];
    const bool fits = place && place->generation == record.generation &&
                      place->conversation == record.conversation && place->inputs <= inputs &&
                      (place->inputs == 0 ||
                       heap.get(record.log, place->inputs - 1).hash == place->hash);
    if (!fits) {
        const std::string_view text =
            heap.view(heap.get(tables.configurations, record.configuration));
        std::shared_ptr<Context>& context = contexts_->made[{seed, std::string(text)}];
        if (!context) context = std::make_shared<Context>(seed, parse_configuration(text));
        place = std::make_unique<Endpoint>(context, record, heap.view(record.server_name), seed);
    }
    for (; place->inputs < inputs; ++place->inputs) {
        const TlsCall call = heap.get(record.log, place->inputs);
        place->ssl.put(call.input, heap.view(call.octets));
        place->hash = call.hash;
        ++replayed_;
    }
    return *place;
}

std::string Engine::vouched_peer(const TlsTables& tables, const Heap& heap, std::uint64_t seed,
                                 std::uint32_t id) {
    return bring_up(tables, heap, seed, id).ssl.vouched_peer();
}

std::vector<sasl::Binding> Engine::bindings(const TlsTables& tables, const Heap& heap,
                                            std::uint64_t seed, std::uint32_t id) {
    return bring_up(tables, heap, seed, id).ssl.bindings();
}

Outcome Engine::put(TlsTables& tables, Heap& heap, std::uint64_t seed, std::uint32_t id,
                    TlsInput input, std::string_view octets) {
    if (tables.endpoints[id].modelled) return put_modelled(tables, heap, seed, id, input, octets);
    Endpoint& endpoint = bring_up(tables, heap, seed, id);
    TlsCall call;
    call.input = input;
    call.hash = mix64(hash_octets(octets, endpoint.hash), static_cast<std::uint64_t>(input));
    call.octets = heap.make(octets);
    TlsEndpoint& record = tables.endpoints.edit(id);
    heap.push(record.log, call);
    record.log_octets += octets.size();
    ++endpoint.inputs;
    endpoint.hash = call.hash;
    return endpoint.ssl.put(input, heap.view(call.octets));
}

}  // namespace postroad::sim::tls
