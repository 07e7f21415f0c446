// The web mailer: pages made of short sessions, against our server.
#include "protocols/imap/web.hpp"

#include "tests/support/imap_session.hpp"

using namespace postroad;
using imap::WebPage;

namespace {

struct Browser {
    Heap heap;
    imap::Web web;
    std::string said;

    Browser() = default;
    Browser(const Browser&) = delete;
    Browser& operator=(const Browser&) = delete;
    ~Browser() {
        release(web, heap);
        CHECK(heap.live_blocks() == 0);
    }
    void opens(imap_model::Store& store, const imap::WebRequest& request) {
        ImapSession session(store);
        ask_for(web, request, heap);
        session.run([&](const Tell& tell, std::string_view text) { apply(web, tell, text, heap); },
                    [&] { return next_job(web, heap); });
        CHECK(session.client.told.back().starts_with("session done"));
        said = session.client.said;
    }
    imap::WebRow row(std::uint32_t index) const { return heap.get(web.rows, index); }
    std::string text(std::uint32_t index) const { return std::string(heap.view(row(index).text)); }
};

imap_model::Store a_store() {
    imap_model::Store store;
    store.create("Entw\xc3\xbcrfe", 0);
    for (int i = 1; i <= 5; ++i)
        store.find("INBOX")->add(
            "From: a@example.org\r\nSubject: mail " + std::to_string(i) + "\r\n\r\nhello\r\n",
            i < 3 ? imap::flag::seen : 0, {store.now_s, 0}, store.next_email++, store.now_s);
    return store;
}

}  // namespace

TEST_CASE("a web mailer shows the folders with their numbers") {
    imap_model::Store store = a_store();
    Browser browser;
    browser.opens(store, {});
    REQUIRE(browser.web.rows.size() == 2);
    CHECK(browser.text(0) == "Entw\xc3\xbcrfe");
    CHECK(browser.row(0).messages == 0);
    CHECK(browser.text(1) == "INBOX");
    CHECK(browser.row(1).messages == 5);
    CHECK(browser.row(1).unseen == 3);
    CHECK(browser.said.find("SELECT") == std::string::npos);
}

TEST_CASE("a web mailer shows the last messages, changes nothing by that, and opens one") {
    imap_model::Store store = a_store();
    Browser browser;
    imap::WebRequest folder;
    folder.page = WebPage::folder;
    folder.folder = "INBOX";
    folder.last = 2;
    browser.opens(store, folder);
    REQUIRE(browser.web.rows.size() == 2);
    CHECK(browser.row(1).uid == 5);
    CHECK(browser.row(1).flags == 0);
    CHECK(browser.text(1).find("\"mail 5\"") != std::string::npos);

    imap::WebRequest message = folder;
    message.page = WebPage::message;
    message.uid = 5;
    browser.opens(store, message);
    CHECK(browser.heap.view(browser.web.message) ==
          "From: a@example.org\r\nSubject: mail 5\r\n\r\nhello\r\n");
    CHECK(store.find("INBOX")->find(5)->row.flags == imap::flag::seen);
    CHECK(store.find("INBOX")->find(4)->row.flags == 0);
}

TEST_CASE("a web mailer flags a message, and throws one away into a folder that it makes") {
    imap_model::Store store = a_store();
    Browser browser;
    imap::WebRequest request;
    request.page = WebPage::flag;
    request.folder = "INBOX";
    request.uid = 3;
    browser.opens(store, request);
    CHECK(store.find("INBOX")->find(3)->row.flags == imap::flag::flagged);
    request.page = WebPage::remove;
    browser.opens(store, request);
    CHECK(store.find("INBOX")->find(3) == nullptr);
    REQUIRE(store.find("Trash"));
    CHECK(store.find("Trash")->messages.size() == 1);
    CHECK(browser.web.problem.empty());
}

TEST_CASE("a web mailer touches nothing by a UID of another UIDVALIDITY, and says what is wrong") {
    imap_model::Store store = a_store();
    Browser browser;
    imap::WebRequest request;
    request.page = WebPage::remove;
    request.folder = "INBOX";
    request.uid = 3;
    request.uidvalidity = 1;
    browser.opens(store, request);
    CHECK(store.find("INBOX")->find(3) != nullptr);
    CHECK(browser.heap.view(browser.web.problem) ==
          "the folder is another one now; look at it again");
    request.folder = "Nowhere";
    browser.opens(store, request);
    CHECK(browser.heap.view(browser.web.problem) == "no such mailbox");
}
