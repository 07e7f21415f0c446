// The ways out of AUTHENTICATE and IDLE, what a SELECT that fails leaves, and the server's good-bye.
#include "protocols/imap/server_passages.hpp"

namespace postroad::imap {
namespace {

using S = ServerState;

constexpr Passage<S> passages[] = {
    // The mailbox that was open is closed, whatever comes of the next one.
    {"SELECT refused", {S::selected}, {S::authenticated}, "3501 §6.3.1"},
    {"response", {S::auth}, {S::auth}, "3501 §6.2.2"},
    {"success", {S::auth}, {S::authenticated}, "3501 §6.2.2"},
    {"refusal", {S::auth}, {S::not_authenticated}, "3501 §6.2.2"},
    // Back to where IDLE was said.
    {"DONE", {S::idle}, {S::authenticated, S::selected}, "2177 §3"},
    {"BYE",
     {S::not_authenticated, S::authenticated, S::selected, S::auth, S::idle},
     {S::logout},
     "3501 §7.1.5"},
    {"the answer to LOGOUT", {S::logout}, {}, "3501 §3.4"},
};

}  // namespace

std::span<const Passage<S>> server_passages() { return passages; }

}  // namespace postroad::imap
