// Messages of the Internet as properties and back: what the one side has, what the other makes of
// it, and what is lost on the way is said.
#include "protocols/mapi/mail.hpp"

#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::mapi;

namespace {

constexpr std::uint64_t delivered = 129'278'016'000'000'000;  // 2010-09-01T08:00:00Z

std::string mail(std::string_view fields, std::string_view body = "Hello.\r\n") {
    return std::string(fields) + "\r\n" + std::string(body);
}

const std::string letter = mail("Received: from a by b; Wed, 1 Sep 2010 08:00:00 +0000\r\n"
                                "From: Alice Adams <alice@example.org>\r\n"
                                "Sender: secretary@example.org\r\n"
                                "To: Bob Brown <bob@example.net>, carol@example.net\r\n"
                                "Cc: =?utf-8?q?D=C3=B6rte?= <doerte@example.net>\r\n"
                                "Subject: RE: the plans for\r\n Thursday\r\n"
                                "Date: Wed, 1 Sep 2010 10:00:00 +0200\r\n"
                                "Message-ID: <1@example.org>\r\n"
                                "In-Reply-To: <0@example.net>\r\n"
                                "X-Priority: 1 (Highest)\r\n"
                                "DKIM-Signature: v=1; a=rsa-sha256\r\n"
                                "MIME-Version: 1.0\r\n"
                                "Content-Type: text/plain; charset=utf-8\r\n");

}  // namespace

TEST_CASE("what a message says is what its properties say") {
    const MailItem item = to_properties(letter, delivered);
    CHECK(item.text(tag::message_class) == "IPM.Note");
    CHECK(item.text(tag::subject) == "RE: the plans for Thursday");
    CHECK(item.text(tag::subject_prefix) == "RE: ");
    CHECK(item.text(tag::normalized_subject) == "the plans for Thursday");
    CHECK(item.text(tag::sent_representing_name) == "Alice Adams");
    CHECK(item.text(tag::sender_email) == "secretary@example.org");
    CHECK(item.text(tag::display_to) == "Bob Brown; carol@example.net");
    CHECK(item.text(tag::display_cc) == "Dörte");
    CHECK(item.text(tag::internet_message_id) == "<1@example.org>");
    CHECK(item.text(tag::body) == "Hello.\r\n");
    CHECK(item.find(tag::importance)->number == 2);
    CHECK(item.find(tag::client_submit_time)->number == delivered);
    CHECK(item.find(tag::delivery_time)->number == delivered);
    CHECK(item.find(tag::size)->number == letter.size());
    CHECK(item.find(tag::has_attachments)->number == 0);
    REQUIRE(item.recipients.size() == 3);
    CHECK(item.recipients[1] ==
          MailRecipient{RecipientKind::to, "carol@example.net", "carol@example.net"});
    CHECK(item.recipients[2].kind == RecipientKind::cc);
}

TEST_CASE("fields that no property stands for are named, and stay in the header's text alone") {
    const MailItem item = to_properties(letter, delivered);
    CHECK(item.lost == std::vector<std::string>{"Received", "DKIM-Signature"});
    CHECK(item.text(tag::transport_message_headers).find("DKIM-Signature") != std::string::npos);
    CHECK(to_message(item).find("DKIM-Signature") == std::string::npos);
}

TEST_CASE("a message made of properties has them again when it is read") {
    const MailItem item = to_properties(letter, delivered);
    std::vector<std::string> lost;
    const MailItem again = to_properties(to_message(item, &lost), delivered);
    CHECK(lost.empty());
    CHECK(again.lost.empty());
    CHECK(again.recipients == item.recipients);
    for (const PropertyTag one :
         {tag::subject, tag::sent_representing_name, tag::sender_email, tag::body,
          tag::internet_message_id, tag::display_cc, tag::client_submit_time, tag::importance}) {
        CAPTURE(name_of(one));
        REQUIRE(again.find(one) != nullptr);
        CHECK(*again.find(one) == *item.find(one));
    }
}

