// Bearer tokens: what a token host of the scenario issues and mail servers accept. A token is a
// JWT (RFC 7519) signed by HMAC-SHA-256 (RFC 7515) with the issuer's secret, which the servers
// that take its tokens know.
#pragma once

#include <string>
#include <string_view>

#include "sim/web/web.hpp"
#include "sim/world/run.hpp"

namespace postroad::sim::tokens {

// The host whose tokens `host` takes ([hosts.NAME.login] tokens_from), or `nothing`.
std::uint32_t issuer_of(const Run& run, NodeId host);

// A token of the issuer's for a person, good from now on.
std::string issue(const Run& run, NodeId issuer, std::uint32_t person);

// How a person's mail program comes by a token for a server: one it holds, or by asking the issuer
// over HTTP (RFC 6749 §4.3), once for all who wait.
enum class Have : std::uint8_t {
    token,   // `token` is it
    coming,  // the log-in goes on by people::log_in_again, exactly once, unless the device goes down
    none,    // there is no issuer, or it gave none
};
Have obtain(Run& run, std::uint32_t person, NodeId server, const TokenWaiter& waiter, Id subject,
            std::string& token);
// The token it holds for a server and that is still good; empty: none.
std::string held(const Run& run, std::uint32_t person, NodeId server);

// The issuer's token endpoint (RFC 6749 §3.2), at /token of its web server: a web::Provider.
bool serve(Run& run, std::uint32_t connection, const web::Request& request, Answer& out);
// What became of the request for token `id`.
void fetched(Run& run, std::uint32_t id, const web::Fetched& what);
// An event right behind it: who has waited goes on.
void on_known(Run& run, std::uint32_t id);
// The device of a person went down: what it was asking for is lost.
void device_down(Run& run, NodeId device);

// Empty: `token` is the user's, of this host's issuer, and has not expired. Else why not.
std::string problem(const Run& run, NodeId host, std::string_view user, std::string_view token);

// The value behind `"name":` in a flat JSON object, its quotes taken off; empty: there is none.
std::string_view member(std::string_view object, std::string_view name);

// The parts of a JWT, for tests and for who issues elsewhere.
std::string sign(std::string_view secret, std::string_view issuer, std::string_view subject,
                 std::int64_t issued_unix_s, std::int64_t expires_unix_s);

}  // namespace postroad::sim::tokens
