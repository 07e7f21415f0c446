// Captures judged by tshark, which must be installed; JSON judged line by line.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "sim/views/capture_counts.hpp"
#include "sim/views/json.hpp"
#include "sim/views/pcapng.hpp"
#include "tests/catch.hpp"
#include "tests/views_sample.hpp"
#include "tests/support/own_file.hpp"

using namespace views_sample;
namespace views = postroad::sim::views;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string capture(const Sample& s, const views::PcapngOptions& options = {}) {
    std::string out;
    views::write_pcapng(s.trace, s.setup, options, [&](std::string_view octets) { out += octets; });
    return out;
}

// A file that goes with the test.
struct File {
    std::string path;
    File(const std::string& name, const std::string& octets)
        : path(own_file("views_" + name)) {
        std::ofstream(path, std::ios::binary) << octets;
    }
    ~File() { std::filesystem::remove(path); }
};

// What a command says, and its exit code behind.
std::string said_by(const std::string& command) {
    std::string out;
    FILE* const pipe = popen(("( " + command + " ) 2>&1").c_str(), "r");
    REQUIRE(pipe != nullptr);
    char buffer[4096];
    while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, pipe)) out.append(buffer, got);
    const int status = pclose(pipe);
    return out + "exit " + std::to_string(status);
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

}  // namespace

TEST_CASE("tshark finds nothing wrong in a capture, and counts what the Trace has") {
    const Sample s = first_message();
    const views::TraceIndex index(s.trace, s.setup);
    const views::CaptureCounts counts = views::capture_counts(s.trace, index);
    CHECK(counts.smtp_commands.at("MAIL") == 2);
    CHECK(counts.smtp_replies.at("250") == 8);  // of two lines or one
    CHECK(counts.dns_answers == 1);
    CHECK(counts.lost == 1);
    const File file("sample.pcapng", capture(s));
    const File expect("sample.json", views::to_json(counts));
    CHECK(said_by("python3 tests/capture_gate.py " + file.path + " --lossy --expect " +
                  expect.path) == "exit 0");
}

TEST_CASE("the gate refuses a capture whose counts are not the Trace's") {
    const Sample s = first_message();
    const File file("wrong.pcapng", capture(s));
    const File expect("wrong.json", "{\"smtp_commands\": {\"MAIL\": 3}}");
    CHECK_THAT(said_by("python3 tests/capture_gate.py " + file.path + " --expect " + expect.path),
               ContainsSubstring("smtp_commands") && !ContainsSubstring("exit 0"));
}

TEST_CASE("packets carry their reason, their RFC section and decisions as comments") {
    const Sample s = first_message();
    const File file("comments.pcapng", capture(s));
    const std::string comments =
        said_by("2>/dev/null tshark -r " + file.path + " -T fields -e frame.interface_name -e frame.comment");
    CHECK_THAT(comments, ContainsSubstring("laptop\thandshake"));
    CHECK_THAT(comments,
               ContainsSubstring("RFC 5321 §4.1.1.3; why: the client has authenticated as alice"));
    CHECK_THAT(comments, ContainsSubstring("sent again: no acknowledgment came in time; RFC 5321"));
}

