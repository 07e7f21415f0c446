// What the files of the mail retrieval agents share; nobody else includes this.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/mail/retriever.hpp"

namespace postroad::sim::retriever {

inline const RetrieverState& at(const Run& run, std::uint32_t agent) {
    return run.world.mail.retrievers.agents[agent];
}
inline RetrieverState& edit(Run& run, std::uint32_t agent) {
    return run.world.mail.retrievers.agents.edit(agent);
}
inline const RetrieverSetup& setup_of(const Run& run, std::uint32_t agent) {
    return run.setup().retrievers[agent];
}
inline const scenario::Retriever& settings_of(const Run& run, std::uint32_t agent) {
    return run.setup().scenario.retrievers[setup_of(run, agent).scenario_index];
}
std::string_view domain_name_of(const Run& run, std::uint32_t host);
// Where `host` can reach `target`, as its configuration has it: nothing is looked up.
std::vector<AddressId> addresses_of(const Run& run, NodeId host, std::uint32_t target);
bool polls_by_imap(const Run& run, std::uint32_t agent);
// Why a poll came to nothing, or to less than it could.
void explain(Run& run, std::uint32_t agent, Id subject, std::string_view why);
// The fetch of a message as its conversation's transaction `number`; gives the message's id.
Id record_fetched(Run& run, std::uint32_t connection, std::uint32_t agent, std::uint32_t number,
                  std::string_view text);
// "message 3 (UIDL 0001)" or its like, for sentences: what a person would call it.
std::string title_of(std::string_view content, std::string_view id);

// --- retriever_memory.cpp: what is on disk.
std::uint32_t find(const World& world, std::uint32_t agent, std::string_view id);
// One more, which nobody has yet.
std::uint32_t note(World& world, std::uint32_t agent, std::string_view id);
void forget(World& world, std::uint32_t agent, std::uint32_t retrieval);
void drop_paths(Heap& heap, List<Text>& paths);
// What was asked to be deleted is gone.
void forget_deleted(World& world, std::uint32_t agent);
// The server has confirmed the deletions of a session, or has not.
void settle_session(World& world, std::uint32_t agent, bool confirmed);

// --- retriever_imap.cpp: a session with an IMAP server. False: the answer comes later, when what
// is in hand is settled.
bool imap_ask(Run& run, std::uint32_t connection, std::uint32_t agent, Answer& out);
void imap_tell(Run& run, std::uint32_t connection, std::uint32_t agent, const Tell& tell,
               std::string_view words);
// Whether something in the folder of `id` may have been handed on under another name.
bool is_known_by_another_uidvalidity(const Run& run, std::uint32_t agent, std::string_view id);

// --- retriever_envelope.cpp: whose mail it is (RFC 5321 §7.2 says why that is hard to tell).
std::vector<std::string> recipients_of(Run& run, std::uint32_t agent, Id message,
                                       std::string_view content);

// --- retriever_hand_on.cpp: `text` is what has been fetched. What becomes of it comes as an event
// of mail::event::retriever.
void hand_on(Run& run, std::uint32_t agent, Id message, std::string_view text, std::string_view id);
void target_ask(Run& run, std::uint32_t connection, std::uint32_t agent, Answer& out);
void target_tell(Run& run, std::uint32_t connection, std::uint32_t agent, const Tell& tell,
                 std::string_view words);
void target_over(Run& run, std::uint32_t connection, std::uint32_t agent, Ending how);
// What is in hand is put down, whatever has become of it.
void put_down(Run& run, std::uint32_t agent);

}  // namespace postroad::sim::retriever
