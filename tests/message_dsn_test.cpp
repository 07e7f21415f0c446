// Delivery status notifications, written and read back; xtext; enhanced status codes.
#include "protocols/message/dsn.hpp"

#include <string>

#include "protocols/message/header.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::message;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr std::string_view original = "Received: from a by b; Fri, 21 Nov 1997 09:55:00 -0600\r\n"
                                      "From: ann@example.org\r\nSubject: Hello\r\n\r\nDear Bob\r\n";

Dsn sample() {
    Dsn dsn;
    dsn.from = "mailer-daemon@mx.example.net";
    dsn.to = "ann@example.org";
    dsn.message_id = "7.dsn@mx.example.net";
    dsn.unix_s = 880'127'706;
    dsn.boundary = "=_mx-7";
    dsn.original_envelope_id = "QQ 314159";
    dsn.reporting_mta = "mx.example.net";
    dsn.received_from_mta = "out.example.org";
    dsn.arrival_unix_s = 880'127'000;
    DsnRecipient bob;
    bob.original_recipient = "rfc822;bob@example.net";
    bob.final_recipient = "bob@example.net";
    bob.status = {5, 1, 1};
    bob.remote_mta = "store.example.net";
    bob.diagnostic_code = "550 5.1.1 no such mailbox";
    bob.last_attempt_unix_s = 880'127'700;
    DsnRecipient carol;
    carol.final_recipient = "carol@example.com";
    carol.action = Action::delayed;
    carol.status = {4, 4, 1};
    carol.will_retry_until_unix_s = 880'559'706;
    dsn.recipients = {bob, carol};
    dsn.original = original;
    return dsn;
}

} // namespace

TEST_CASE("a report has the three parts of RFC 3464 and the fields of its recipients") {
    const std::string text = compose_dsn(sample());
    const Parts parts = split_message(text);
    CHECK(parts.defects == 0);
    CHECK_THAT(text, ContainsSubstring("multipart/report; report-type=delivery-status;"));
    CHECK_THAT(text, ContainsSubstring("\r\nTo: <ann@example.org>\r\n"));
    CHECK_THAT(text, ContainsSubstring("\r\n\r\nOriginal-Envelope-Id: QQ+20314159\r\n"
                                       "Reporting-MTA: dns; mx.example.net\r\n"
                                       "Received-From-MTA: dns; out.example.org\r\n"
                                       "Arrival-Date: Fri, 21 Nov 1997 15:43:20 +0000\r\n"
                                       "\r\n"
                                       "Original-Recipient: rfc822;bob@example.net\r\n"
                                       "Final-Recipient: rfc822; bob@example.net\r\n"
                                       "Action: failed\r\n"
                                       "Status: 5.1.1\r\n"
                                       "Remote-MTA: dns; store.example.net\r\n"
                                       "Diagnostic-Code: smtp; 550 5.1.1 no such mailbox\r\n"
                                       "Last-Attempt-Date: Fri, 21 Nov 1997 15:55:00 +0000\r\n"
                                       "\r\n"
                                       "Final-Recipient: rfc822; carol@example.com\r\n"
                                       "Action: delayed\r\n"
                                       "Status: 4.4.1\r\n"
                                       "Will-Retry-Until: Wed, 26 Nov 1997 15:55:06 +0000\r\n"));
    CHECK_THAT(text, ContainsSubstring("Bad destination mailbox address (RFC 3463"));
    CHECK_THAT(text, ContainsSubstring("store.example.net replied: 550 5.1.1 no such mailbox"));
    CHECK(text.find("Dear Bob") == std::string::npos);
}

TEST_CASE("a report is read back as it was written, with the header or with all of the message") {
    for (const bool whole : {false, true}) {
        Dsn dsn = sample();
        dsn.return_whole = whole;
        const std::string text = compose_dsn(dsn);
        const auto back = read_dsn(text);
        REQUIRE(back);
        CHECK(back->to == "ann@example.org");
        CHECK(back->reporting_mta == "mx.example.net");
        CHECK(back->received_from_mta == "out.example.org");
        CHECK(back->original_envelope_id == "QQ 314159");
        CHECK(back->arrival_unix_s == 880'127'000);
        CHECK(back->whole_returned == whole);
        CHECK(back->original == (whole ? original : split_message(original).header));
        REQUIRE(back->recipients.size() == 2);
        const DsnRecipient& bob = back->recipients[0];
        CHECK(bob.original_recipient == "rfc822;bob@example.net");
        CHECK(bob.final_recipient == "bob@example.net");
        CHECK(bob.action == Action::failed);
        CHECK(bob.status == EnhancedStatus{5, 1, 1});
        CHECK(bob.remote_mta == "store.example.net");
        CHECK(bob.diagnostic_code == "550 5.1.1 no such mailbox");
        CHECK(bob.last_attempt_unix_s == 880'127'700);
        CHECK(back->recipients[1].action == Action::delayed);
        CHECK(back->recipients[1].will_retry_until_unix_s == 880'559'706);
    }
}

TEST_CASE("each action has its sentence and its subject") {
    const std::pair<Action, std::string_view> subjects[] = {
        {Action::failed, "could not be delivered"}, {Action::delayed, "delayed, not lost"},
        {Action::delivered, "was delivered"},       {Action::relayed, "was handed on"},
        {Action::expanded, "passed to a list"}};
    for (const auto& [action, subject] : subjects) {
        Dsn dsn = sample();
        for (DsnRecipient& recipient : dsn.recipients) recipient.action = action;
        const std::string text = compose_dsn(dsn);
        CHECK_THAT(text, ContainsSubstring(std::string(subject)));
        CHECK(read_dsn(text)->recipients[0].action == action);
        CHECK(action_from_text(action_text(action)) == action);
    }
    CHECK_FALSE(action_from_text("bounced"));
}

