// Files of mail as a whole: what is written is what is read, and equal stores are equal files.
#include "protocols/pst/store.hpp"

#include <cstdlib>

#include "protocols/pst/heap.hpp"
#include "protocols/pst/mail.hpp"
#include "protocols/pst/nodes.hpp"
#include "protocols/pst/values.hpp"
#include "tests/catch.hpp"
#include "tests/support/pst_samples.hpp"

using namespace postroad;
using namespace postroad::pst;
using mapi::Value;

namespace {

constexpr WriteOptions plain{Crypt::none, 1'000'000};

std::string told(const Problems& problems) {
    std::string out;
    for (const Problem& one : problems) out += sentence(one) + "\n";
    return out;
}
Store read_again(const Store& store, const WriteOptions& options = plain) {
    const Read read = pst::read(write(store, options));
    CHECK(told(read.problems) == "");
    REQUIRE(read.store);
    return *read.store;
}
const Folder& named(const std::vector<Folder>& folders, std::string_view name) {
    for (const Folder& one : folders)
        if (one.name == name) return one;
    FAIL("no folder " << name);
    return folders.front();
}

}  // namespace

TEST_CASE("any store is read again as it was written") {
    const char* const asked = std::getenv("POSTROAD_SEED");
    const std::uint64_t first = asked ? std::strtoull(asked, nullptr, 10) : 0;
    const std::uint64_t count = asked ? 1 : std::getenv("POSTROAD_LONG") ? 3000 : 60;
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        INFO("POSTROAD_SEED=" << seed);
        const WriteOptions options{seed % 2 ? Crypt::permute : Crypt::none, seed};
        const Store store = pst_samples::random_store(seed), whole = complete(store, options);
        const std::string octets = write(store, options);
        const Read read = pst::read(octets);
        CHECK(told(read.problems) == "");
        REQUIRE((read.store && *read.store == whole));
        REQUIRE(complete(whole, options) == whole);
        REQUIRE(write(*read.store, options) == octets);
    }
}

