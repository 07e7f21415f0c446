// What mailboxes and messages cost in memory, counted in octets of pages, and what costs nothing.
#include "sim/mail/folders.hpp"
#include "sim/mail/store.hpp"
#include "sim/world/world.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::sim;

namespace {

constexpr std::uint32_t boxes = 16'384;  // whole pages of mailboxes, folders, entries and details

// A World with so many mailboxes, and what each has come to take since that was asked last.
struct ManyMailboxes {
    World world;
    std::size_t last = 0;

    ManyMailboxes() {
        folders::inbox(world, world.mail.mailboxes.append(Mailbox{}));  // makes the name INBOX
        world.mail.stored.add();
        last = store::memory_octets(world);
        for (std::uint32_t i = 0; i < boxes; ++i) world.mail.mailboxes.append(Mailbox{});
    }
    std::uint32_t inbox(std::uint32_t i) { return folders::inbox(world, 1 + i); }
    std::size_t each() {
        const std::size_t now = store::memory_octets(world);
        const std::size_t more = now - last;
        last = now;
        return more / boxes;
    }
    void deliver(std::uint32_t i, Text body) {
        store::add(world, inbox(i),
                   {world.heap.make("Return-Path: <alice@example.org>\r\n"),
                    world.heap.share(body), 1'283'328'000, 0, 0});
    }
};

}  // namespace

TEST_CASE("a mailbox takes 32 octets until mail comes, and 96 with its INBOX") {
    ManyMailboxes many;
    CHECK(many.each() == 32);
    for (std::uint32_t i = 0; i < boxes; ++i) many.inbox(i);
    CHECK(many.each() == 64);
}

TEST_CASE("a message takes at most 120 octets beyond a text that it shares") {
    ManyMailboxes many;
    for (std::uint32_t i = 0; i < boxes; ++i) many.inbox(i);
    Text body = many.world.heap.make(std::string(512, 'x'));
    many.each();
    for (std::uint32_t i = 0; i < boxes; ++i) many.deliver(i, body);
    const std::size_t first = many.each();
    CHECK(first <= 120);
    CHECK(first >= 64);
    for (std::uint32_t i = 0; i < boxes; ++i) many.deliver(i, body);
    CHECK(many.each() <= 120);
}

TEST_CASE("what POP3 empties stays as small as it was, and what IMAP has opened remembers") {
    ManyMailboxes many;
    World& world = many.world;
    Text body = world.heap.make("Subject: x\r\n\r\nx\r\n");
    const std::uint32_t folder = many.inbox(0);
    many.deliver(0, body);
    store::remove(world, world.mail.folders[folder].first);
    CHECK(world.mail.folder_details.live() == 0);
    CHECK(folders::details(world, folder).vanished.empty());

    // Who comes now and knows the folder from before is told that more may have gone.
    const std::uint64_t then = world.mail.folders[folder].modseq;
    folders::edit_details(world, folder);
    CHECK(world.mail.folder_details.live() == 1);
    CHECK(folders::details(world, folder).forgotten == then);
    many.deliver(0, body);
    const std::uint32_t uid = world.mail.stored[world.mail.folders[folder].first].uid;
    store::remove(world, world.mail.folders[folder].first);
    REQUIRE(folders::details(world, folder).vanished.size() == 1);
    CHECK(world.heap.get(folders::details(world, folder).vanished, 0).uid == uid);
    CHECK(folders::details(world, folder).forgotten == then);
}

TEST_CASE("a keyword gives its folder details, and these go with the folder") {
    ManyMailboxes many;
    World& world = many.world;
    const std::uint32_t folder = many.inbox(0);
    const std::uint64_t texts = world.heap.live_blocks();
    CHECK(folders::keyword_bit(world, folder, "later", false) == 0);
    CHECK(world.mail.folder_details.live() == 0);
    CHECK(folders::keyword_bit(world, folder, "later", true) == 1U << mail_flag::keyword_shift);
    CHECK(world.mail.folder_details.live() == 1);
    world.mail.mailboxes.edit(1).inbox = nothing;
    folders::forget(world, folder);
    CHECK(world.mail.folder_details.live() == 0);
    CHECK(world.heap.live_blocks() == texts);
}
