// TLS reports: the record, the JSON, and a day's count that comes as mail.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "protocols/policy/tls_report.hpp"
#include "tests/catch.hpp"
#include "tests/mail_world.hpp"
#include "tests/support/own_file.hpp"

using namespace postroad;
using namespace postroad::sim;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string report_world(const std::string& domain, const std::string& mx = {}) {
    return "start = 2010-09-01T20:00:00Z\nuntil = \"+2d\"\n"
           "[hosts.mail]\ndomains = \"example.org\"\ntls.mta_sts = true\ntls.reports = true\n"
           "[hosts.www]\nnetwork = \"internet\"\nnames = \"www.example.com\"\n"
           "[hosts.mx]\ndomains = \"example.net\"\ntls.offer = true\n" + mx +
           "[people.alice]\naddress = \"alice@example.org\"\n"
           "[people.bob]\naddress = \"bob@example.net\"\n"
           "[people.watch]\naddress = \"watch@example.net\"\n"
           "[domains.\"example.net\"]\n" + domain;
}

// What Python's own parser makes of the JSON in a message: an expression over `r`.
std::string in_json(const std::string& message, const std::string& expression) {
    const std::size_t from = message.find("{\r\n");
    REQUIRE(from != std::string::npos);
    const std::string file = own_file("tls_report_test.json");
    std::ofstream(file) << message.substr(from, message.rfind("}\r\n") + 1 - from);
    const std::string command = "/usr/bin/python3 -c 'import json,sys; r=json.load(open(\"" + file +
                                "\")); print(" + expression + ", end=\"\")' 2>&1";
    FILE* const pipe = popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string out;
    std::array<char, 4096> line{};
    while (std::fgets(line.data(), line.size(), pipe) != nullptr) out += line.data();
    pclose(pipe);
    std::remove(file.c_str());
    return out;
}

}  // namespace

TEST_CASE("the TXT record of RFC 8460 is read, and nothing that is none") {
    using policy::parse_tlsrpt_record;
    CHECK(parse_tlsrpt_record("v=TLSRPTv1;rua=mailto:reports@example.com") ==
          std::vector<std::string>{"reports@example.com"});
    CHECK(parse_tlsrpt_record("v=TLSRPTv1; rua=https://example.com/v1, mailto:a@b.example;") ==
          std::vector<std::string>{"a@b.example"});
    CHECK(parse_tlsrpt_record("v=TLSRPTv2; rua=mailto:a@b.example").empty());
    CHECK(parse_tlsrpt_record("rua=mailto:a@b.example; v=TLSRPTv1").empty());
    CHECK(parse_tlsrpt_record("").empty());
}

TEST_CASE("a day's sessions under an enforced policy are reported when the day is over", "[slow]") {
    MailWorld w(report_world("mta_sts = { host = \"www\" }\ntls_reports = \"watch@example.net\"\n"));
    for (int i = 0; i < 3; ++i) {
        w.queue("mail", "alice@example.org", {"bob@example.net"});
        w.run_for(10 * minute);
    }
    CHECK(w.mailbox("watch").empty());
    w.run_for(6 * hour);
    INFO(w.dialogue());
    REQUIRE(w.mailbox("watch").size() == 1);
    const std::string report = w.mailbox("watch")[0];
    INFO(report);
    CHECK_THAT(report, ContainsSubstring("Return-Path: <>"));
    CHECK_THAT(report, ContainsSubstring("TLS-Report-Domain: example.net"));
    CHECK_THAT(report, ContainsSubstring("TLS-Report-Submitter: mail.example.org"));
    CHECK_THAT(report, ContainsSubstring("multipart/report; report-type=\"tlsrpt\""));
    CHECK(in_json(report, "r[\"date-range\"][\"start-datetime\"]") == "2010-09-01T00:00:00Z");
    CHECK(in_json(report, "r[\"date-range\"][\"end-datetime\"]") == "2010-09-01T23:59:59Z");
    const std::string policy = "r[\"policies\"][0]";
    CHECK(in_json(report, policy + "[\"policy\"][\"policy-type\"]") == "sts");
    CHECK(in_json(report, policy + "[\"policy\"][\"policy-string\"][1]") == "mode: enforce");
    CHECK(in_json(report, policy + "[\"policy\"][\"mx-host\"]") == "['mx.example.net']");
    CHECK(in_json(report, policy + "[\"summary\"]") ==
          "{'total-successful-session-count': 3, 'total-failure-session-count': 0}");
}

