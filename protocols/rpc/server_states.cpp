// One row for each packet and state it may come in.
#include "protocols/rpc/server_states.hpp"

namespace postroad::rpc {
namespace {

using S = ServerState;

constexpr StateSet<S> always = {S::unbound, S::bound, S::logging_in, S::authenticated, S::refused};
constexpr StateSet<S> up = {S::bound, S::logging_in, S::authenticated, S::refused};

constexpr Passage<S> passages[] = {
    {"bind", {S::unbound}, {S::bound, S::logging_in, S::authenticated}, "C706 §12.6.4.3"},
    {"bind refused", {S::unbound}, {}, "C706 §12.6.4.5"},
    {"a second bind", up, {}, "C706 §12.6.4.3"},
    {"alter_context", {S::bound}, {S::bound, S::logging_in, S::authenticated}, "C706 §12.6.4.1"},
    {"alter_context", {S::logging_in}, {S::logging_in, S::authenticated}, "C706 §12.6.4.1"},
    {"alter_context", {S::authenticated}, {S::authenticated}, "C706 §12.6.4.1"},
    {"alter_context", {S::refused}, {S::refused}, "C706 §12.6.4.1"},
    {"alter_context refused", up, {}, "C706 §12.6.4.2"},
    {"auth3", {S::logging_in}, {S::logging_in, S::authenticated, S::refused}, "MS-RPCE §2.2.2.5"},
    {"auth3", {S::refused}, {S::refused}, "MS-RPCE §2.2.2.5"},
    {"auth3", {S::unbound, S::bound, S::authenticated}, {}, "MS-RPCE §2.2.2.5"},
    {"request", {S::unbound}, {}, "C706 §12.6.4.9"},
    {"request", {S::bound}, {S::bound}, "C706 §12.6.4.9"},
    {"request", {S::authenticated}, {S::authenticated}, "C706 §12.6.4.9"},
    {"request (a fault)", {S::logging_in}, {S::logging_in}, "MS-RPCE §3.3.3.5"},
    {"request (a fault)", {S::refused}, {S::refused}, "MS-RPCE §3.3.3.5"},
    {"silence", always, {}, "MS-RPCE §3.3.3"},
    {"what does not fit", always, {}, "C706 §12.6"},
};

}  // namespace

std::string_view name_of(ServerState state) {
    constexpr std::string_view names[] = {"unbound", "bound", "logging_in", "authenticated",
                                          "refused"};
    return names[static_cast<unsigned>(state)];
}

ServerState state_of(const Server& server) {
    if (!server.bound) return S::unbound;
    if (server.failed) return S::refused;
    if (server.stands) return S::authenticated;
    return server.auth == AuthType::none ? S::bound : S::logging_in;
}

std::span<const Passage<S>> server_passages() { return passages; }

}  // namespace postroad::rpc
