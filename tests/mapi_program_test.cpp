// A mail program's sessions by MAPI: the calls in their order, what the person gets of them, and how
// somebody who stays learns of news.
#include "tests/support/mapi_outlook.hpp"

using namespace mapi_mailbox;

TEST_CASE("a first session asks the address book, logs on and reads what is in the inbox") {
    Outlook one;
    one.box.deliver("Inbox", letter("first"));
    one.settings.cached = false;
    one.look();
    CHECK(one.sequence() ==
          "RfrGetNewDSA\nNspiBind\nNspiGetMatches\nNspiGetProps\nRfrGetFQDNFromServerDN\n"
          "EcDoConnectEx\nLogon\nGetReceiveFolder\n"
          "OpenFolder GetHierarchyTable SetColumns QueryRows\n"
          "Release Release OpenFolder GetContentsTable SetColumns SortTable QueryRows\n"
          "Release Release OpenMessage GetPropertiesSpecific\n"
          "Release Release\nEcDoDisconnect\nNspiUnbind\n");
    REQUIRE(one.of(NewsKind::message).size() == 1);
    const NewsItem came = one.of(NewsKind::message)[0];
    CHECK_THAT(came.text, ContainsSubstring("Subject: first\r\n"));
    CHECK_THAT(came.text, ContainsSubstring("From: Bob Brown <bob@example.org>\r\n"));
    CHECK_THAT(came.text, ContainsSubstring("To: Alice Adams <alice@example.org>\r\n"));
    CHECK_THAT(came.text, ContainsSubstring("Hello."));
    CHECK(one.of(NewsKind::identified)[0].text == "mail.example.org");
    CHECK(one.of(NewsKind::identified)[0].name == "/o=Example/ou=Exchange/cn=Recipients/cn=alice");
    CHECK(one.of(NewsKind::looked).size() == 1);
    CHECK(one.of(NewsKind::ended).size() == 1);
    CHECK(is_over(one.program));
    CHECK(one.box.objects.empty());  // every handle was given back
    CHECK(one.box.objects_max <= 4);
}

TEST_CASE("each call stands for one of MAPI's, and a provider has served it") {
    Outlook one;
    one.box.deliver("Inbox", letter("first"));
    one.settings.cached = false;
    one.look();
    CHECK(one.methods == std::vector<std::string>{
                             "IMAPISession::OpenAddressBook (Exchange address book)",
                             "IABProvider::Logon (Exchange address book)",
                             "IAddrBook::ResolveName (Exchange address book)",
                             "IMailUser::GetProps (Exchange address book)",
                             "IMSProvider::Logon (Exchange message store)",
                             "IMSProvider::Logon (Exchange message store)",
                             "IMAPISession::OpenMsgStore (Exchange message store)",
                             "IMsgStore::GetReceiveFolder (Exchange message store)",
                             "IMAPIFolder::GetHierarchyTable (Exchange message store)",
                             "IMAPIFolder::GetContentsTable (Exchange message store)",
                             "IMsgStore::OpenEntry (Exchange message store)",
                             "IUnknown::Release (Exchange message store)",
                             "IMSLogon::Logoff (Exchange message store)",
                             "IABLogon::Logoff (Exchange address book)"});
    for (const ApiCall& row : api_calls()) CHECK(&api_call(row.step) == &row);
}

TEST_CASE("a later look fetches what is new alone, and sees what is gone or was read elsewhere") {
    Outlook one;
    for (const char* subject : {"first", "second", "third"})
        one.box.deliver("Inbox", letter(subject));
    one.look();
    REQUIRE(one.of(NewsKind::message).size() == 3);
    CHECK_THAT(one.of(NewsKind::message)[0].text, ContainsSubstring("Subject: first"));
    const std::uint32_t first = one.of(NewsKind::message)[0].message;
    const std::uint32_t second = one.of(NewsKind::message)[1].message;

    auto& messages = one.box.folder("Inbox").messages;
    messages.erase(messages.begin());
    messages[0].read = true;
    one.box.deliver("Inbox", letter("fourth"));
    one.look();
    REQUIRE(one.of(NewsKind::message).size() == 1);
    CHECK_THAT(one.of(NewsKind::message)[0].text, ContainsSubstring("Subject: fourth"));
    REQUIRE(one.of(NewsKind::gone).size() == 1);
    CHECK(one.of(NewsKind::gone)[0].message == first);
    REQUIRE(one.of(NewsKind::changed).size() == 1);
    CHECK(one.of(NewsKind::changed)[0].message == second);
    CHECK(one.of(NewsKind::changed)[0].number == 1);
    CHECK(one.asked("NspiDNToMId"));  // it knows its own name by now
}

TEST_CASE("tables are read in pages, and folders that hold no mail are not looked into") {
    Outlook one;
    one.settings.rows_at_once = 3;
    for (int i = 0; i < 8; ++i) one.box.deliver("Inbox", letter("n" + std::to_string(i)));
    one.box.deliver("Calendar", letter("appointment"));
    one.box.deliver("Sent Items", letter("sent"));
    one.look();
    CHECK(one.of(NewsKind::message).size() == 9);
    CHECK(one.asked("\nQueryRows\nQueryRows\n"));
    for (const NewsItem& came : one.of(NewsKind::message))
        CHECK_THAT(came.text, !ContainsSubstring("appointment"));
}