TEST_CASE("an archive of mail is read again, encoded or not") {
    const Store store = pst_samples::mail_store();
    const Store read = read_again(store);
    CHECK(read == complete(store, plain));
    CHECK(read_again(store, {Crypt::permute, plain.now}) == read);

    CHECK(read.display_name == "Archive of Bob");
    const Folder& inbox = named(read.top.folders, "Inbox");
    CHECK(inbox.container_class == "IPF.Note");
    REQUIRE(inbox.messages.size() == 5);
    CHECK(find(inbox.messages[1].properties, mapi::tag::subject.id())->text ==
          "RE: Grüße aus München 漢");
    CHECK(inbox.messages[2].recipients.size() == 151);
    CHECK(find(inbox.messages[4].properties, mapi::tag::body.id())->text.size() > 100'000);
    const Folder& attached = named(read.top.folders, "With attachments");
    REQUIRE(attached.messages.size() == 3);
    CHECK(find(attached.messages[1].attachments.at(0).properties, mapi::tag::attach_data.id())
              ->text.size() == 9'000'000);
    const Attachment& inner = attached.messages[2].attachments.at(0);
    REQUIRE(inner.embedded.size() == 1);
    CHECK(find(inner.embedded[0].properties, mapi::tag::subject.id())->text == "Plans for Friday");
    CHECK(inner.embedded[0].attachments.size() == 1);
    CHECK(named(read.top.folders, "Many").messages.size() == 700);
    REQUIRE(read.names.size() == 1);
    CHECK(read.names[0].name == "x-mailer");
}

TEST_CASE("a store of nothing is a file with what every file has") {
    const Store read = read_again({});
    CHECK(read.top.nid == node::top);
    CHECK(read.top.name == "Top of Outlook data file");
    REQUIRE(read.top.folders.size() == 1);
    CHECK(read.top.folders[0].name == "Deleted Items");
    CHECK(read.wastebasket == read.top.folders[0].nid);
    CHECK(read.wastebasket == node::wastebasket);
}

TEST_CASE("node ids that are good stay, and others are given anew") {
    const auto message = [](std::uint32_t index) {
        return node_id(NodeType::normal_message, index);
    };
    Store store;
    store.top.folders.resize(4);
    store.top.folders[0].nid = 0x8122;
    store.top.folders[1].nid = 0x8122;             // once more
    store.top.folders[2].nid = 0x8124;             // a message's
    store.top.folders[3].nid = node::search_root;  // taken by every file
    store.top.folders[0].messages.resize(3);
    store.top.folders[0].messages[2].nid = message(0x10000);  // which the first would have got
    store.top.folders[0].messages[1].attachments.resize(2);
    const Store read = read_again(store);
    const auto& folders = read.top.folders;
    REQUIRE(folders.size() == 5);  // behind "Deleted Items"
    CHECK(folders[1].nid == 0x8122);
    for (std::size_t i = 2; i < 5; ++i) CHECK(folders[i].nid > node::wastebasket);
    CHECK(folders[1].messages[0].nid == message(0x10001));
    CHECK(folders[1].messages[1].nid == message(0x10002));
    CHECK(folders[1].messages[2].nid == message(0x10000));
    CHECK(folders[1].messages[1].attachments[0].nid == 0x8025);
    CHECK(folders[1].messages[1].attachments[1].nid == 0x8045);
}

TEST_CASE("entry ids have the layout of the specification, and say what they stand for") {
    const rpc::Uuid key{"0ab59d22-d9dc-4394-85de-90aeb07d1270"};
    const std::string octets = entry_id(key, node::top);
    CHECK(octets == std::string("\0\0\0\0\x22\x9d\xb5\x0a\xdc\xd9\x94\x43\x85\xde\x90\xae\xb0\x7d"
                                "\x12\x70\x22\x80\0\0",
                                24));
    const auto id = read_entry_id(octets);
    REQUIRE(id);
    CHECK(id->record_key == key);
    CHECK(id->nid == node::top);
    CHECK_FALSE(read_entry_id(octets.substr(1)));
}

TEST_CASE("what a file has no place for is told of and left out") {
    Store store;
    store.top.folders.resize(1);
    store.top.folders[0].messages.resize(1);
    Message& message = store.top.folders[0].messages[0];
    message.properties = {{{0x1234, mapi::PropertyType::null}, {}}};
    message.recipients.resize(1);
    for (std::uint32_t i = 0; i < 300; ++i)
        message.recipients[0].properties.push_back({0x40000003 + (i << 16), Value::of(i)});
    Problems problems;
    const Store read = *pst::read(write(store, plain, &problems)).store;
    REQUIRE(problems.size() > 1);
    CHECK(sentence(problems[0])
              .find("property 0x12340001 is of a type that no file keeps; it is "
                    "left out of the file") != std::string::npos);
    CHECK(problems.size() == 1 + std::min<std::size_t>(300 - (255 - 14), problems_max - 1));
    CHECK(read.top.folders[1].messages[0].recipients[0].properties.size() == 255 - 14 + 3);
}

TEST_CASE("folders and messages that lie too deep are told of when written, and so never read") {
    Store store;
    Folder* at = &store.top;
    for (unsigned i = 0; i < folder_nesting_max + 5; ++i) at = &at->folders.emplace_back();
    Message* message = &store.top.messages.emplace_back();
    for (unsigned i = 0; i < embedded_nesting_max + 5; ++i)
        message = &message->attachments.emplace_back().embedded.emplace_back();
    Problems problems;
    const Read read = pst::read(write(store, plain, &problems));
    CHECK(problems.size() == 2);
    CHECK(read.problems.empty());
    REQUIRE(read.store);
    unsigned depth = 0;
    for (const Folder* one = &*read.store->top.folders.rbegin(); !one->folders.empty(); ++depth)
        one = &one->folders.front();
    CHECK(depth + 1 == folder_nesting_max);
}

TEST_CASE("a folder's list says as much of a message as a list can show") {
    Store store;
    Message& message = store.top.messages.emplace_back();
    const std::string subject = "RE: " + std::string(248, 'x') + "\xf0\x9f\x98\x80 and more";
    message.properties = {{mapi::tag::subject, Value::of(subject)},
                          {mapi::tag::importance, Value::of(2U)},
                          {mapi::tag::body, Value::of("not in the list")}};
    const std::string octets = write(store, plain);
    Database db;
    db.octets = octets;
    REQUIRE(open(db));
    const NodeEntry* table = find_node(db, sibling(node::top, NodeType::contents_table));
    const auto heap = open_heap(db, table->data, table->subnodes, table_signature);
    REQUIRE(heap);
    const auto rows = read_table(db, *heap);
    REQUIRE((rows && rows->size() == 1));
    const Properties& cells = rows->front().cells;
    // Two characters ahead say how long the prefix is; half a character is none.
    CHECK(find(cells, mapi::tag::subject.id())->text == "\1\5RE: " + std::string(248, 'x'));
    CHECK(find(cells, mapi::tag::importance.id())->number == 2);
    CHECK(find(cells, mapi::tag::body.id()) == nullptr);
    CHECK(find(cells, mapi::tag::display_cc.id()) == nullptr);  // empty, and so not there
    CHECK(rows->front().id == pst::read(octets).store->top.messages.at(0).nid);
}

TEST_CASE("a message of the Internet goes into a file and comes out as it was") {
    const std::string text =
        "From: Alice Adams <alice@example.org>\r\n"
        "To: Bob Brown <bob@example.net>, carol@example.net\r\n"
        "Subject: RE: plans\r\nDate: Wed, 1 Sep 2010 10:00:00 +0000\r\n"
        "Message-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=x\r\n\r\n"
        "--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello.\r\n"
        "--x\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename=\"map.png\""
        "\r\nContent-Transfer-Encoding: base64\r\n\r\nAAECAw==\r\n--x--\r\n";
    const mapi::MailItem item = mapi::to_properties(text, 129'278'016'000'000'000);
    Store store;
    store.top.messages.push_back(from_mail(item));
    const Store read = read_again(store);
    const mapi::MailItem back = to_mail(read.top.messages.at(0));
    CHECK(back.recipients == item.recipients);
    CHECK(back.attachments == item.attachments);
    for (const mapi::TaggedValue& one : item.properties) {
        INFO(mapi::name_of(one.tag));
        // Flags say that there is an attachment, which the item says elsewhere.
        if (one.tag != mapi::tag::flags) CHECK(*back.find(one.tag) == one.value);
    }
    CHECK(mapi::to_message(back) == mapi::to_message(item));
}

TEST_CASE("an attached message is named as lost where mail has no place for it") {
    const Store store = pst_samples::mail_store();
    const mapi::MailItem item = to_mail(named(store.top.folders, "With attachments").messages[2]);
    CHECK(item.lost == std::vector<std::string>{"attachment Plans for Friday"});
}
