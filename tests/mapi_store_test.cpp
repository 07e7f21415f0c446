// The store behind MAPI as a mail client sees it: who gets in, what folders there are, tables sorted
// and restricted, messages read, written, sent, moved and deleted; and as IMAP sees the same.
#include "tests/support/mapi_caller.hpp"

using namespace postroad;
using namespace postroad::sim;
namespace tag = postroad::mapi::tag;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::string office =
    "[hosts.mail]\ndomains = \"example.org\"\nservices = [\"mta\", \"mda\", \"imap\", \"mapi\"]\n"
    "imap.folders = []\n[people.alice]\ndisplay = \"Alice Liddell\"\n[people.bob]\n"
    "[people.carol]\n";

std::string mail_of(std::string_view subject, std::string_view from, std::string_view body = "Hi\r\n") {
    return "From: " + std::string(from) + "\r\nTo: alice@example.org\r\nSubject: " +
           std::string(subject) + "\r\nDate: Mon, 23 Nov 2026 09:00:00 +0000\r\n\r\n" +
           std::string(body);
}

// Three messages in Alice's mailbox, a minute apart.
void fill(MailWorld& world) {
    world.queue("mail", "bob@example.org", {"alice@example.org"},
                mail_of("Zebras", "Bob <bob@example.org>"));
    world.run_for(minute);
    world.queue("mail", "carol@example.org", {"alice@example.org"},
                mail_of("RE: apples", "Carol <carol@example.org>", std::string(3000, 'x') + "\r\n"));
    world.run_for(minute);
    world.queue("mail", "bob@example.org", {"alice@example.org"},
                mail_of("Minutes", "Bob <bob@example.org>"));
    world.run_for(minute);
}

std::uint32_t flags_in_store(const MailWorld& world, std::string_view person, std::uint32_t which) {
    const std::uint32_t owner = world.world().setup->find_person(person);
    std::uint32_t at = world.world().mail.folders[folders::find(world.world(), owner, "INBOX")].first;
    for (; which > 0; --which) at = world.world().mail.stored[at].next;
    return world.world().mail.stored[at].flags;
}

}  // namespace