TEST_CASE("long bodies and attachments come by stream, many recipients by a call of their own") {
    Outlook one;
    one.settings.cached = false;
    std::string body;
    for (int i = 0; i < 3000; ++i) body += "A line of many.\r\n";
    body += "Ünd the end.\r\n";
    MailItem item = to_properties(letter("long", body), 1);
    item.put(tag::body, Value::of(body));
    item.put(tag::has_attachments, Value::of(1U));
    item.attachments = {{"a.bin", "application/octet-stream", std::string(70'000, 'x')},
                        {"empty.txt", "text/plain", ""}};
    for (int i = 0; i < 5; ++i)
        item.recipients.push_back({RecipientKind::cc, "Person " + std::to_string(i),
                                   "p" + std::to_string(i) + "@example.net"});
    one.box.folder("Inbox").messages.push_back({200, item, false});
    one.look();
    REQUIRE(one.of(NewsKind::message).size() == 1);
    const MailItem again = to_properties(one.of(NewsKind::message)[0].text, 1);
    CHECK(again.text(tag::body) == body);
    REQUIRE(again.attachments.size() == 2);
    CHECK(again.attachments[0].octets == std::string(70'000, 'x'));
    CHECK(again.attachments[0].file_name == "a.bin");
    CHECK(again.attachments[1].octets.empty());
    CHECK(again.recipients.size() == 6);
    CHECK(one.asked("ReadRecipients\n"));
    CHECK(one.asked("GetAttachmentTable SetColumns QueryRows\n"));
    CHECK(one.asked("OpenAttachment OpenStream ReadStream\nReadStream\nReadStream\n"));
    CHECK(one.box.objects.empty());
}

TEST_CASE("a message that goes before it is read is lost, and then seen to be gone") {
    Outlook one;
    one.settings.cached = false;
    one.box.deliver("Inbox", letter("first"));
    one.box.deliver("Inbox", letter("second"));
    begin(one.program, one.heap);
    while (!one.asked("GetContentsTable")) {
        const bool some = one.step(Line::directory) || one.step(Line::store);
        REQUIRE(some);
    }
    auto& messages = one.box.folder("Inbox").messages;
    messages.erase(messages.begin());
    one.run();
    REQUIRE(one.of(NewsKind::lost).size() == 1);
    CHECK(one.of(NewsKind::lost)[0].text == "RopOpenMessage: ecNotFound (0x8004010f)");
    CHECK(one.of(NewsKind::lost)[0].code == 0x8004010f);
    CHECK(one.of(NewsKind::gone).size() == 1);
    CHECK(one.of(NewsKind::message).size() == 1);
    CHECK(is_over(one.program));
}

TEST_CASE("who stays is told by datagram or by a call that waits, and looks at that folder alone") {
    for (const NewsBy how : {NewsBy::push, NewsBy::wait, NewsBy::poll}) {
        Outlook one;
        one.settings.stays = true;
        one.settings.news = how;
        one.box.deliver("Inbox", letter("first"));
        one.look();
        CHECK_FALSE(is_over(one.program));
        CHECK(one.asked("EcRRegisterPushNotification") == (how == NewsBy::push));
        CHECK(one.asked("EcDoAsyncConnectEx") == (how == NewsBy::wait));
        CHECK(one.asked("RegisterNotification\n"));
        CHECK(one.of(NewsKind::looked).size() == 1);
        CHECK(one.box.objects.size() == 2);  // the logon and the subscription
        CHECK(wants(one.program, Line::waiting, one.settings) == (how == NewsBy::wait));

        one.news.clear();
        one.box.asked.clear();
        const std::uint64_t mid = one.box.deliver("Inbox", letter("second"));
        rop::Notify notify;
        notify.folder = 5;
        notify.message = mid;
        one.box.news = {notify};
        if (how == NewsBy::wait)
            CHECK(one.step(Line::waiting));
        else
            news_are_due(one.program);
        one.run();
        CHECK(one.sequence().starts_with(how == NewsBy::wait ? "EcDoAsyncWaitEx\nnothing\n"
                                                             : "nothing\n"));
        REQUIRE(one.of(NewsKind::message).size() == 1);
        CHECK_THAT(one.of(NewsKind::message)[0].text, ContainsSubstring("second"));
        CHECK(one.of(NewsKind::looked).size() == 1);
        const std::string all = one.sequence();
        CHECK(all.find("GetContentsTable") == all.rfind("GetContentsTable"));

        stop(one.program);
        one.run();
        CHECK(is_over(one.program));
        CHECK(one.box.objects.empty());
        CHECK_FALSE(one.box.session);
    }
}

TEST_CASE("a folder that somebody else makes or deletes is heard of, with what was in it") {
    Outlook one;
    one.settings.stays = true;
    one.look();
    one.box.folders.push_back({30, 8, "Old", "IPF.Note", {}});
    one.box.deliver("Old", letter("kept"));
    rop::Notify made;
    made.flags = rop::news::created;
    made.folder = 30;
    made.parent = 8;
    one.box.news = {made};
    news_are_due(one.program);
    one.run();
    CHECK(find_folder(one.program, "deleted items/old", one.heap).has_value());
    REQUIRE(one.of(NewsKind::message).size() == 1);
    one.box.folders.pop_back();
    made.flags = rop::news::deleted;
    one.box.news = {made};
    news_are_due(one.program);
    one.run();
    CHECK(one.of(NewsKind::gone).size() == 1);
}
