// Bearer tokens: what a token host of the scenario issues and mail servers accept. A token is a
// JWT (RFC 7519) signed by HMAC-SHA-256 (RFC 7515) with the issuer's secret, which the servers
// that take its tokens know.
#pragma once

#include <string>
#include <string_view>

#include "sim/world/run.hpp"

namespace postroad::sim::tokens {

// The host whose tokens `host` takes ([hosts.NAME.login] tokens_from), or `nothing`.
std::uint32_t issuer_of(const Run& run, NodeId host);

// A token of the issuer's for a person, good from now on.
std::string issue(const Run& run, NodeId issuer, std::uint32_t person);

// How a person's mail program comes by a token for a server; empty: it has none. The one place
// where the issuer is asked: today it answers within this call, and not over the network.
std::string obtain(const Run& run, std::uint32_t person, NodeId server);

// Empty: `token` is the user's, of this host's issuer, and has not expired. Else why not.
std::string problem(const Run& run, NodeId host, std::string_view user, std::string_view token);

// The parts of a JWT, for tests and for who issues elsewhere.
std::string sign(std::string_view secret, std::string_view issuer, std::string_view subject,
                 std::int64_t issued_unix_s, std::int64_t expires_unix_s);

}  // namespace postroad::sim::tokens
