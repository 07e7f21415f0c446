// A web mailer's way of using IMAP: each page is a short session of its own that begins with
// nothing known, asks for what the page shows, and logs out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/base/heap.hpp"
#include "protocols/base/machine.hpp"
#include "protocols/imap/client.hpp"

namespace postroad::imap {

enum class WebPage : std::uint8_t {
    folders,  // all folders, with how many messages and how many unread
    folder,   // the last messages of a folder, the newest last
    message,  // one message, which is read by that
    flag,     // sets or clears flags of one message
    remove,   // moves one message to another folder, which is made if need be
};

// What somebody has clicked on.
struct WebRequest {
    WebPage page = WebPage::folders;
    std::string folder;               // UTF-8; all but `folders`
    std::uint32_t uid = 0;            // message, flag, remove
    std::uint32_t uidvalidity = 0;    // of the page the UID was on; 0: not looked at
    std::uint32_t last = 20;          // folder: how many messages
    std::string flags = "\\Flagged";  // flag
    char sign = '+';
    std::string to = "Trash";  // remove
};

// A line of the page: a folder, or a message.
struct WebRow {
    Text text;  // the folder's name; the message's ENVELOPE as the server told it
    std::uint32_t uid = 0;
    std::uint32_t flags = 0;     // system flags, bits of flags.hpp
    std::uint64_t messages = 0;  // a folder's; of a message: its octets
    std::uint64_t unseen = 0;
};
static_assert(Record<WebRow>);

enum class WebStep : std::uint8_t { begin, list, status, select, work, create, again, end };

struct Web {
    List<WebRow> rows;
    Text folder, flags, to;  // of the request
    Text message;            // the one that was opened
    Text problem;            // why the page cannot be shown; empty: it can
    std::uint32_t uid = 0, uidvalidity = 0, last = 0;
    std::uint32_t at = 0;  // the folder whose status is asked for
    WebPage page = WebPage::folders;
    WebStep doing = WebStep::begin;
    std::uint8_t sign = '+';
    std::uint8_t unused[5] = {};
};
static_assert(Record<Web> && sizeof(Web) % 8 == 0);

// Forgets the page before and begins the next one. One session of an IMAP client belongs to it.
void ask_for(Web& web, const WebRequest& request, Heap& heap);

// The next job; none: LOGOUT, the page is complete or has a `problem`.
std::optional<Job> next_job(Web& web, Heap& heap);
void apply(Web& web, const Tell& tell, std::string_view text, Heap& heap);

void release(Web& web, Heap& heap);

}  // namespace postroad::imap