TEST_CASE("whoever has logged in gets their own mailbox, and nobody else's") {
    MailWorld world(office);
    MapiCaller alice(world.run());
    CHECK(name_of_result(alice.connected.result) == "ecNone");
    CHECK_FALSE(alice.session.is_nil());
    CHECK(alice.connected.display_name == "Alice Liddell");
    CHECK(alice.dn().starts_with(*alice.connected.dn_prefix));
    CHECK(alice.connected.server_version[0] == 0x0800);
    CHECK(alice.connected.polls_max_ms == 60'000);

    CHECK(name_of_result(MapiCaller(world.run(), "", "alice").connected.result) == "ecAccessDenied");
    CHECK(name_of_result(MapiCaller(world.run(), "bob", "alice").connected.result) ==
          "ecAccessDenied");
    CHECK(name_of_result(MapiCaller(world.run(), "alice", "/o=x/cn=nobody").connected.result) ==
          "ecUnknownUser");
    CHECK(world.decided("nobody may not log on to " + alice.dn() + ": nobody has logged in"));
    CHECK(world.decided("bob may not log on"));

    rop::Logon logon;
    logon.dn = MapiCaller(world.run(), "bob").dn();
    alice.open(0, logon);
    CHECK(alice.last() == "ecAccessDenied");
    logon.dn = "/o=nowhere/cn=x";
    alice.open(0, logon);
    CHECK(alice.last() == "ecUnknownUser");
    logon.flags = 0;
    alice.open(0, logon);
    CHECK(alice.last() == "ecLoginFailure");
}

TEST_CASE("a host may let strangers in, and then they are whoever they say") {
    MailWorld world(office + "[hosts.mail.mapi]\nanonymous = true\n");
    MapiCaller stranger(world.run(), "", "alice");
    CHECK(name_of_result(stranger.connected.result) == "ecNone");
    CHECK(stranger.log_on() != mapi::no_handle);
    CHECK(world.decided("nobody calls EcDoRpcExt2: RopLogon"));
}

TEST_CASE("a handle of somebody else's, of another group or of nobody's is a fault") {
    MailWorld world(office);
    MapiCaller alice(world.run()), bob(world.run(), "bob"), other(world.run(), "alice", "alice", 8);
    mapi::ExecuteIn in;
    in.payload = mapi::write_extended(mapi::write_requests({}), mapi::Packing::plain);
    in.session = alice.session;
    CHECK(alice.call(mapi::ec_do_rpc_ext2, ndr::write(in)).ok);
    CHECK(bob.call(mapi::ec_do_rpc_ext2, ndr::write(in)).status == rpc::Status::context_mismatch);
    CHECK(other.call(mapi::ec_do_rpc_ext2, ndr::write(in)).status == rpc::Status::context_mismatch);
    in.session.uuid.rest[0] ^= 1;
    CHECK(alice.call(mapi::ec_do_rpc_ext2, ndr::write(in)).status == rpc::Status::context_mismatch);
    CHECK(alice.call(mapi::ec_do_rpc_ext2, "short").status == rpc::Status::bad_stub_data);
    CHECK(alice.call(3, "").status == rpc::Status::no_such_operation);
    CHECK(alice.call(mapi::ec_dummy_rpc, "").stub == std::string(4, '\0'));
    alice.disconnect();
    in.session = alice.session;
    CHECK(alice.call(mapi::ec_do_rpc_ext2, ndr::write(in)).status == rpc::Status::context_mismatch);
}

TEST_CASE("the hierarchy shows what everybody has, and the store's other folders where they are") {
    MailWorld world(office);
    const std::uint32_t alice = world.world().setup->find_person("alice");
    folders::make(world.run(), alice, "Lists/Gardening", 0);
    MapiCaller program(world.run());
    const std::uint32_t logon = program.log_on();
    CHECK(program.logged_on.folders[4] == mapi::object_id(5));
    CHECK(program.get<rop::ReceiveFolder>(logon, rop::GetReceiveFolder{"IPM.Note"}).folder ==
          program.inbox());
    const std::uint32_t top = program.folder(logon, program.logged_on.folders[3]);
    const std::uint32_t flat = program.open(top, rop::GetHierarchyTable{0});
    CHECK(program.texts(flat, tag::display_name) ==
          std::vector<std::string>{"Inbox", "Outbox", "Sent Items", "Deleted Items", "Drafts",
                                   "Lists"});
    const std::uint32_t deep = program.open(top, rop::GetHierarchyTable{4});
    CHECK(std::get<rop::RowCount>(program.answers[0].body).rows == 7);
    CHECK(program.texts(deep, tag::display_name).back() == "Gardening");
    CHECK(program.get<rop::Position>(deep, rop::QueryPosition{}).numerator == 7);
    // Drafts is found by the id that the inbox names.
    const std::uint32_t inbox = program.folder(logon, program.inbox());
    CHECK(program.text(inbox, 0x36d70102).size() == 46);
    CHECK(program.outcome(logon, rop::OpenFolder{mapi::object_id(99'999), 0}) == "ecNotFound");
}

TEST_CASE("folders are made, renamed and removed; IMAP has them, too") {
    MailWorld world(office);
    const std::uint32_t alice = world.world().setup->find_person("alice");
    MapiCaller program(world.run());
    const std::uint32_t logon = program.log_on();
    const std::uint32_t top = program.folder(logon, program.logged_on.folders[3]);
    rop::CreateFolder make;
    make.name = "Trips";
    const std::uint32_t trips = program.open(top, make);
    CHECK(program.last() == "ecNone");
    const std::uint64_t id = std::get<rop::FolderCreated>(program.answers[0].body).folder;
    CHECK(folders::find(world.world(), alice, "Trips") != nothing);
    CHECK(program.outcome(top, make) == "ecDuplicateName");
    make.open_existing = 1;
    CHECK(program.get<rop::FolderCreated>(top, make).folder == id);
    make.name = "2026";
    program.open(trips, make);
    CHECK(folders::find(world.world(), alice, "Trips/2026") != nothing);
    make.name = "a/b";
    CHECK(program.outcome(top, make) == "ecInvalidParam");
    make.name = "new";
    CHECK(program.outcome(program.folder(logon, program.logged_on.folders[0]), make) ==
          "ecAccessDenied");
    rop::SetProperties rename{{{tag::display_name, Value::of("Journeys")}}};
    CHECK(program.get<rop::Problems>(trips, rename).problems.empty());
    CHECK(folders::find(world.world(), alice, "Journeys/2026") != nothing);
    CHECK(program.get<rop::PartlyDone>(top, rop::DeleteFolder{0, id}).partly == 1);
    CHECK(program.get<rop::PartlyDone>(top, rop::DeleteFolder{5, id}).partly == 0);
    CHECK(folders::find(world.world(), alice, "Journeys/2026") == nothing);
    CHECK(program.outcome(top, rop::DeleteFolder{5, id}) == "ecNotFound");
    CHECK(program.outcome(top, rop::DeleteFolder{5, program.inbox()}) == "ecAccessDenied");
}

TEST_CASE("a contents table is sorted, restricted and read in both directions") {
    MailWorld world(office);
    fill(world);
    MapiCaller program(world.run());
    const std::uint32_t logon = program.log_on();
    const std::uint32_t inbox = program.folder(logon, program.inbox());
    const std::uint32_t table = program.open(inbox, rop::GetContentsTable{0});
    CHECK(std::get<rop::RowCount>(program.answers[0].body).rows == 3);
    CHECK(program.outcome(table, rop::QueryRows{0, 1, 5}) == "ecNullObject");  // no columns yet
    CHECK(program.outcome(table, rop::SetColumns{0, {0x00370000U}}) == "ecInvalidParam");
    using Texts = std::vector<std::string>;
    CHECK(program.texts(table, tag::subject) == Texts{"Zebras", "RE: apples", "Minutes"});
    CHECK(program.get<rop::Rows>(table, rop::QueryRows{0, 1, 5}).origin == 2);

    rop::SortTable sort;
    sort.orders = {{tag::normalized_subject, 0}};
    program.get<rop::TableStatus>(table, sort);
    CHECK(program.texts(table, tag::subject) == Texts{"RE: apples", "Minutes", "Zebras"});
    sort.orders = {{tag::delivery_time, 1}};
    program.get<rop::TableStatus>(table, sort);
    CHECK(program.texts(table, tag::subject) == Texts{"Minutes", "RE: apples", "Zebras"});

    // Backwards: the rows ahead of the cursor, in the table's order.
    const auto back = program.get<rop::Rows>(table, rop::QueryRows{0, 0, 2});
    CHECK(back.rows.at(0).cells[0].value->text == "RE: apples");
    CHECK(back.rows.at(1).cells[0].value->text == "Zebras");
    CHECK(back.origin == 1);
    CHECK(program.get<rop::Position>(table, rop::QueryPosition{}).numerator == 1);
    const auto sought = program.get<rop::Sought>(table, rop::SeekRow{2, -9, 1});
    CHECK(sought.rows == -3);
    CHECK(sought.less == 1);
    CHECK(program.get<rop::Rows>(table, rop::QueryRows{1, 1, 1}).rows.size() == 1);
    CHECK(program.get<rop::Position>(table, rop::QueryPosition{}).numerator == 0);  // no advance

    rop::Restrict restrict_to;
    mapi::Restriction& by_bob = restrict_to.restriction.emplace();
    by_bob.test = mapi::Test::content;
    by_bob.tag = tag::sender_name;
    by_bob.fuzzy_low = 1;
    by_bob.fuzzy_high = 1;
    by_bob.value = {tag::sender_name, Value::of("BO")};
    program.get<rop::TableStatus>(table, restrict_to);
    CHECK(program.texts(table, tag::subject) == Texts{"Minutes", "Zebras"});
    mapi::Restriction big;
    big.test = mapi::Test::property;
    big.relation = mapi::Relation::greater;
    big.tag = tag::size;
    big.value = {tag::size, Value::of(2000U)};
    restrict_to.restriction = big;
    program.get<rop::TableStatus>(table, restrict_to);
    CHECK(program.texts(table, tag::subject) == Texts{"RE: apples"});
    restrict_to.restriction.reset();
    program.get<rop::TableStatus>(table, restrict_to);
    CHECK(program.texts(table, tag::subject).size() == 3);
    sort.categories = 1;
    CHECK(program.outcome(table, sort) == "ecNotSupported");
}

TEST_CASE("who stands at a row stands there when mail comes and goes") {
    MailWorld world(office);
    fill(world);
    MapiCaller program(world.run());
    const std::uint32_t logon = program.log_on();
    const std::uint32_t inbox = program.folder(logon, program.inbox());
    const std::uint32_t table = program.open(inbox, rop::GetContentsTable{0});
    const auto ids = program.ids(table);
    program.get<rop::Sought>(table, rop::SeekRow{0, 2, 1});
    program.get<rop::PartlyDone>(inbox, rop::DeleteMessages{0, 0, {ids[0]}});
    CHECK(program.get<rop::Position>(table, rop::QueryPosition{}).numerator == 1);
    CHECK(program.get<rop::Position>(table, rop::QueryPosition{}).denominator == 2);
    program.columns[table] = {tag::message_id};
    CHECK(program.get<rop::Rows>(table, rop::QueryRows{0, 1, 9}).rows.at(0).cells[0].value->number ==
          ids[2]);
}

TEST_CASE("a message is opened and read, and what is marked as read is seen by IMAP") {
    MailWorld world(office);
    fill(world);
    MapiCaller program(world.run());
    const std::uint32_t logon = program.log_on();
    const std::uint32_t inbox = program.folder(logon, program.inbox());
    const auto ids = program.ids(program.open(inbox, rop::GetContentsTable{0}));
    const std::uint32_t message =
        program.open(logon, rop::OpenMessage{0x0fff, program.inbox(), 0, ids[1]});
    const auto opened = std::get<rop::MessageOpened>(program.answers[0].body);
    CHECK(opened.subject_prefix.text == "RE: ");
    CHECK(opened.normalized_subject.text == "apples");
    REQUIRE(opened.rows.size() == 1);
    CHECK(mapi::read_recipient(opened.rows[0].row, {})->email == "alice@example.org");
    CHECK(program.text(message, tag::sender_email) == "carol@example.org");
    CHECK(program.text(message, tag::body).size() == 3002);
    CHECK(program.text(message, 0x0037001e) == "RE: apples");   // as octets
    CHECK(program.text(message, 0x66990102) == "ecNotFound");
    // A type that is left open is told.
    const auto open_type = program.properties(message, {0x0e080000U, 0x66990000U});
    CHECK(open_type.cells[0].tag == tag::size);
    CHECK(open_type.cells[1].error == static_cast<std::uint32_t>(RopError::not_found));
    CHECK(program.properties(message, {tag::flags}).cells[0].value->number == 2);  // not read
    program.get<rop::ReadFlagSet>(message, rop::SetMessageReadFlag{1});
    CHECK((flags_in_store(world, "alice", 1) & mail_flag::seen) != 0);
    CHECK((flags_in_store(world, "alice", 0) & mail_flag::seen) == 0);
    program.get<rop::ReadFlagSet>(message, rop::SetMessageReadFlag{4});
    CHECK((flags_in_store(world, "alice", 1) & mail_flag::seen) == 0);
    program.get<rop::PartlyDone>(inbox, rop::SetReadFlags{0, 1, {}});
    for (std::uint32_t i = 0; i < 3; ++i)
        CHECK((flags_in_store(world, "alice", i) & mail_flag::seen) != 0);
    CHECK(program.properties(inbox, {tag::content_unread}).cells[0].value->number == 0);
    CHECK(program.outcome(logon, rop::OpenMessage{0x0fff, program.inbox(), 0, ids[1] + 0x10000}) ==
          "ecNotFound");
    CHECK(program.outcome(message, rop::SetProperties{{{tag::subject, Value::of("x")}}}) ==
          "ecAccessDenied");  // opened for reading
    const auto all = program.get<rop::PropertiesAll>(message, rop::GetPropertiesAll{0, 1});
    CHECK(mapi::find_property(all.properties, tag::message_id)->value.number == ids[1]);
    CHECK(program.get<rop::PropertiesList>(message, rop::GetPropertiesList{}).tags.size() ==
          all.properties.size());
}

TEST_CASE("a mail with an attachment written by streams arrives as MIME at the other's") {
    MailWorld world(office);
    MapiCaller program(world.run());
    const std::uint32_t logon = program.log_on();
    const std::uint32_t message = program.open(
        logon, rop::CreateMessage{0x0fff, program.logged_on.folders[5], 0});
    rop::SetProperties set{{{tag::subject, Value::of("The plan")},
                            {0x1000001f, Value::of("See below.\r\n")},
                            {0x800f001f, Value::of("of no use to SMTP")},
                            {tag::size, Value::of(1U)}}};
    const auto problems = program.get<rop::Problems>(message, set).problems;
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].error == static_cast<std::uint32_t>(RopError::computed));
    CHECK(program.outcome(message, rop::SubmitMessage{}) == "NoRecipients");
    program.address(message, "bob@example.org");
    program.address(message, "carol@example.org", 3, 1);
    CHECK(program.get<rop::RecipientsRead>(message, rop::ReadRecipients{0, 0}).rows.size() == 2);

    const std::uint32_t attachment = program.open(message, rop::CreateAttachment{});
    CHECK(std::get<rop::AttachmentCreated>(program.answers[0].body).number == 0);
    set.properties = {{tag::attach_long_file_name, Value::of("plan.bin")},
                      {tag::attach_mime_tag, Value::of("application/x-plan")}};
    CHECK(program.get<rop::Problems>(attachment, set).problems.empty());
    const std::uint32_t stream = program.open(attachment, rop::OpenStream{tag::attach_data, 2});
    std::string octets;
    for (int i = 0; i < 50'000; ++i) octets += static_cast<char>(i * 7 % 251);
    for (std::size_t at = 0; at < octets.size(); at += 16'000)
        CHECK(program.get<rop::StreamWritten>(stream, rop::WriteStream{octets.substr(at, 16'000)})
                  .octets == std::min<std::size_t>(16'000, octets.size() - at));
    program.get<rop::Nothing>(stream, rop::CommitStream{});
    std::vector<std::uint32_t> table{message, attachment};
    program.send({{0, 0, 1, rop::SaveChangesAttachment{}}}, table);
    CHECK(program.last() == "ecNone");
    const std::uint32_t list = program.open(message, rop::GetAttachmentTable{0});
    CHECK(program.texts(list, tag::attach_long_file_name) == std::vector<std::string>{"plan.bin"});

    program.get<rop::Nothing>(message, rop::SubmitMessage{});
    CHECK(program.outcome(message, rop::SubmitMessage{}) == "ecNotSupported");  // it is gone
    world.run_for(minute);
    for (const char* who : {"bob", "carol"}) {
        const auto box = world.mailbox(who);
        REQUIRE(box.size() == 1);
        CHECK_THAT(box[0], ContainsSubstring("Subject: The plan\r\n"));
        CHECK_THAT(box[0], ContainsSubstring("From: Alice Liddell <alice@example.org>\r\n"));
        CHECK_THAT(box[0], ContainsSubstring("Message-ID: <"));
        CHECK_THAT(box[0], ContainsSubstring("Date: "));
        CHECK_THAT(box[0], ContainsSubstring("with MAPI id"));
        CHECK(box[0].find("carol") == std::string::npos);  // she was blind
        CHECK_THAT(box[0], ContainsSubstring("multipart/mixed"));
        const mapi::MailItem item = mapi::to_properties(box[0], 0);
        REQUIRE(item.attachments.size() == 1);
        CHECK(item.attachments[0].file_name == "plan.bin");
        CHECK(item.attachments[0].octets == octets);
    }
    CHECK(world.mailbox("alice", "Sent").size() == 1);
    CHECK(world.count(CustodyMove::composed) == 1);
    CHECK(world.count(CustodyMove::accepted) == 1);
    CHECK(world.count(CustodyMove::delivered) == 2);
    CHECK(world.decided("a message of the Internet has no place for 0x800f001f"));
    CHECK(world.decided("alice leaves the message with the store"));
}

TEST_CASE("nobody sends as somebody else, and a copy for Sent Items can be declined") {
    MailWorld world(office);
    MapiCaller program(world.run());
    const std::uint32_t logon = program.log_on();
    const std::uint32_t message =
        program.compose(logon, program.logged_on.folders[5], "hm", "bob@example.org");
    rop::SetProperties set{{{0x0065001f, Value::of("carol@example.org")}}};
    program.get<rop::Problems>(message, set);
    CHECK(program.outcome(message, rop::SubmitMessage{}) == "ecSendAsDenied");
    CHECK(world.decided("alice may not send as carol@example.org"));
    set.properties = {{0x0065001f, Value::of(program.dn())}, {0x0e01000b, Value::of(1U)}};
    program.get<rop::Problems>(message, set);
    CHECK(program.get<rop::Sent>(message, rop::TransportSend{}).no_properties == 1);
    world.run_for(minute);
    CHECK(world.mailbox("bob").size() == 1);
    CHECK(world.mailbox("alice", "Sent").empty());
}

TEST_CASE("a draft is a message of its folder, is changed there, and goes from there") {
    MailWorld world(office);
    MapiCaller program(world.run());
    const std::uint32_t logon = program.log_on();
    const std::uint32_t draft = program.compose(logon, MapiCaller::drafts, "Later", "bob@example.org");
    program.address(draft, "carol@example.org", 3, 1);
    const std::uint64_t first =
        program.get<rop::MessageSaved>(draft, rop::SaveChangesMessage{}).message;
    REQUIRE(world.mailbox("alice", "Drafts").size() == 1);
    CHECK_THAT(world.mailbox("alice", "Drafts")[0], ContainsSubstring("Bcc: "));
    const std::uint32_t owner = world.world().setup->find_person("alice");
    const std::uint32_t box = folders::find(world.world(), owner, "Drafts");
    CHECK((world.world().mail.stored[world.world().mail.folders[box].first].flags &
           mail_flag::draft) != 0);
    // Nothing that a text could show: the same message stays.
    CHECK(program.get<rop::MessageSaved>(draft, rop::SaveChangesMessage{}).message == first);
    program.get<rop::Problems>(draft, rop::SetProperties{{{0x10900003, Value::of(2U)}}});
    CHECK(program.get<rop::MessageSaved>(draft, rop::SaveChangesMessage{}).message == first);
    std::vector<std::uint32_t> done{draft};
    program.send({{0, 0, 0, rop::Release{}}}, done);
    CHECK(program.answers.empty());
    const std::uint32_t again =
        program.open(logon, rop::OpenMessage{0x0fff, MapiCaller::drafts, 1, first});
    program.get<rop::Problems>(again, rop::SetProperties{{{tag::subject, Value::of("Now")}}});
    CHECK(program.get<rop::MessageSaved>(again, rop::SaveChangesMessage{}).message != first);
    CHECK_THAT(world.mailbox("alice", "Drafts").at(0), ContainsSubstring("Subject: Now"));
    program.get<rop::Nothing>(again, rop::SubmitMessage{});
    CHECK(world.mailbox("alice", "Drafts").empty());
    world.run_for(minute);
    REQUIRE(world.mailbox("bob").size() == 1);
    CHECK(world.mailbox("bob")[0].find("Bcc") == std::string::npos);
    CHECK(world.mailbox("carol").size() == 1);
}

TEST_CASE("messages are moved, copied and deleted where IMAP and POP3 have them") {
    MailWorld world(office);
    fill(world);
    MapiCaller program(world.run());
    const std::uint32_t logon = program.log_on();
    const std::uint32_t inbox = program.folder(logon, program.inbox());
    const std::uint32_t trash = program.folder(logon, program.logged_on.folders[7]);
    const auto ids = program.ids(program.open(inbox, rop::GetContentsTable{0}));
    std::vector<std::uint32_t> table{inbox, trash};
    program.send({{0, 0, 1, rop::MoveCopyMessages{{ids[0]}, 0, 0}}}, table);
    CHECK(program.last() == "ecNone");
    CHECK(world.mailbox("alice").size() == 2);
    CHECK(world.mailbox("alice", "Trash").size() == 1);
    program.send({{0, 0, 1, rop::MoveCopyMessages{{ids[1], ids[0]}, 0, 1}}}, table);
    CHECK(std::get<rop::PartlyDone>(program.answers[0].body).partly == 1);  // one is not there
    CHECK(world.mailbox("alice").size() == 2);
    CHECK(world.mailbox("alice", "Trash").size() == 2);
    CHECK(program.get<rop::PartlyDone>(inbox, rop::DeleteMessages{0, 0, {ids[1]}}).partly == 0);
    CHECK(world.mailbox("alice").size() == 1);
    table = {inbox, mapi::no_handle};
    program.send({{0, 0, 1, rop::MoveCopyMessages{{ids[2]}, 0, 0}}}, table);
    CHECK(program.last() == "ecDstNullObject");
}

TEST_CASE("names of properties have numbers, each mailbox its own, and keep them") {
    MailWorld world(office);
    MapiCaller program(world.run());
    const std::uint32_t logon = program.log_on();
    mapi::PropertyName one;
    one.kind = mapi::PropertyName::Kind::name;
    one.set = rpc::Uuid{"00020329-0000-0000-c000-000000000046"};
    one.name = "Keywords";
    mapi::PropertyName two = one;
    two.kind = mapi::PropertyName::Kind::id;
    two.name.clear();
    two.id = 0x8502;
    using Ids = std::vector<std::uint16_t>;
    CHECK(program.get<rop::PropertyIds>(logon, rop::GetPropertyIdsFromNames{0, {one}}).ids == Ids{0});
    CHECK(program.get<rop::PropertyIds>(logon, rop::GetPropertyIdsFromNames{2, {one, two}}).ids ==
          Ids{0x8000, 0x8001});
    program.disconnect();
    MapiCaller later(world.run());
    const std::uint32_t again = later.log_on();
    CHECK(later.get<rop::PropertyIds>(again, rop::GetPropertyIdsFromNames{0, {two, one}}).ids ==
          Ids{0x8001, 0x8000});
    const auto names =
        later.get<rop::PropertyNames>(again, rop::GetNamesFromPropertyIds{{0x8000, 0x0037, 0x8009}});
    CHECK(names.names[0] == one);
    CHECK(names.names[1].id == 0x37);
    CHECK(names.names[2].kind == mapi::PropertyName::Kind::none);
}

TEST_CASE("everything is given back when a session ends, however it ends") {
    MailWorld world(office);
    fill(world);
    const auto work = [&] {
        MapiCaller program(world.run());
        const std::uint32_t logon = program.log_on();
        const std::uint32_t inbox = program.folder(logon, program.inbox());
        const std::uint32_t table = program.open(inbox, rop::GetContentsTable{0});
        program.get<rop::TableStatus>(table, rop::SortTable{0, 0, 0, {{tag::subject, 0}}});
        const auto ids = program.ids(table);
        const std::uint32_t message =
            program.open(logon, rop::OpenMessage{0x0fff, program.inbox(), 1, ids[0]});
        program.get<rop::Problems>(message, rop::SetProperties{{{tag::subject, Value::of("no")}}});
        const std::uint32_t stream = program.open(message, rop::OpenStream{tag::body, 2});
        program.get<rop::StreamWritten>(stream, rop::WriteStream{"half"});
        program.open(logon, rop::RegisterNotification{});
        return program;
    };
    work().disconnect();  // folders that were made at first stay
    const Heap& heap = world.world().heap;
    const std::uint64_t blocks = heap.live_blocks(), octets = heap.live_octets();
    work().disconnect();
    CHECK(heap.live_blocks() == blocks);
    CHECK(heap.live_octets() == octets);
    (void)work();
    CHECK(heap.live_blocks() > blocks);
    mapi_store::run_down(world.run(), world.host("mail"), 8);
    CHECK(world.world().mail.mapi.sessions.live() == 1);
    mapi_store::run_down(world.run(), world.host("mail"), 7);
    CHECK(heap.live_blocks() == blocks);
    (void)work();
    mapi_store::crash(world.run(), world.host("mail"));
    CHECK(heap.live_blocks() == blocks);
    CHECK(world.world().mail.mapi.objects.live() == 0);
    CHECK(world.world().mail.mapi.watches == 0);
    CHECK(world.mailbox("alice").size() == 3);
}