TEST_CASE("a policy that is being tested brings the mail, and the report says what is wrong",
          "[slow]") {
    MailWorld w(report_world("mta_sts = { host = \"www\", mode = \"testing\" }\n"
                             "tls_reports = \"watch@example.net\"\n",
                             "tls.certificate = \"old\"\n[certificates.old]\n"
                             "until = 2010-08-31T00:00:00Z\n"));
    w.queue("mail", "alice@example.org", {"bob@example.net"});
    w.run_for(7 * hour);
    INFO(w.dialogue());
    CHECK(w.mailbox("bob").size() == 1);
    REQUIRE(w.mailbox("watch").size() == 1);
    const std::string details = "r[\"policies\"][0][\"failure-details\"]";
    CHECK(in_json(w.mailbox("watch")[0], "len(" + details + ")") == "1");
    CHECK(in_json(w.mailbox("watch")[0], details + "[0][\"result-type\"]") == "certificate-expired");
    CHECK(in_json(w.mailbox("watch")[0], details + "[0][\"receiving-mx-hostname\"]") ==
          "mx.example.net");
}

TEST_CASE("a report arrives although no other mail does, and is not counted itself", "[slow]") {
    MailWorld w(report_world("mta_sts = { host = \"www\" }\ntls_reports = \"watch@example.net\"\n",
                             "tls.certificate = \"c\"\n[certificates.c]\nself_signed = true\n"));
    w.queue("mail", "alice@example.org", {"bob@example.net"});
    w.run_for(5 * hour);
    INFO(w.dialogue());
    CHECK(w.mailbox("bob").empty());
    REQUIRE(w.mailbox("watch").size() == 1);
    CHECK_THAT(w.mailbox("watch")[0],
               ContainsSubstring("\"result-type\": \"certificate-not-trusted\""));
    for (std::uint32_t id = 0; id < w.world().mail.tallies.size(); ++id)
        CHECK(w.world().mail.tallies[id].successes == 0);
}

TEST_CASE("each fault has the name of RFC 8460 §4.3", "[slow]") {
    struct Case {
        std::string domain, mx, words;
    };
    const std::string asks = "tls_reports = \"watch@example.net\"\n";
    const std::vector<Case> cases = {
        {asks, "tls.version_min = \"1.0\"\ntls.version_max = \"1.1\"\n", "validation-failure"},
        {"mta_sts = { host = \"www\", mode = \"testing\" }\n" + asks,
         "tls.certificate = \"c\"\n[certificates.c]\nself_signed = true\n",
         "certificate-not-trusted"},
        {"mta_sts = { host = \"www\", mode = \"testing\" }\n" + asks,
         "tls.certificate = \"c\"\n[certificates.c]\nnames = \"x.example.net\"\n",
         "certificate-host-mismatch"},
        {"records = '_mta-sts IN TXT \"v=STSv1; id=1;\"'\n" + asks, "", "sts-policy-fetch-error"},
    };
    for (const Case& one : cases) {
        MailWorld w(report_world(one.domain, one.mx));
        w.queue("mail", "alice@example.org", {"bob@example.net"});
        w.run_for(7 * hour);
        INFO(w.dialogue());
        REQUIRE(w.mailbox("watch").size() == 1);
        CHECK_THAT(w.mailbox("watch")[0],
                   ContainsSubstring("\"result-type\": \"" + one.words + "\""));
    }
}

TEST_CASE("who asks for no reports gets none, and nothing is kept") {
    MailWorld w(report_world(""));
    w.queue("mail", "alice@example.org", {"bob@example.net"});
    w.run_for(7 * hour);
    INFO(w.dialogue());
    CHECK(w.decided("mail tls_report_unwanted: example.net asks for no TLS reports"));
    CHECK(w.world().mail.tallies.live() == 0);
    CHECK(w.mailbox("watch").empty());
}