TEST_CASE("the boundary never occurs in what it encloses") {
    Dsn dsn = sample();
    dsn.return_whole = true;
    const std::string tricky = "Subject: x\r\n\r\n--_mx-7\r\n--_mx-7x--\r\n--_mx-7xx\r\n";
    dsn.original = tricky;
    const std::string text = compose_dsn(dsn);
    const auto back = read_dsn(text);
    REQUIRE(back);
    CHECK(back->original == tricky);
    CHECK(back->recipients.size() == 2);
}

TEST_CASE("8-bit returned text is declared, and hostile values inject no field") {
    Dsn dsn = sample();
    dsn.return_whole = true;
    dsn.original = "Subject: x\r\n\r\ncaf\xc3\xa9\r\n";
    dsn.recipients[0].diagnostic_code = "550 x\r\nAction: delivered\r\n\r\nFinal-Recipient: y";
    const std::string text = compose_dsn(dsn);
    CHECK_THAT(text, ContainsSubstring("Content-Transfer-Encoding: 8bit"));
    const auto back = read_dsn(text);
    REQUIRE(back);
    CHECK(back->recipients.size() == 2);
    CHECK(back->recipients[0].action == Action::failed);
}

TEST_CASE("a report of another host in the manner of RFC 3464 appendix E is read") {
    const std::string_view text =
        "From: Mail Delivery Subsystem <MAILER-DAEMON@cs.example.edu>\r\n"
        "To: <owner@dbc.example.com>\r\n"
        "Content-Type: multipart/report; report-type=delivery-status;\r\n"
        "      boundary=\"RAA14128.773615765/CS\"\r\n\r\n"
        "--RAA14128.773615765/CS\r\n\r\nThe original message was received.\r\n\r\n"
        "--RAA14128.773615765/CS\r\ncontent-type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; cs.example.edu\r\n\r\n"
        "Original-Recipient: rfc822;louisl@larry.example.edu\r\n"
        "Final-Recipient: rfc822;louisl@larry.example.edu\r\n"
        "Action: failed\r\nStatus: 4.0.0\r\n"
        "Diagnostic-Code: smtp; 426 connection timed out\r\n"
        "Last-Attempt-Date: Thu, 7 Jul 1994 17:15:49 -0400\r\n\r\n"
        "Final-Recipient: rfc822; lost@example.edu\r\nAction: odd\r\nStatus: 5.0.0\r\n\r\n"
        "--RAA14128.773615765/CS\r\ncontent-type: message/rfc822\r\n\r\n"
        "[original message goes here]\r\n--RAA14128.773615765/CS--\r\n";
    const auto dsn = read_dsn(text);
    REQUIRE(dsn);
    CHECK(dsn->reporting_mta == "cs.example.edu");
    REQUIRE(dsn->recipients.size() == 1); // the block with an unknown action is left out
    CHECK(dsn->recipients[0].status == EnhancedStatus{4, 0, 0});
    CHECK(dsn->recipients[0].diagnostic_code == "426 connection timed out");
    CHECK(dsn->original == "[original message goes here]");
    CHECK(dsn->explanation == "The original message was received.\r\n");
}

TEST_CASE("what is no report, or cut before its recipients, is none") {
    CHECK_FALSE(read_dsn(""));
    CHECK_FALSE(read_dsn(original));
    const std::string text = compose_dsn(sample());
    const std::size_t first_status = text.find("Status: 5.1.1");
    for (std::size_t size = 0; size < text.size(); ++size) {
        const auto cut = read_dsn(std::string_view(text).substr(0, size));
        if (size < first_status) REQUIRE_FALSE(cut);
        if (cut) REQUIRE(cut->recipients.size() <= 2);
    }
}

TEST_CASE("xtext follows RFC 3461 section 4") {
    CHECK(xtext_encode("a+b=c d\xe9") == "a+2Bb+3Dc+20d+E9");
    CHECK(xtext_decode("a+2Bb+3Dc+20d+E9") == "a+b=c d\xe9");
    for (const char* text : {"a+", "a+2", "a+2b", "a=b", "a b", "\xe9"})
        CHECK_FALSE(xtext_decode(text));
}

TEST_CASE("enhanced status codes are read strictly and have their registered texts") {
    CHECK(parse_enhanced_status("5.1.1") == EnhancedStatus{5, 1, 1});
    CHECK(parse_enhanced_status("2.0.0") == EnhancedStatus{2, 0, 0});
    CHECK(parse_enhanced_status("4.123.999") == EnhancedStatus{4, 123, 999});
    for (const char* text : {"", "5", "5.1", "5.1.", "3.1.1", "5.01.1", "5.1.01", "5.1.1.1",
                             "5.1.1 x", "5.1234.1", "5.1.1234", "x.1.1"})
        CHECK_FALSE(parse_enhanced_status(text));
    CHECK(leading_enhanced_status("5.7.1 relaying denied") == EnhancedStatus{5, 7, 1});
    CHECK(leading_enhanced_status("2.1.5") == EnhancedStatus{2, 1, 5});
    CHECK_FALSE(leading_enhanced_status("5.7.1relaying"));
    CHECK_FALSE(leading_enhanced_status("no code"));
    CHECK(format_enhanced_status({5, 7, 10}) == "5.7.10");
    REQUIRE(status_text({5, 1, 10}) != nullptr);
    CHECK(status_text({5, 1, 10})->text == "Recipient address has null MX");
    CHECK(status_text({4, 9, 9}) == nullptr);
    CHECK(status_subject_text(4) == "Network and Routing Status");
    CHECK(status_subject_text(99) == "Other or Undefined Status");
}
