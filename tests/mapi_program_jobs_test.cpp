// What a person does by MAPI, and that whatever goes wrong ends in a word and not in silence.
#include "tests/support/mapi_outlook.hpp"

using namespace mapi_mailbox;

TEST_CASE("marking, filing, removing: each job is a few calls and is told of") {
    Outlook one;
    for (const char* subject : {"a", "b", "c", "d", "e"}) one.box.deliver("Inbox", letter(subject));
    one.look();
    std::vector<std::uint32_t> number;
    for (const NewsItem& came : one.of(NewsKind::message)) number.push_back(came.message);
    one.wish(JobKind::mark_read, "Inbox", number[0]);
    one.wish(JobKind::move, "Inbox", number[1], "Projects");
    one.wish(JobKind::remove, "Inbox", number[2]);
    one.wish(JobKind::destroy, "Inbox", number[3]);
    one.wish(JobKind::flag, "Inbox", number[4]);
    one.look();
    CHECK(one.of(NewsKind::job_done).size() == 5);
    CHECK(one.of(NewsKind::job_failed).empty());
    CHECK(one.of(NewsKind::job_done)[0].job == 7);
    CHECK(one.box.folder("Inbox").messages.size() == 2);
    CHECK(one.box.folder("Inbox").messages[0].read);
    CHECK(one.box.folder("Inbox").messages[1].item.find(0x10900003)->number == 2);
    CHECK(one.box.folder("Projects").messages.size() == 1);
    CHECK(one.box.folder("Deleted Items").messages.size() == 1);
    CHECK(one.asked("OpenFolder SetReadFlags\n"));
    CHECK(one.asked("OpenFolder CreateFolder\n"));
    CHECK(one.asked("Release Release OpenFolder OpenFolder MoveCopyMessages\n"));
    CHECK(one.of(NewsKind::gone).empty());  // its person knows
    // What was moved is found where it is now, and out of the deleted items it goes for good.
    REQUIRE(one.of(NewsKind::message).size() == 2);
    const auto trash = find_special(one.program, Special::deleted_items, one.heap);
    REQUIRE(trash.has_value());
    for (const NewsItem& came : one.of(NewsKind::message))
        if (came.folder == *trash) one.wish(JobKind::remove, "Deleted Items", came.message);
    one.wish(JobKind::mark_unread, "Inbox", number[0]);
    one.look();
    CHECK(one.box.folder("Deleted Items").messages.empty());
    CHECK_FALSE(one.box.folder("Inbox").messages[0].read);
}

TEST_CASE("a job about a message that somebody else has moved fails with its name and number") {
    Outlook one;
    one.box.deliver("Inbox", letter("a"));
    one.box.deliver("Inbox", letter("b"));
    one.look();
    const std::uint32_t a = one.of(NewsKind::message)[0].message;
    auto& messages = one.box.folder("Inbox").messages;
    messages.erase(messages.begin());
    one.wish(JobKind::remove, "Inbox", a);
    one.wish(JobKind::mark_read, "Inbox", a);
    one.look();
    REQUIRE(one.of(NewsKind::job_failed).size() == 2);
    CHECK(one.of(NewsKind::job_failed)[0].text == "RopMoveCopyMessages: ecNotFound (0x8004010f)");
    CHECK_THAT(one.of(NewsKind::job_failed)[1].text, ContainsSubstring("PartialCompletion"));
    REQUIRE(one.of(NewsKind::gone).size() == 1);
    CHECK(one.of(NewsKind::gone)[0].message == a);
    CHECK_FALSE(ask_for(one.program, JobKind::mark_read, 0, a, {}, 1, one.heap));
}

