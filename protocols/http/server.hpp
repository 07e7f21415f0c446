// An HTTP/1.1 server (RFC 9112) as a machine: a request comes whole, is asked about, is answered.
#pragma once

#include "protocols/http/message.hpp"

namespace postroad::http {

struct ServerHost {
    std::string name = "Postroad";  // of the Server field; empty: none
    std::uint64_t request_timeout_ns = 60'000'000'000;
};

struct Server {
    Text pending;                 // octets that are no whole head yet, or of the next request
    Text head;                    // of the request whose body is read or that is asked about
    BodyReader body;
    std::uint16_t fault = 0;      // what is wrong with the request: the answer, unless asked to differ
    std::uint8_t reading = 0;     // a body
    std::uint8_t asking = 0;
    std::uint8_t closes = 0;      // after the answer in hand
    std::uint8_t ended = 0;
    std::uint8_t peer_gone = 0;   // it will send nothing more, and may still want its answer
    std::uint8_t unused = 0;
};
static_assert(Record<Server>);

// Asks: http_request (a: "METHOD target", b: the field lines, c: the body, number: a status code if
// the request is at fault, else 0). The answer: code (0: that one, or 404), enhanced: field lines
// with their ends, text: the body, number: the time in seconds since 1970, 0: no Date field.
void step(Server& server, const Input& input, const ServerHost& host, Effects& fx);

void release(Server& server, Heap& heap);

}  // namespace postroad::http