TEST_CASE("texts, their other form and attachments are taken apart and put together") {
    MailItem item;
    item.put(tag::subject, Value::of("Grüße"));
    item.put(tag::body, Value::of("Hello =\r\n"));
    item.put(tag::html, Value::of("<p>Hello =</p>\r\n"));
    item.recipients = {{RecipientKind::to, "Bob", "bob@example.net"},
                       {RecipientKind::bcc, "Eve", "eve@example.net"}};
    item.attachments = {{"Pläne.pdf", "application/pdf", std::string(300, '\xff')},
                        {"notes.txt", "text/plain", "a\r\nb\r\n"}};
    item.put(0x0e1d0003, Value::of(7));
    item.put(0x80010003, Value::of(7));
    std::vector<std::string> lost;
    const std::string message = to_message(item, &lost);
    CHECK(message.find("eve@") == std::string::npos);
    CHECK(lost == std::vector<std::string>{"0x80010003", "Bcc"});
    const MailItem again = to_properties(message, delivered);
    CHECK(again.text(tag::subject) == "Grüße");
    CHECK(again.text(tag::body) == "Hello =\r\n");
    CHECK(again.text(tag::html) == "<p>Hello =</p>\r\n");
    CHECK(again.attachments == item.attachments);
    CHECK(again.find(tag::has_attachments)->number == 1);
    CHECK(to_message(item) == message);  // the same properties make the same octets
}

TEST_CASE("prefixes are of three letters at most, and numbers are none") {
    CHECK(split_subject("AW: plans").prefix == "AW: ");
    CHECK(split_subject("Fwd: plans").normalized == "plans");
    CHECK(split_subject("Note: plans").prefix.empty());
    CHECK(split_subject("10: plans").prefix.empty());
    CHECK(split_subject("RE:plans").prefix.empty());
    CHECK(split_subject(": plans").prefix.empty());
    CHECK(split_subject("").normalized.empty());
}

TEST_CASE("importance is heard in any of three fields") {
    const auto importance = [](std::string_view field) {
        return to_properties(mail(std::string(field) + "\r\n"), delivered)
            .find(tag::importance)
            ->number;
    };
    CHECK(importance("Importance: High") == 2);
    CHECK(importance("Importance: low") == 0);
    CHECK(importance("X-Priority: 5") == 0);
    CHECK(importance("Priority: urgent") == 2);
    CHECK(importance("Priority: normal") == 1);
    CHECK(importance("X-Other: 1") == 1);
}

TEST_CASE("a report of failure is of another class, and broken messages are messages") {
    CHECK(to_properties(mail("Content-Type: multipart/report; report-type=delivery-status; "
                             "boundary=b\r\n",
                             "--b\r\n\r\nIt failed.\r\n--b--\r\n"),
                        delivered)
              .text(tag::message_class) == "REPORT.IPM.Note.NDR");
    const auto text = [](std::string_view message) {
        return std::string(to_properties(message, delivered).text(tag::body));
    };
    CHECK(text(mail("Content-Type: multipart/mixed; boundary=b\r\n", "--b\r\n\r\nfirst\r\n"))
              .empty());
    CHECK(text(mail("Content-Type: multipart/mixed; boundary=b\r\n",
                    "--b\r\n\r\nfirst\r\n--b\r\n\r\nsecond")) == "first");
    CHECK(text(mail("Content-Type: multipart/mixed\r\n", "no boundary")).empty());
    CHECK(text("no header at all") == "no header at all");
    CHECK(text("").empty());
    std::string deep = "\r\nx\r\n";
    for (int i = 0; i < 50; ++i) {
        const std::string boundary = "b" + std::to_string(i);
        deep = "Content-Type: multipart/mixed; boundary=" + boundary + "\r\n\r\n--" + boundary +
               "\r\n" + deep + "--" + boundary + "--\r\n";
    }
    const MailItem item = to_properties(deep, delivered);
    CHECK(item.find(tag::body) == nullptr);
    CHECK(item.attachments.size() == 1);  // what lies too deep is kept as it is
}