TEST_CASE("a message is sent: to names by the address book, with what is large by stream") {
    Outlook one;
    std::string body;
    for (int i = 0; i < 2000; ++i) body += "A line of many.\r\n";
    const std::string text =
        "From: Alice Adams <alice@example.org>\r\nTo: bob, carol@example.net\r\n"
        "Subject: to several\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\n" + body +
        "\r\n--b\r\nContent-Type: application/octet-stream; name=\"a\"\r\n"
        "Content-Disposition: attachment\r\n\r\n" + std::string(40'000, 'y') +
        "\r\n--b\r\nContent-Type: text/csv; name=\"small.csv\"\r\n"
        "Content-Disposition: attachment\r\n\r\n1,2\r\n--b--\r\n";
    const std::vector<std::string> recipients{"bob", "carol@example.net", "hidden@example.net"};
    ask_to_send(one.program, text, recipients, 9, one.heap);
    one.settings.packing = Packing::xored;
    one.look();
    REQUIRE(one.of(NewsKind::job_done).size() == 1);
    CHECK(one.of(NewsKind::job_done)[0].job == 9);
    REQUIRE(one.box.sent.size() == 1);
    CHECK(one.box.sent[0].text(tag::subject) == "to several");
    CHECK(one.box.sent[0].text(tag::body) == body);
    REQUIRE(one.box.sent[0].attachments.size() == 2);
    CHECK(one.box.sent[0].attachments[0].octets.size() == 40'000);
    CHECK(one.box.sent[0].attachments[1].octets == "1,2");
    CHECK(one.box.sent[0].attachments[1].file_name == "small.csv");
    REQUIRE(one.box.recipients[0].size() == 3);
    CHECK(one.box.recipients[0][0].x500_name == "/o=Example/ou=Exchange/cn=Recipients/cn=bob");
    CHECK(one.box.recipients[0][1].email == "carol@example.net");
    CHECK(one.asked("NspiResolveNamesW\n"));
    CHECK(one.asked("CreateMessage SetProperties ModifyRecipients\n"));
    CHECK(one.asked("OpenStream WriteStream\nWriteStream\nWriteStream CommitStream\n"));
    CHECK(one.asked("CreateAttachment SetProperties SaveChangesAttachment\n"));
    CHECK(one.asked("SubmitMessage\n"));
    CHECK(one.box.objects.empty());
}

TEST_CASE("a name that means several people, or nobody, is told to who writes") {
    for (const auto& [name, words] : {std::pair{"bo", "ecAmbiguousRecip (0x80040700)"},
                                      std::pair{"zoe", "ecNotFound (0x8004010f)"}}) {
        Outlook one;
        const std::vector<std::string> recipients{name};
        ask_to_send(one.program, letter("x"), recipients, 3, one.heap);
        one.look();
        REQUIRE(one.of(NewsKind::job_failed).size() == 1);
        CHECK_THAT(one.of(NewsKind::job_failed)[0].text, ContainsSubstring(words));
        CHECK(one.box.sent.empty());
        CHECK(is_over(one.program));
    }
}

TEST_CASE("whatever fails at the beginning ends the session with its name and code") {
    struct Case {
        const char* words;
        std::function<void(Outlook&)> spoil;
    };
    const std::vector<Case> cases{
        {"not in the address book: ecNotFound", [](Outlook& one) { one.settings.user = "zoe"; }},
        {"is not the only one", [](Outlook& one) { one.settings.user = "bo"; }},
        {"EcDoConnectEx: ecUnknownUser (0x000003eb)",
         [](Outlook& one) { one.box.connect_result = 0x3eb; }},
        {"RopLogon: ecWrongServer (0x00000478), the mailbox is at",
         [](Outlook& one) { one.box.refuses[RopId::logon] = 0x478; }},
        {"RopLogon: ecLoginPerm (0x000003f2)",
         [](Outlook& one) { one.box.refuses[RopId::logon] = 0x3f2; }},
        {"EcDoRpcExt2 for IMAPISession::OpenMsgStore: NetworkError",
         [](Outlook& one) { one.box.execute_result = 0x80040115; }},
    };
    for (const Case& each : cases) {
        Outlook one;
        each.spoil(one);
        one.look();
        INFO(each.words);
        REQUIRE(one.of(NewsKind::problem).size() == 1);
        CHECK_THAT(one.of(NewsKind::problem)[0].text, ContainsSubstring(each.words));
        CHECK(one.of(NewsKind::problem)[0].code != 0);
        CHECK(one.of(NewsKind::ended).size() == 1);
        CHECK(is_over(one.program));
    }
}

TEST_CASE("what fails later fails alone: a folder, a message, a job") {
    for (const auto& [id, error] : std::vector<std::pair<RopId, std::uint32_t>>{
             {RopId::get_hierarchy_table, 0x80070005}, {RopId::get_contents_table, 0x80070005},
             {RopId::query_rows, 0x80040102}, {RopId::open_message, 0x80070005},
             {RopId::get_properties_specific, 0x47d}, {RopId::set_read_flags, 0x80070005},
             {RopId::create_message, 0x4d9}, {RopId::set_properties, 0x80040305},
             {RopId::modify_recipients, 0x80070057}, {RopId::open_stream, 0x80070005},
             {RopId::write_stream, 0x4d9}, {RopId::submit_message, 0x4d9},
             {RopId::register_notification, 0x80040102}, {RopId::get_receive_folder, 0x80040102}}) {
        Outlook one;
        one.settings.value_octets_max = 10;
        one.box.deliver("Inbox", letter("a"));
        one.look();
        std::vector<NewsItem> first = one.of(NewsKind::message);
        one.box.refuses[id] = error;
        one.settings.stays = true;
        if (!first.empty()) one.wish(JobKind::mark_read, "Inbox", first[0].message);
        const std::vector<std::string> recipients{"bob@example.org"};
        ask_to_send(one.program, letter("out", "More than ten octets.\r\n"), recipients, 3, one.heap);
        one.box.deliver("Inbox", letter("b"));
        one.look();
        INFO(name_of(id));
        CHECK(one.of(NewsKind::problem).empty());
        CHECK(one.of(NewsKind::looked).size() == 1);
        const bool told = !one.of(NewsKind::remark).empty() || !one.of(NewsKind::lost).empty() ||
                          !one.of(NewsKind::job_failed).empty();
        CHECK(told == (id != RopId::get_receive_folder));
        for (const NewsItem& item : one.news)
            if (item.kind == NewsKind::remark || item.kind == NewsKind::lost ||
                item.kind == NewsKind::job_failed)
                CHECK_THAT(item.text, ContainsSubstring("(0x"));
        stop(one.program);
        one.run();
        CHECK(is_over(one.program));
        CHECK(one.box.objects.empty());
    }
}

TEST_CASE("a line that breaks, at any call, ends the session; the next one makes up for it") {
    for (std::uint64_t breaks = 1; breaks < 40; ++breaks) {
        Outlook one;
        one.box.deliver("Inbox", letter("a"));
        const std::vector<std::string> recipients{"bob"};
        ask_to_send(one.program, letter("out"), recipients, 3, one.heap);
        begin(one.program, one.heap);
        bool broken = false;
        while (!broken) {
            bool some = false;
            for (const Line line : {Line::directory, Line::store}) {
                if (one.calls + 1 == breaks) {
                    if (!next(one.program, line, one.settings, one.heap, one.news)) continue;
                    line_lost(one.program, line, "the connection was reset", one.settings, one.heap,
                              one.news);
                    broken = some = true;
                    break;
                }
                some = one.step(line) || some;
            }
            if (!some) break;
        }
        INFO(breaks);
        one.run();
        if (!is_over(one.program)) line_lost(one.program, Line::directory, "gone", one.settings,
                                             one.heap, one.news);
        CHECK(is_over(one.program));
        const std::size_t came = one.of(NewsKind::message).size();
        // Where the address book is not to be had, a mere name is nobody's.
        const auto settled = [&] {
            return one.of(NewsKind::job_done).size() + one.of(NewsKind::job_failed).size();
        };
        const std::size_t done = settled();
        one.look();
        CHECK(came + one.of(NewsKind::message).size() == 1);
        CHECK(done + settled() == 1);
        CHECK(is_over(one.program));
    }
}

TEST_CASE("faults are told by name: of the address book, of the store, of the call that waits") {
    Outlook one;
    one.settings.stays = true;
    one.settings.news = NewsBy::wait;
    one.look();
    REQUIRE(next(one.program, Line::waiting, one.settings, one.heap, one.news)->patient);
    faulted(one.program, Line::waiting, 5, "access denied (0x00000005)", one.settings, one.heap,
            one.news);
    CHECK_FALSE(wants(one.program, Line::waiting, one.settings));
    CHECK(one.of(NewsKind::remark).back().text == "IMsgStore::Advise: access denied (0x00000005)");
    news_are_due(one.program);
    REQUIRE(next(one.program, Line::store, one.settings, one.heap, one.news));
    faulted(one.program, Line::store, 0x1c00001a, "nca_s_fault_context_mismatch (0x1c00001a)",
            one.settings, one.heap, one.news);
    CHECK(one.of(NewsKind::problem).back().code == 0x1c00001a);
    CHECK_THAT(one.of(NewsKind::problem).back().text, ContainsSubstring("context_mismatch"));
    one.run();
    CHECK(is_over(one.program));

    begin(one.program, one.heap);  // known from before: it goes on without the address book
    one.news.clear();
    REQUIRE(next(one.program, Line::directory, one.settings, one.heap, one.news));
    line_lost(one.program, Line::directory, "no answer", one.settings, one.heap, one.news);
    one.settings.stays = false;
    one.run();
    CHECK(one.of(NewsKind::problem).empty());
    CHECK(one.of(NewsKind::looked).size() == 1);
    CHECK(is_over(one.program));
}

TEST_CASE("answers that are no such answers end the session, wherever they come") {
    for (std::uint64_t at = 1; at < 12; ++at)
        for (const std::string& stub : {std::string(), std::string(40, '\xff'), std::string(200, '\1')}) {
            Outlook one;
            one.box.deliver("Inbox", letter("a"));
            begin(one.program, one.heap);
            while (one.calls + 1 < at && (one.step(Line::directory) || one.step(Line::store))) {
            }
            for (const Line line : {Line::directory, Line::store})
                if (next(one.program, line, one.settings, one.heap, one.news)) {
                    answered(one.program, line, stub, false, one.settings, one.heap, one.news);
                    break;
                }
            one.run();
            CHECK(is_over(one.program));
        }
}