TEST_CASE("a conversation is seen once, at its initiator; at other places on request") {
    const Sample s = first_message();
    const auto frames = [&](const views::PcapngOptions& options, const char* name,
                            const std::string& filter) {
        const File file(name, capture(s, options));
        return said_by("2>/dev/null tshark -n -r " + file.path + " -T fields -e ip.src -e ip.ttl -Y '" + filter + "'");
    };
    // At the initiator: its own address, and the retransmission beside the lost segment.
    const std::string inside = frames({}, "in.pcapng", "tcp.port == 49200");
    CHECK(count(inside, "192.0.2.25\t64") == 11);
    CHECK(count(inside, "198.51.100.25\t63") == 9);
    CHECK(count(inside, "203.0.113.1") == 0);
    views::PcapngOptions at_mx;
    at_mx.at = views::CapturePoint::host;
    at_mx.host = mx;
    const std::string outside = frames(at_mx, "mx.pcapng", "tcp.port == 49200");
    CHECK(count(outside, "203.0.113.1\t63") == 10);  // translated, and one was lost
    CHECK(count(outside, "192.0.2.25") == 0);
    CHECK(count(frames(at_mx, "mx2.pcapng", "tcp.port == 587"), "\t") == 0);
    views::PcapngOptions between;
    between.at = views::CapturePoint::link;
    between.link = 3;
    const std::string middle = frames(between, "link.pcapng", "tcp.port == 49200");
    CHECK(count(middle, "203.0.113.1\t64") == 10);
    CHECK(count(middle, "192.0.2.25") == 1);         // lost before the NAT had it
    CHECK(count(middle, "198.51.100.25") == 9);
    views::PcapngOptions all;
    all.at = views::CapturePoint::all;
    CHECK(count(frames(all, "all.pcapng", "tcp.port == 587"), "\t") == 38);
}

TEST_CASE("a capture at a link is in time order and sound") {
    const Sample s = first_message();
    views::PcapngOptions between;
    between.at = views::CapturePoint::link;
    between.link = 3;
    const File file("order.pcapng", capture(s, between));
    std::istringstream times(said_by("2>/dev/null tshark -n -r " + file.path + " -T fields -e frame.time_epoch"));
    std::string before;
    for (std::string time; std::getline(times, time) && !time.starts_with("exit");) {
        CHECK(before <= time);
        before = time;
    }
    CHECK_THAT(before, ContainsSubstring("1795424461."));
}

TEST_CASE("ICMP errors are in the capture of whoever they are for") {
    Sample s;
    Wire wire = s.begin(laptop, 49152, mx, 25, net::protocol_icmp);
    wire.ports[0] = wire.ports[1] = 0;
    PacketFact fact;
    fact.packet = s.new_id(mx);
    fact.conversation = wire.conversation;
    fact.source = 2;
    fact.target = 0;
    fact.protocol = net::protocol_icmp;
    fact.icmp_type = 3;
    fact.icmp_code = 3;
    // RFC 792: the IP header and eight octets of what it is about.
    const std::string quote("\x45\0\0\x28\0\1\x40\0\x40\6\0\0\xc0\0\2\x0a\xc6\x33\x64\x19\xc0\0\0\x19\0\0\0\0", 28);
    fact.payload_octets = 28;
    s.record(mx, fact, quote);
    s.now += millisecond;
    s.record(laptop, ArrivalFact{fact.packet});
    const File file("icmp.pcapng", capture(s));
    CHECK_THAT(said_by("2>/dev/null tshark -n -r " + file.path + " -T fields -e icmp.type -e icmp.code -e icmp.checksum.status"),
               ContainsSubstring("3\t3\t1"));
}

TEST_CASE("the same Trace gives the same capture, octet for octet") {
    CHECK(capture(first_message()) == capture(first_message()));
    CHECK(capture(first_message(Depth::lines)).size() < 400);  // headers alone
}

TEST_CASE("each row is one JSON object, and texts come back as the octets they were") {
    Sample s = first_message();
    Wire wire = s.connect(laptop, 50001, mx, 25);
    s.reply(wire, 220, "220 \x01\"\\ \xff grüße\r\n", "5321 §4.3.1");
    std::string json;
    views::write_json(s.trace, s.setup, [&](std::string_view line) {
        CHECK(line.ends_with("}\n"));
        json += line;
    });
    CHECK(count(json, "\n") == s.trace.rows());
    CHECK_THAT(json, ContainsSubstring("\"text\":\"220 \\u0001\\\"\\\\ \\udcff grüße\\r\\n\""));
    CHECK_THAT(json, ContainsSubstring("\"time\":\"2026-11-23T09:00:00Z\",\"node\":\"laptop\",\"fact\":"
                                       "\"custody\""));
    const File file("rows.jsonl", json);
    CHECK(said_by("python3 -c \"import json,sys\nfor l in open('" + file.path +
                  "',encoding='utf-8'): json.loads(l)['fact']\"") == "exit 0");
}
