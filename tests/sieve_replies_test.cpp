// What Sieve sends of its own: a vacation's reply and the refusals, each against its golden and as
// the readers of protocols/message see it.
#include "protocols/sieve/replies.hpp"

#include <algorithm>

#include "protocols/message/address.hpp"
#include "protocols/message/header.hpp"
#include "protocols/message/mime.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/sieve_cases.hpp"

using namespace postroad;
using namespace postroad::sieve;

namespace {

const Sending sending{1'795'424'400, 60, "7.1@example.net", "edge"};

std::string lf(std::string_view text) {
    std::string out;
    for (const char c : text)
        if (c != '\r') out += c;
    return out;
}

Result ran(const std::string& source, const std::string& file, std::string_view from) {
    const Parsed parsed = parse(source);
    INFO(to_text(parsed.problems, "test"));
    REQUIRE(parsed.ok());
    const std::string message = sieve_cases::message_named(file);
    return execute(parsed.script, {message, from, "bob@example.net"}, sieve_cases::bobs_world());
}

std::string field(std::string_view message, std::string_view name) {
    const message::Parts parts = message::split_message(message);
    std::string out;
    message::unfold(parts.find(name).value, out);
    return out;
}

}  // namespace

TEST_CASE("a vacation's reply says what it is and what it answers", "[sieve]") {
    const Result result =
        ran("require \"vacation\"; vacation :from \"Bob Müller <bob@example.net>\" "
            "\"Ich bin nicht da.\nGrüße\";",
            "plain.eml", "alice@example.org");
    REQUIRE(result.actions.size() == 2);
    const std::string text = compose_vacation(result.actions[0].reply, sending);
    hold_against("tests/golden/sieve/vacation.txt", lf(text));
    CHECK(field(text, "In-Reply-To") == "<1@example.org>");
    CHECK(field(text, "References") == "<1@example.org>");
    CHECK(field(text, "To") == "alice@example.org");
    CHECK(field(text, "Auto-Submitted").starts_with("auto-replied"));
    const message::Parts parts = message::split_message(text);
    CHECK(message::quoted_printable_decode(parts.body) == "Ich bin nicht da.\r\nGrüße\r\n");
    CHECK(message::parse_addresses(parts.find("From").value).mailboxes()[0].address() ==
          "bob@example.net");
}

TEST_CASE("a vacation is not answered by a vacation", "[sieve]") {
    const std::string source = "require \"vacation\"; vacation \"Away.\";";
    const Result first = ran(source, "plain.eml", "alice@example.org");
    const std::string reply = compose_vacation(first.actions[0].reply, sending);
    Environment alices = sieve_cases::bobs_world();
    alices.owner_addresses = {"alice@example.org"};
    const Parsed parsed = parse(source);
    // Not even when it comes from an address: it is marked besides having a null reverse-path.
    const Result second =
        execute(parsed.script, {reply, "bob@example.net", "alice@example.org"}, alices);
    REQUIRE(second.actions.size() == 1);
    CHECK(second.actions[0].kind == ActionKind::keep);
    CHECK(second.steps.back().because == Because::sent_by_machine);
}

TEST_CASE("a vacation with :mime brings its own body and no other fields", "[sieve]") {
    Reply reply;
    reply.to = "alice@example.org";
    reply.from = "bob@example.net";
    reply.subject = "Away";
    reply.mime = true;
    reply.text = "Content-Type: text/html\nBcc: eve@example.com\n\n<p>Away</p>\n";
    const std::string text = compose_vacation(reply, sending);
    CHECK(field(text, "Content-Type") == "text/html");
    CHECK(field(text, "Bcc").empty());
    CHECK(message::split_message(text).body == "<p>Away</p>\r\n");
}

TEST_CASE("nothing of a reply can make a field", "[sieve]") {
    Reply reply;
    reply.to = "alice@example.org";
    reply.from = "bob@example.net\r\nBcc: eve@example.com";
    reply.subject = "Away\r\nBcc: eve@example.com";
    reply.in_reply_to = "<1@x>\r\nBcc: eve@example.com";
    reply.references = reply.in_reply_to;
    reply.text = "x";
    const std::string text = compose_vacation(reply, sending);
    CHECK(message::split_message(text).count("Bcc") == 0);
}

TEST_CASE("a refusal is short printable ASCII for SMTP", "[sieve]") {
    CHECK(refusal_text("No thanks.\r\n\r\nReally: ümläut\ttab\r\n") ==
          "No thanks.\r\nReally: ?ml?ut tab");
    CHECK(refusal_text("") == "the recipient does not want this message");
    CHECK(refusal_text("\r\n\r\n") == "the recipient does not want this message");
    const std::string many = refusal_text(std::string(10'000, 'x') + "\r\n" + "y");
    CHECK(std::count(many.begin(), many.end(), '\n') == 9);
    CHECK(many.find('y') == std::string::npos);
}

TEST_CASE("a rejection is a report that nobody's program takes for a person", "[sieve]") {
    const std::string original = sieve_cases::message_named("plain.eml");
    const std::string text = compose_rejection(
        {"bob@example.net", "alice@example.org", "bob@example.net", "rfc822; bob@example.net",
         "mx.example.net; Postroad", "Please use the form, edge or no edge.\nGrüße", original},
        sending);
    hold_against("tests/golden/sieve/rejection.txt", lf(text));
    const auto type =
        message::parse_content_type(message::split_message(text).find("Content-Type").value);
    REQUIRE(type);
    CHECK(type->is("multipart/report"));
    CHECK(type->parameter("report-type") == "disposition-notification");
    CHECK(type->parameter("boundary") == "edgex");  // "edge" is in the reason
    CHECK(text.find("Disposition: automatic-action/MDN-sent-automatically; deleted\r\n") !=
          std::string::npos);
    CHECK(text.find("Shall we meet") == std::string::npos);  // the header alone is returned
}

TEST_CASE("what an action stores is the header of its moment and the body as it came", "[sieve]") {
    const std::string original = sieve_cases::message_named("plain.eml");
    const Result result =
        ran("require [\"editheader\", \"fileinto\", \"copy\"]; fileinto :copy \"A\";"
            "addheader \"X-Seen\" \"yes\"; deleteheader \"Subject\";",
            "plain.eml", "alice@example.org");
    REQUIRE(result.actions.size() == 2);
    CHECK(message_of(result, result.actions[0], original) == original);
    const std::string edited = message_of(result, result.actions[1], original);
    CHECK(edited.starts_with("X-Seen: yes\r\nReceived: from"));
    CHECK(field(edited, "Subject").empty());
    CHECK(message::split_message(edited).body == message::split_message(original).body);
}
