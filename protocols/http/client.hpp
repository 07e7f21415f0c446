// An HTTP/1.1 client (RFC 9112) as a machine: requests one after another over one connection.
#pragma once

#include "protocols/http/message.hpp"

namespace postroad::http {

struct ClientHost {
    std::string agent = "Postroad";  // of the User-Agent field
    std::uint64_t response_timeout_ns = 60'000'000'000;
};

struct Client {
    Text request;                // to be said next
    Text pending;                // what came and is no whole head yet
    Text head;                   // of the response whose body is read
    BodyReader body;
    std::uint16_t code = 0;
    std::uint8_t head_only = 0;  // the request was HEAD
    std::uint8_t asking = 0;
    std::uint8_t waiting = 0;    // for a response
    std::uint8_t reading = 0;    // its body
    std::uint8_t closes = 0;     // after it
    std::uint8_t ended = 0;
};
static_assert(Record<Client>);

struct Request {
    std::string_view method = "GET", target = "/", host;
    std::string_view fields;  // further lines, each with its end
    std::string_view body;    // said with its size, when the method is POST
};
void give(Client& client, const Request& request, const ClientHost& host, Heap& heap);

// Tells: response (code; index: the size of the field lines; text: those, then the body),
// session_failed. Asks: next_job (answer ok: give() has been called; else the connection is over).
void step(Client& client, const Input& input, const ClientHost& host, Effects& fx);

void release(Client& client, Heap& heap);

}  // namespace postroad::http
