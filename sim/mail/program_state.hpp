// What a person's mail program shows and has still to do, in the World.
#pragma once

#include "protocols/base/heap.hpp"
#include "protocols/base/pages.hpp"
#include "protocols/imap/sync.hpp"
#include "protocols/imap/web.hpp"

namespace postroad::sim {

// A message in the program's own list.
struct KeptMessage {
    std::uint32_t uid = 0;               // IMAP; PST: FiledMessage::number
    std::uint32_t folder = 0;            // IMAP: index in Sync::folders; PST: 0 the inbox, else
                                         // one more than the index in MailProgram::file_folders
    std::uint32_t read = 0;              // by its person
    std::uint32_t unused = 0;
    Text unique_id;                      // POP3; empty: the server gives none
    Text subject;
    Text from;                           // whom a reply goes to
    Text message_id;
};
static_assert(Record<KeptMessage>);

// A message in a program's own file of mail (MS-PST).
struct FiledMessage {
    Text content;
    std::int64_t arrived_s = 0;          // since 1970 UTC
    std::uint32_t folder = 0;            // KeptMessage::folder
    std::uint32_t number = 0;            // KeptMessage::uid
    std::uint32_t read = 0;
    std::uint32_t unused = 0;
};
static_assert(Record<FiledMessage>);

// A page of a web mailer that has still to be opened.
struct WebWish {
    Text flags;                          // flag
    Text to;                             // remove
    std::uint32_t uid = 0;
    imap::WebPage page = imap::WebPage::folder;
    std::uint8_t sign = '+';
    std::uint8_t unused[2] = {};
};
static_assert(Record<WebWish>);

// One person's mail program, as far as it has anything to remember.
struct MailProgram {
    std::uint32_t person = 0xffffffff;   // (first: the free list's link when ended)
    std::uint32_t generation = 0;
    imap::Sync sync;                     // IMAP: what it knows of the server's folders
    imap::Web web;                       // a web mailer: the page that is being made
    List<WebWish> wishes;                // and those that come after it
    List<KeptMessage> kept;              // the older first
    List<FiledMessage> file;             // its PST file: the messages, the older first
    List<Text> file_folders;             // and the folders beside its inbox
    std::uint32_t fresh = 0, changed = 0, gone = 0;  // in this session
    std::uint32_t filed = 0;             // messages put into the file, ever
    std::uint8_t waits = 0;              // the client's question for work is open: it idles
    std::uint8_t by = 0;                 // 0: by UIDs alone, 1: CONDSTORE, 2: QRESYNC
    std::uint8_t works = 0;              // its person is at it: an event is on the agenda
    std::uint8_t habit = 0;              // and one: whose habit that is
};
static_assert(Record<MailProgram>);

}  // namespace postroad::sim
