// What the parts of the IMAP desk share; nobody else includes this.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocols/imap/sequence_set.hpp"
#include "protocols/imap/store.hpp"
#include "sim/mail/folders.hpp"
#include "sim/mail/imap_desk.hpp"

namespace postroad::sim::imap_desk {

// One ask under way. `text` keeps what the answer shows.
struct Desk {
    Run& run;
    std::uint32_t connection;
    Tcb tcb;
    const Ask& asked;
    Answer& out;
    std::string& text;
    std::uint32_t person;  // whose mailbox it is
    std::uint32_t open;    // OpenFolder, where one is

    const imap::Server& machine() const {
        return run.world.sessions.of<imap::Server>()[tcb.seat].machine;
    }
    const Mailbox& box() const { return run.world.mail.mailboxes[person]; }
    const Folder& folder(std::uint32_t id) const { return run.world.mail.folders[id]; }
    // `code`: a response code (RFC 5530).
    bool refuse(std::string_view code, std::string_view words) const {
        out.ok = false;
        out.enhanced = code;
        out.text = words;
        return true;
    }
};

// --- imap_account.cpp: folders by name.
bool account_ask(Desk& desk);
// The folder of that name that can be selected, or `nothing` and the refusal is in the answer.
std::uint32_t named_folder(const Desk& desk, std::string_view name, std::string_view code);

// --- imap_folder.cpp: the folder that is open.
// The machine's number for it, and back: `nothing` when that one has been let go of.
std::uint64_t handle_of(const World& world, std::uint32_t open);
std::uint32_t open_of(const World& world, const imap::Server& machine);
bool folder_ask(Desk& desk);
void let_go(Run& run, std::uint32_t open);
// A FETCH that has waited for its reader.
void fetch_late(Run& run, std::uint32_t connection);
// The entry of the folder's message with that uid; `nothing`: it is gone.
std::uint32_t stored_at(const World& world, const OpenFolder& open, std::uint32_t uid);
// The folder's new messages come behind those the session has.
void take_new(World& world, std::uint32_t open);
imap::MessageRow row_of(const World& world, const OpenFolder& open, std::uint32_t stored);
// The keyword table, each name ended by "\n".
void put_keywords(std::string& out, const World& world, std::uint32_t folder);
imap::FetchHead head_of(const Desk& desk, const OpenFolder& open, std::uint32_t stored);

// The same for one uid after another: who asks for them by their order finds each at once.
class EntryWalk {
  public:
    EntryWalk(const World& world, const OpenFolder& open) : world_(world), open_(open) {}
    std::uint32_t stored_at(std::uint32_t uid);

  private:
    const World& world_;
    const OpenFolder& open_;
    std::uint32_t next_ = 0;  // index in OpenFolder::entries
};

// --- imap_search.cpp: SEARCH, SORT and THREAD.
bool search_ask(Desk& desk);

}  // namespace postroad::sim::imap_desk
