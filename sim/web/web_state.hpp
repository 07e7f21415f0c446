// What the web's clients keep in the World: fetches under way.
#pragma once

#include "protocols/base/heap.hpp"
#include "protocols/base/pages.hpp"
#include "sim/core/facts.hpp"
#include "sim/world/setup.hpp"

namespace postroad::sim {

// Who wants what is fetched: web::fetched goes by it.
enum class FetchFor : std::uint8_t { nobody, mta_sts, token };

// One request to a web server: its name is looked up, its addresses are tried in turn.
struct WebFetch {
    NodeId host = 0;                     // (first: the free list's link when ended)
    std::uint32_t generation = 0;
    Id subject = 0;                      // what it is fetched for, in the Trace
    Text server;                         // the name
    Text target;                         // path and query
    Text method;
    Text fields;                         // further lines of the request
    Text body;
    Text words;                          // why the last address did not do
    List<AddressId> addresses;
    std::uint32_t who = 0;               // the wanting part's own number
    std::uint32_t connection = nothing;
    std::uint32_t address = 0;           // which is tried
    std::uint16_t port = 443;
    FetchFor purpose = FetchFor::nobody;
    std::uint8_t questions = 0;          // to DNS that are open
    std::uint8_t live = 0;
    std::uint8_t said = 0;               // the request went out over the connection in hand
    std::uint8_t unused[6] = {};
};
static_assert(Record<WebFetch>);

struct WebTables {
    Table<WebFetch> fetches;
    bool operator==(const WebTables&) const = default;
};

}  // namespace postroad::sim
