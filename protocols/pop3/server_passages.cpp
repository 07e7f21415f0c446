// QUIT as the state has it, how soon a name is forgotten, and the ways out of AUTH.
#include "protocols/pop3/server_passages.hpp"

namespace postroad::pop3 {
namespace {

using S = ServerState;

constexpr StateSet<S> always = {S::authorization, S::named, S::transaction, S::update, S::auth};

constexpr Passage<S> passages[] = {
    {"QUIT", {S::authorization, S::named}, {}, "1939 §4"},
    {"the answer to QUIT", {S::update}, {}, "1939 §6"},
    // PASS comes immediately behind USER, or not at all.
    {"CAPA", {S::named}, {S::authorization}, "1939 §7"},
    {"refusal", {S::named}, {S::authorization}, "1939 §7"},
    {"response", {S::auth}, {S::auth}, "5034 §4"},
    {"success", {S::auth}, {S::transaction}, "5034 §4"},
    {"refusal", {S::auth}, {S::authorization}, "5034 §4"},
    {"silence", always, {}, "1939 §3"},
};

}  // namespace

std::span<const Passage<S>> server_passages() { return passages; }

}  // namespace postroad::pop3
