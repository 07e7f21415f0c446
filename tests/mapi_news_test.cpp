// News for mail clients that have the store open: with their next call, by a call that waits, by a
// datagram; buffers too small for what was asked, and copies of the world that go on alike.
#include "tests/support/mapi_caller.hpp"

using namespace postroad;
using namespace postroad::sim;
namespace tag = postroad::mapi::tag;
namespace news = postroad::mapi::rop::news;

namespace {

const std::string office =
    "[hosts.mail]\ndomains = \"example.org\"\nservices = [\"mta\", \"mda\", \"imap\", \"mapi\"]\n"
    "imap.folders = []\n[people.alice]\n[people.bob]\n";

void mail_to_alice(MailWorld& world, std::string_view subject) {
    world.queue("mail", "bob@example.org", {"alice@example.org"},
                "From: bob@example.org\r\nTo: alice@example.org\r\nSubject: " + std::string(subject) +
                    "\r\n\r\nHi\r\n");
    world.run_for(second);
}

rop::RegisterNotification everything() {
    rop::RegisterNotification out;
    out.kinds = 0x00fe & news::kinds;
    return out;
}

// Kinds of news about messages, in their order.
std::vector<std::uint16_t> kinds_of(const MapiCaller& program) {
    std::vector<std::uint16_t> out;
    for (const rop::Notify& one : program.news)
        if (one.flags & news::about_message) out.push_back(one.flags & news::kinds);
    return out;
}

// Datagrams to Alice's computer that carry `payload`.
std::size_t datagrams(const MailWorld& world) {
    std::size_t found = 0;
    for (const std::string& one : world.decisions())
        found += one.find("there is news by a datagram") != std::string::npos;
    return found;
}

void register_push(MailWorld& world, MapiCaller& program) {
    const net::Address& address =
        world.world().setup->addresses[world.world().setup->hosts[world.host("alice-pc")]
                                           .attachments[0]
                                           .v4];
    mapi::RegisterPushIn in;
    in.session = program.session;
    in.context = "ring";
    in.callback = mapi::callback_address(address.v4(), 40'000);
    CHECK(program.ask<mapi::RegisterPushOut>(mapi::ec_register_push_notification, in).result == 0);
}

}  // namespace

TEST_CASE("the next call tells of new mail, of flags that IMAP has changed, of what has gone") {
    MailWorld world(office);
    MapiCaller program(world.run());
    const std::uint32_t logon = program.log_on();
    const std::uint32_t registered = program.open(logon, everything());
    program.poll();
    CHECK(program.news.empty());
    mail_to_alice(world, "one");
    program.poll();
    using Kinds = std::vector<std::uint16_t>;
    CHECK(kinds_of(program) == Kinds{news::new_mail, news::created});
    CHECK(program.news[0].subscription == registered);
    CHECK(program.news[0].folder == program.inbox());
    CHECK(program.news[0].message_class == "IPM.Note");
    CHECK((program.news.back().flags & news::total_changed) != 0);
    CHECK(program.news.back().total == 1);
    CHECK(program.news.back().unread == 1);
    const std::uint64_t id = program.news[0].message;

    program.news.clear();
    const std::uint32_t alice = world.world().setup->find_person("alice");
    const std::uint32_t box = folders::inbox(world.run().world, alice);
    const std::uint32_t stored = world.world().mail.folders[box].first;
    store::set_flags(world.run().world, stored, mail_flag::seen);  // as IMAP does
    folders::tell_watchers(world.run(), box);
    program.poll();
    CHECK(kinds_of(program) == Kinds{news::modified});
    CHECK(program.news[0].message == id);
    CHECK(program.news.back().unread == 0);

    program.news.clear();
    const std::uint32_t inbox = program.folder(logon, program.inbox());
    const std::uint32_t trash = program.folder(logon, program.logged_on.folders[7]);
    std::vector<std::uint32_t> table{inbox, trash};
    program.send({{0, 0, 1, rop::MoveCopyMessages{{id}, 0, 0}}}, table);
    REQUIRE(kinds_of(program) == Kinds{news::moved});
    for (const rop::Notify& one : program.news)
        if ((one.flags & news::kinds) == news::moved) {
            CHECK(one.old_message == id);
            CHECK(one.old_folder == program.inbox());
            CHECK(one.folder == program.logged_on.folders[7]);
        }
    program.poll();
    program.news.clear();
    store::remove(world.run().world, world.world().mail.folders[folders::find(world.world(), alice,
                                                                              "Trash")].first);
    program.poll();
    CHECK(kinds_of(program) == Kinds{news::deleted});
    // Nobody else hears of it, and one who has let go of the registration neither.
    program.news.clear();
    table = {registered};
    program.send({{0, 0, 0, rop::Release{}}}, table);
    mail_to_alice(world, "two");
    program.poll();
    CHECK(program.news.empty());
}

TEST_CASE("a table that has been looked at says once that it has changed, until it is looked at again") {
    MailWorld world(office);
    MapiCaller program(world.run());
    const std::uint32_t logon = program.log_on();
    const std::uint32_t inbox = program.folder(logon, program.inbox());
    const std::uint32_t table = program.open(inbox, rop::GetContentsTable{0});
    const std::uint32_t quiet = program.open(inbox, rop::GetContentsTable{0x10});
    CHECK(program.ids(quiet).empty());
    mail_to_alice(world, "unseen");
    program.poll();
    CHECK(program.news.empty());
    CHECK(program.ids(table).size() == 1);
    mail_to_alice(world, "one");
    mail_to_alice(world, "two");
    program.poll();
    REQUIRE(program.news.size() == 1);
    CHECK(program.news[0].flags == news::table_modified);
    CHECK(program.news[0].subscription == table);
    CHECK(program.ids(table).size() == 3);
    mail_to_alice(world, "three");
    program.poll();
    CHECK(program.news.size() == 2);
}

TEST_CASE("a call waits for news and is answered at the moment it comes, or after five minutes") {
    MailWorld world(office);
    MapiCaller program(world.run());
    program.open(program.log_on(), everything());
    mapi::SessionIn in;
    in.session = program.session;
    const ndr::ContextHandle handle =
        program.ask<mapi::SessionOut>(mapi::ec_do_async_connect_ex, in).session;
    CHECK(!(handle == program.session));
    mapi::WaitOut out;
    const auto waiting = [&] {
        return world.world().mail.mapi.sessions[0].waits != nothing;
    };
    CHECK_FALSE(program.waits(handle, out));
    CHECK(waiting());
    CHECK(program.waits(handle, out));  // one at a time
    CHECK(out.result == static_cast<std::uint32_t>(RopError::rejected));
    mail_to_alice(world, "one");
    CHECK_FALSE(waiting());
    CHECK(world.decided("alice is told that there is news by the call that waited"));
    CHECK(program.waits(handle, out));  // it has not fetched it yet
    CHECK(out.flags == 1);
    program.poll();
    CHECK_FALSE(program.waits(handle, out));
    world.run_for(5 * minute - second);
    CHECK(waiting());
    world.run_for(2 * second);
    CHECK_FALSE(waiting());
    CHECK_FALSE(program.waits(handle, out));
    program.disconnect();
    CHECK(program.waits(handle, out));  // nobody's: go and see
    CHECK(out.flags == 1);
}

TEST_CASE("a datagram calls for news once a minute until it has been fetched") {
    MailWorld world(office);
    MapiCaller program(world.run());
    program.open(program.log_on(), everything());
    register_push(world, program);
    CHECK(datagrams(world) == 0);
    mail_to_alice(world, "one");
    CHECK(datagrams(world) == 1);
    mail_to_alice(world, "two");
    CHECK(datagrams(world) == 1);
    world.run_for(minute);
    CHECK(datagrams(world) == 2);
    program.poll();
    CHECK(kinds_of(program).size() == 4);
    world.run_for(5 * minute);
    CHECK(datagrams(world) == 2);
    mail_to_alice(world, "three");
    CHECK(datagrams(world) == 3);
    // What the datagram has in it is the client's own.
    bool seen = false;
    for (auto at = world.simulation.trace().read(); !at.done(); at.next())
        seen = seen || (at.row().head().fact == Fact::conversation &&
                        at.row().as<ConversationFact>().target_port == 40'000);
    CHECK(seen);
    program.disconnect();
    world.run_for(5 * minute);
    CHECK(datagrams(world) == 3);
}

TEST_CASE("what does not fit is not done, and the requests come back") {
    MailWorld world(office);
    for (int i = 0; i < 20; ++i) mail_to_alice(world, "number " + std::to_string(i));
    MapiCaller program(world.run());
    const std::uint32_t logon = program.log_on();
    const std::uint32_t inbox = program.folder(logon, program.inbox());
    program.room = 95;  // one small answer, and too little for another
    std::vector<std::uint32_t> table{inbox, mapi::no_handle, mapi::no_handle};
    const mapi::RopRequest open_table{0, 0, 1, rop::GetContentsTable{0}};
    const mapi::RopRequest second_table{0, 0, 2, rop::GetHierarchyTable{0}};
    const std::uint32_t objects = world.world().mail.mapi.objects.live();
    program.send({open_table, second_table}, table);
    REQUIRE(program.answers.size() == 2);
    CHECK(program.answers[0].id == mapi::RopId::get_contents_table);
    const auto too_small = std::get<rop::TooSmall>(program.answers[1].body);
    CHECK(too_small.requests == mapi::write_requests({{second_table}, {}}).substr(2));
    CHECK(too_small.needed == 0x8000);
    CHECK(world.world().mail.mapi.objects.live() == objects + 1);
    program.room = 20;
    program.send({open_table, second_table}, table);
    CHECK(name_of_result(program.result) == "ecBufferTooSmall");
    CHECK(world.world().mail.mapi.objects.live() == objects + 1);

    // As many rows as fit, and the rest by the next call.
    program.room = 500;
    const std::uint32_t contents = table[1];
    program.get<rop::TableStatus>(contents, rop::SetColumns{0, {tag::subject, tag::message_id}});
    std::size_t rows = 0;
    for (int i = 0; i < 10; ++i) {
        const auto some = program.get<rop::Rows>(contents, rop::QueryRows{0, 1, 100});
        rows += some.rows.size();
        if (some.origin == 2) break;
    }
    CHECK(rows == 20);
    CHECK(world.decided("RopBufferTooSmall"));
}

TEST_CASE("a client that wants chains gets rows and streams in several buffers at once") {
    MailWorld world(office);
    MapiCaller program(world.run());
    const std::uint32_t logon = program.log_on();
    const std::uint32_t message = program.open(
        logon, rop::CreateMessage{0x0fff, program.logged_on.folders[5], 0});
    const std::uint32_t stream = program.open(message, rop::OpenStream{tag::html, 2});
    std::string octets(100'000, 'h');
    for (std::size_t i = 0; i < octets.size(); ++i) octets[i] = static_cast<char>('a' + i * i % 23);
    for (std::size_t at = 0; at < octets.size(); at += 10'000)
        program.get<rop::StreamWritten>(stream, rop::WriteStream{octets.substr(at, 10'000)});
    CHECK(program.get<rop::StreamSought>(stream, rop::SeekStream{0, 0}).position == 0);
    for (const std::uint32_t flags : {0U, mapi::rpc_flag::no_compression,
                                      mapi::rpc_flag::no_compression | mapi::rpc_flag::no_xor}) {
        program.flags = flags | mapi::rpc_flag::chain;
        program.room = 0x40000;
        CHECK(program.get<rop::StreamSought>(stream, rop::SeekStream{0, 0}).position == 0);
        std::vector<std::uint32_t> table{stream};
        program.send({{0, 0, 0, rop::ReadStream{rop::ReadStream::see_below, 200'000}}}, table);
        CHECK(program.answers.size() == 4);
        std::string read;
        for (const mapi::RopResponse& one : program.answers)
            read += std::get<rop::StreamRead>(one.body).octets;
        CHECK(read == octets);
    }
    program.flags = 0;
    program.room = 0x8008;
    CHECK(program.get<rop::StreamSought>(stream, rop::SeekStream{2, -10}).position == 99'990);
    CHECK(program.get<rop::StreamRead>(stream, rop::ReadStream{100, 0}).octets ==
          octets.substr(99'990));
    CHECK(program.outcome(stream, rop::SeekStream{0, -1}) == "StreamSeekError");
    CHECK(program.get<rop::StreamSought>(stream, rop::SeekStream{1, 5}).position == 100'005);
    CHECK(program.get<rop::StreamRead>(stream, rop::ReadStream{5, 0}).octets.empty());
}

TEST_CASE("malformed buffers are refused as a whole, and so much is too much") {
    MailWorld world(office);
    MapiCaller program(world.run());
    const std::uint32_t logon = program.log_on();
    mapi::ExecuteIn in;
    in.session = program.session;
    for (const std::string& payload :
         {std::string(), std::string("nonsense"),
          mapi::write_extended("\x03", mapi::Packing::plain),
          mapi::write_extended(std::string("\x04\x00\x99\x00", 4), mapi::Packing::plain)}) {
        in.payload = payload;
        const auto out = program.ask<mapi::ExecuteOut>(mapi::ec_do_rpc_ext2, in);
        CHECK(name_of_result(out.result) == "ecRpcFormat");
    }
    CHECK(program.outcome(77, rop::QueryPosition{}) == "ecNullObject");
    CHECK(program.outcome(logon, rop::QueryPosition{}) == "ecNotSupported");
    std::vector<std::uint32_t> table{logon};
    program.send({{0, 9, 9, rop::OpenFolder{program.inbox(), 0}}}, table);
    CHECK(program.last() == "ecNullObject");
    while (program.open(logon, rop::OpenFolder{program.inbox(), 0}) != mapi::no_handle)
        REQUIRE(world.world().mail.mapi.objects.live() < 600);
    CHECK(program.last() == "ecMaxObjsExceeded");
    CHECK(world.world().mail.mapi.objects.live() == 500);
    std::size_t sessions = 1;
    while (MapiCaller(world.run()).connected.result == 0) REQUIRE(++sessions < 2000);
    CHECK(sessions == 1000);
}

TEST_CASE("a mailbox has its quota, by MAPI, too") {
    MailWorld world("[hosts.mail]\ndomains = \"example.org\"\nservices = [\"mta\", \"mda\", \"mapi\"]\n"
                    "[people.alice]\nquota = \"2 KiB\"\n");
    MapiCaller program(world.run());
    const std::uint32_t logon = program.log_on();
    const std::uint32_t small = program.compose(logon, MapiCaller::drafts, "small", "");
    program.get<rop::MessageSaved>(small, rop::SaveChangesMessage{});
    const std::uint32_t big =
        program.compose(logon, MapiCaller::drafts, "big", "", std::string(3000, 'b'));
    CHECK(program.outcome(big, rop::SaveChangesMessage{}) == "ecQuotaExceeded");
    CHECK(world.mailbox("alice", "Drafts").size() == 1);
}

namespace {

// Something that a client may do, by a number; and what came of it.
std::string one_step(MailWorld& world, MapiCaller& program, std::uint32_t logon, std::uint64_t dice) {
    const std::uint32_t inbox = program.folder(logon, program.inbox());
    const std::uint32_t table = program.open(inbox, rop::GetContentsTable{0});
    const auto ids = program.ids(table);
    std::string out = std::to_string(ids.size());
    switch (dice % 6) {
    case 0: mail_to_alice(world, "step " + std::to_string(dice)); break;
    case 1:
        if (!ids.empty())
            out += program.outcome(inbox, rop::DeleteMessages{0, 0, {ids[dice % ids.size()]}});
        break;
    case 2: program.get<rop::PartlyDone>(inbox, rop::SetReadFlags{0, 1, {}}); break;
    case 3: {
        const std::uint32_t message = program.compose(logon, program.logged_on.folders[5],
                                                      std::to_string(dice), "bob@example.org");
        out += program.outcome(message, rop::SubmitMessage{});
        break;
    }
    case 4: {
        const std::uint32_t draft =
            program.compose(logon, MapiCaller::drafts, "draft", "bob@example.org");
        out += std::to_string(
            program.get<rop::MessageSaved>(draft, rop::SaveChangesMessage{}).message);
        break;
    }
    default: world.run_for(3 * second); break;
    }
    std::vector<std::uint32_t> done{table, inbox};
    program.send({{0, 0, 0, rop::Release{}}, {0, 1, 0, rop::Release{}}}, done);
    for (const rop::Notify& one : program.news) out += " " + std::to_string(one.flags);
    program.news.clear();
    return out;
}

}  // namespace

TEST_CASE("copies of a world in which somebody works go on alike, from whatever moment") {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        INFO("seed " << seed);
        Random chance{seed, 0};
        MailWorld world(office, seed);
        MapiCaller program(world.run());
        const std::uint32_t logon = program.log_on();
        program.open(logon, everything());
        const std::uint64_t begins = chance.below(12);
        for (std::uint64_t i = 0; i < begins; ++i) one_step(world, program, logon, chance.next());
        MailWorld other(office, seed);
        other.run().world = world.world();
        CHECK(other.world() == world.world());
        MapiCaller twin = program;
        twin.runs_in(other.run());
        for (int i = 0; i < 12; ++i) {
            const std::uint64_t dice = chance.next();
            REQUIRE(one_step(world, program, logon, dice) == one_step(other, twin, logon, dice));
            REQUIRE(other.world() == world.world());
        }
        world.run_for(10 * minute);
        other.run_for(10 * minute);
        CHECK(other.world() == world.world());
    }
}
