// What QUIT, RSET and DATA do in single states, and the ways out of the data and of AUTH.
#include "protocols/smtp/server_passages.hpp"

namespace postroad::smtp {
namespace {

using S = ServerState;

constexpr StateSet<S> always = {S::connected, S::ready, S::mail, S::recipients, S::content, S::auth};

constexpr Passage<S> passages[] = {
    {"QUIT", {S::connected, S::ready, S::mail, S::recipients}, {}, "5321 §4.1.1.10"},
    {"RSET", {S::connected}, {S::connected}, "5321 §4.1.1.5"},
    // Every recipient has been refused: 554, by LMTP 503 (RFC 2033 §4.2).
    {"DATA", {S::mail}, {S::mail}, "5321 §3.3"},
    {"end of data", {S::content}, {S::ready}, "5321 §4.1.1.4"},
    {"response", {S::auth}, {S::auth}, "4954 §4"},
    {"success", {S::auth}, {S::ready}, "4954 §4"},
    {"refusal", {S::auth}, {S::ready}, "4954 §4"},
    {"421", always, {}, "5321 §4.5.3.2.7"},
};

}  // namespace

std::span<const Passage<S>> server_passages() { return passages; }

}  // namespace postroad::smtp
