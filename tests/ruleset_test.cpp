// Firewall rules: every form of the grammar, canonical text, errors with their columns, verdicts,
// NAT, and what a ruleset opens to strangers.
#include <string>
#include <vector>

#include "sim/net/ruleset.hpp"
#include "tests/catch.hpp"

using namespace postroad::net;

namespace {

const NameBook& book() {
    static const NameBook names{
        [](std::string_view name) -> std::vector<Prefix> {
            if (name == "mx1") return {host_prefix(make_v4(192, 0, 2, 25)),
                                       host_prefix(*parse_address("2001:db8::25"))};
            if (name == "web-host") return {host_prefix(make_v4(192, 0, 2, 80))};
            if (name == "office lan") return {*parse_prefix("10.1.0.0/16")};
            if (name == "lan") return {*parse_prefix("10.0.0.0/8"), *parse_prefix("fd00::/8")};
            return {};
        },
        {"mx1", "web-host", "lan"}};
    return names;
}

Ruleset rules(std::string_view text) {
    std::vector<Problem> problems;
    Ruleset r = parse_ruleset(text, book(), problems);
    INFO(text);
    for (const Problem& p : problems) UNSCOPED_INFO(p.line << ":" << p.column << " " << p.what);
    REQUIRE(problems.empty());
    return r;
}

std::string canonical(std::string_view rule) {
    const Ruleset r = rules(rule);
    REQUIRE(r.rules.size() == 1);
    return print_rule(r, 0);
}

std::vector<Problem> problems_of(std::string_view text) {
    std::vector<Problem> problems;
    parse_ruleset(text, book(), problems);
    return problems;
}

PacketHeader tcp(std::string_view src, std::string_view dst, std::uint16_t port,
                 std::uint8_t flags = tcp_syn) {
    PacketHeader p;
    p.src = *parse_address(src);
    p.dst = *parse_address(dst);
    p.protocol = protocol_tcp;
    p.src_port = 49152;
    p.dst_port = port;
    p.tcp_flags = flags;
    return p;
}

PacketHeader with_protocol(PacketHeader p, std::uint8_t protocol) {
    p.protocol = protocol;
    p.tcp_flags = 0;
    return p;
}

// Whether a lone accepting rule before `policy drop` lets the packet through.
bool accepts(std::string_view match, const PacketHeader& p,
             ConntrackState state = ConntrackState::fresh, std::string_view in = {},
             std::string_view out = {}) {
    const Ruleset r = rules("policy drop\n" + std::string(match) + " accept");
    return filter(r, p, state, in, out).action == Action::accept;
}

std::vector<std::string> openings(std::string_view text, std::string_view in = {}) {
    std::vector<std::string> out;
    for (const Opening& o : exposure(rules(text), in)) out.push_back(describe(o));
    return out;
}

using Lines = std::vector<std::string>;

const PacketHeader smtp = tcp("198.51.100.9", "192.0.2.25", 25);
const PacketHeader smtp6 = tcp("2001:db8:9::9", "2001:db8::25", 25);

}  // namespace

TEST_CASE("canonical rules print as they were written") {
    for (const std::string text : {
             "tcp dport 25 accept",
             "tcp dport { 25, 587, 6001-6010 } accept",
             "ct state established,related accept",
             "ct state != invalid drop",
             "ip saddr 192.0.2.0/24 tcp dport 25 drop",
             "ip6 daddr 2001:db8::/32 accept",
             "ip daddr != 10.0.0.0/8 drop",
             "ip saddr { 192.0.2.1, 198.51.100.0/24, 10.0.0.3-10.0.0.9 } drop",
             "ip saddr mx1 accept",
             "ip6 saddr { mx1, lan } accept",
             "ip saddr \"office lan\" accept",
             "udp sport 53 accept",
             "th dport 53 accept",
             "tcp flags syn drop",
             "tcp flags fin,syn drop",
             "tcp flags == syn drop",
             "tcp flags != syn,ack drop",
             "tcp flags syn / fin,syn,rst,ack accept",
             "icmp type echo-request accept",
             "icmp type { echo-request, 42 } accept",
             "icmpv6 type nd-neighbor-solicit accept",
             "meta l4proto { tcp, udp } accept",
             "meta l4proto 50-51 accept",
             "meta nfproto ipv6 drop",
             "ip protocol gre accept",
             "ip6 nexthdr icmpv6 accept",
             "iifname \"outside\" oifname != \"inside\" drop",
             "iifname { \"outside\", \"guest\" } drop",
             "tcp dport 25 reject",
             "tcp dport 25 reject with tcp reset",
             "tcp dport 25 reject with icmp type admin-prohibited",
             "reject with icmpv6 type policy-fail",
             "reject with icmpx type host-unreachable",
             "tcp dport 25 counter log prefix \"mail: \" drop comment \"ISP's block\"",
             "counter", "log", "accept comment \"all\"",
             "oifname \"outside\" masquerade",
             "meta l4proto tcp masquerade to :1024-65535",
             "oifname \"outside\" snat to 203.0.113.1",
             "tcp dport 25 dnat to 10.0.0.5:2525",
             "tcp dport 25 dnat to [2001:db8::5]:2525",
             "ip6 daddr 2001:db8::1 dnat to 2001:db8::5",
             "tcp dport 80 dnat ip to web-host:8080",
             "tcp dport 25 dnat ip6 to mx1:2525",
             "tcp dport 80 redirect to :8080",
         }) {
        CHECK(canonical(text) == text);
    }
}

TEST_CASE("other ways to write a rule print canonically") {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"tcp   dport  smtp\taccept", "tcp dport 25 accept"},
        {"tcp dport {25,submission,} accept", "tcp dport { 25, 587 } accept"},
        {"tcp dport {\n  25, # mail\n  587\n} accept", "tcp dport { 25, 587 } accept"},
        {"tcp dport { 25 } accept", "tcp dport 25 accept"},
        {"tcp dport == 25 accept", "tcp dport 25 accept"},
        {"tcp dport >= 1024 drop", "tcp dport 1024-65535 drop"},
        {"tcp dport < 1024 drop", "tcp dport 0-1023 drop"},
        {"ct state { established, new } accept", "ct state established,new accept"},
        {"meta iifname outside accept", "iifname \"outside\" accept"},
        {"tcp flags & (fin|syn|rst|ack) == syn drop", "tcp flags syn / fin,syn,rst,ack drop"},
        {"tcp flags & syn != syn drop", "tcp flags != syn / syn drop"},
        {"reject with icmpx type port-unreachable", "reject"},
        {"ip saddr 192.0.2.1/32 accept", "ip saddr 192.0.2.1 accept"},
        {"ip saddr 10.0.0.0-10.255.255.255 accept", "ip saddr 10.0.0.0/8 accept"},
        {"meta l4proto 6 accept", "meta l4proto tcp accept"},
        {"counter packets 12 bytes 800 drop", "counter drop"},
        {"dnat to mx1", "dnat ip to mx1"},
    };
    for (const auto& [text, expected] : cases) CHECK(canonical(text) == expected);
}

TEST_CASE("a ruleset has comments, blank lines, semicolons and one policy") {
    const Ruleset r = rules("# the border\n\npolicy drop; tcp dport 25 accept\n"
                            "  udp dport 53 accept # dns\n");
    CHECK(r.policy == Action::drop);
    CHECK(print(r) == "policy drop\ntcp dport 25 accept\nudp dport 53 accept\n");
    CHECK(r.lines == std::vector<std::uint32_t>{3, 4});
    CHECK(print(rules("")) == "policy accept\n");
    std::vector<Problem> none;
    CHECK(parse_ruleset("", book(), none, Action::drop).policy == Action::drop);
}

TEST_CASE("printing and parsing any random ruleset gives the same ruleset") {
    std::uint64_t state = 7;
    const auto draw = [&state](std::size_t below) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<std::size_t>(state >> 33) % below;
    };
    const auto pick = [&](const Lines& from) { return from[draw(from.size())]; };
    const Lines addresses{"10.0.0.0/8", "192.0.2.1", "mx1", "10.0.0.1-10.0.0.7", "lan"};
    const Lines ports{"25", "587", "6001-6010", "smtp", "0", "65535"};
    const auto set = [&](const Lines& from) {
        std::string out = draw(4) == 0 ? "!= " : "";
        if (draw(2) == 0) return out + pick(from);
        out += "{ " + pick(from);
        for (std::size_t n = draw(4); n > 0; --n) out += "," + pick(from);
        return out + " }";
    };
    for (int seed = 0; seed < 3000; ++seed) {
        std::string text = draw(2) == 0 ? "policy drop\n" : "";
        for (std::size_t n = draw(6); n > 0; --n) {
            if (draw(2) == 0) text += "ip " + pick({"saddr ", "daddr "}) + set(addresses) + " ";
            const bool ported = draw(2) == 0;
            if (ported) text += pick({"tcp ", "udp ", "th "}) + pick({"dport ", "sport "}) +
                                set(ports) + " ";
            if (draw(4) == 0) text += "ct state " + pick({"new", "established,related"}) + " ";
            if (draw(4) == 0) text += "iifname \"outside\" ";
            text += pick({"", "counter ", "log ", "log prefix \"x y\" "});
            text += pick({"accept", "drop", "reject", "reject with icmp type host-prohibited",
                          "masquerade", "snat to mx1", "dnat to 10.0.0.9", "redirect"});
            text += pick({"", " comment \"why # not;\""}) + pick({"\n", " ; ", " # c\n"});
        }
        const Ruleset first = rules(text);
        const Ruleset second = rules(print(first));
        REQUIRE(first == second);
        REQUIRE(print(first) == print(second));
    }
}

TEST_CASE("each mistake is told with its column, its length and a way out") {
    struct Case {
        std::string text;
        std::uint32_t line, column, length;
        std::string what, hint;
    };
    const std::vector<Case> cases{
        {"tcp dprot 25 accept", 1, 5, 5, "expected a word that goes with \"tcp\", found \"dprot\"",
         "did you mean \"dport\"?"},
        {"tcp dport 25 acept", 1, 14, 5, "expected a match or a verdict, found \"acept\"",
         "did you mean \"accept\"?"},
        {"tpc dport 25 accept", 1, 1, 3, "expected a match or a verdict, found \"tpc\"",
         "did you mean \"tcp\"?"},
        {"\n  tcp dport 70000 accept", 2, 13, 5, "\"70000\" is not a port", ""},
        {"tcp dport sntp accept", 1, 11, 4, "expected a port, found \"sntp\"",
         "did you mean \"smtp\"?"},
        {"tcp dport 30-20 accept", 1, 11, 5, "the range \"30-20\" runs backwards", "write 20-30"},
        {"tcp dport accept", 1, 11, 6, "expected a port, found \"accept\"", ""},
        {"tcp dport", 1, 10, 1, "expected a port, found the end of the rules", ""},
        {"tcp dport { 25, 587 accept", 1, 21, 6, "expected \",\" or \"}\", found \"accept\"",
         "add a comma"},
        {"tcp dport { 25", 1, 11, 1, "this set is not closed", "add the \"}\""},
        {"tcp dport {} accept", 1, 11, 1, "an empty set", "name at least one value"},
        {"tcp dport 25, 587 accept", 1, 13, 1, "a list without braces", "write { a, b }"},
        {"tcp dport = 25 accept", 1, 11, 1, "a single \"=\"", "leave the \"=\" out"},
        {"tcp dport > 65535 accept", 1, 13, 5, "no port is > 65535", ""},
        {"ct state > new accept", 1, 10, 1, "\">\" needs numbers", ""},
        {"ct state estabilshed accept", 1, 10, 11,
         "expected a connection state, found \"estabilshed\"", "did you mean \"established\"?"},
        {"ip saddr 192.0.2.256 drop", 1, 10, 11, "\"192.0.2.256\" is not an address", ""},
        {"ip saddr 192.0.2.5/24 drop", 1, 10, 12, "\"192.0.2.5/24\" has bits set beyond its length",
         "write 192.0.2.0/24, or 192.0.2.5 for this address alone"},
        {"ip saddr 2001:db8::1 drop", 1, 10, 11, "\"2001:db8::1\" is not an IPv4 address",
         "use `ip6` for it"},
        {"ip saddr xm1 drop", 1, 10, 3, "\"xm1\" is not a host or network",
         "did you mean \"mx1\"?"},
        {"ip6 saddr web-host drop", 1, 11, 8, "\"web-host\" has no IPv6 address", "use `ip`"},
        {"tcp dport 25 udp dport 53 accept", 1, 14, 3, "this rule can never match",
         "make two rules of it"},
        {"ip saddr lan ip6 daddr lan drop", 1, 14, 3, "this rule can never match",
         "make two rules of it"},
        {"udp dport 53 reject with tcp reset", 1, 26, 3, "this rule can never match",
         "make two rules of it"},
        {"tcp dport 25", 1, 1, 3, "this rule decides nothing",
         "end it with accept, drop or reject"},
        {"tcp dport 25 accept drop", 1, 21, 4, "unexpected \"drop\" after the verdict",
         "begin a new line for a new rule"},
        {"accept comment \"a\" log", 1, 20, 3, "unexpected \"log\" after the comment", ""},
        {"counter tcp dport 25 drop", 1, 9, 3, "\"tcp\" comes too late",
         "move it to the front of the rule"},
        {"drop comment \"why", 1, 14, 4, "this string is not closed", "add the closing \""},
        {"drop comment why", 1, 14, 3, "expected a string, found \"why\"", ""},
        {"reject with tcp rset", 1, 17, 4, "expected a reason, found \"rset\"",
         "did you mean \"reset\"?"},
        {"reject with udp", 1, 13, 3, "expected what to reject with, found \"udp\"", ""},
        {"policy reject", 1, 8, 6, "a policy cannot reject",
         "use `policy drop` and a last rule `reject`"},
        {"policy drop\npolicy accept", 2, 1, 6, "a second policy", "leave one of the two out"},
        {"policy drop accept", 1, 13, 6, "unexpected \"accept\" after the policy", ""},
        {"table inet filter", 1, 1, 5, "\"table\" is not used here",
         "write only the rules: a firewall here is one list, without tables"},
        {"tcp dport 25 limit rate 3/minute accept", 1, 14, 5, "\"limit\" is not used here",
         "rate limits are not simulated; use a link's bandwidth"},
        {"tcp flags sny drop", 1, 11, 3, "expected a TCP flag, found \"sny\"",
         "did you mean \"syn\"?"},
        {"dnat 10.0.0.5", 1, 6, 8, "expected \"to\", found \"10.0.0.5\"", ""},
        {"dnat to 10.0.0.5:25", 1, 9, 11, "a port, but no transport protocol",
         "begin the rule with `tcp dport ...` or `meta l4proto tcp`"},
        {"snat to 10.0.0.0/8", 1, 9, 10, "\"10.0.0.0/8\" is more than one address", ""},
        {"ip saddr lan snat to 2001:db8::1", 1, 22, 11, "this rule can never match",
         "make two rules of it"},
        {"oifname \"x\" dnat to 10.0.0.5", 1, 1, 7,
         "oifname cannot decide a destination's translation", "use iifname or ip daddr"},
        {"tcp dport 25 @ accept", 1, 14, 1, "expected a match or a verdict, found \"@\"", ""},
    };
    for (const Case& c : cases) {
        INFO(c.text);
        const auto found = problems_of(c.text);
        REQUIRE(found.size() == 1);
        CHECK(found[0].what == c.what);
        CHECK(found[0].line == c.line);
        CHECK(found[0].column == c.column);
        CHECK(found[0].length == c.length);
        CHECK(found[0].hint == c.hint);
        CHECK(!found[0].why.empty());
    }
}

TEST_CASE("a mistake does not hide the next rule's, and costs one message") {
    const auto found =
        problems_of("tcp dprot 25 accept\ntcp dport 25 accept\nudp dport x drop; dorp");
    REQUIRE(found.size() == 3);
    CHECK(found[0].line == 1);
    CHECK(found[1].line == 3);
    CHECK(found[2].column == 19);
    CHECK(problems_of("tcp dport {\n25,\nsntp,\n587\n} accept\naccept").size() == 1);
    CHECK(problems_of("tcp dport { 25, sntp\ntcp dport 26 acept").size() == 2);
    std::string many;
    for (int i = 0; i < 1000; ++i) many += "acept\n";
    CHECK(problems_of(many).size() == ruleset_problems_max);
    CHECK(problems_of(std::string(ruleset_bytes_max + 1, ' ')).size() == 1);
    std::string counters;
    for (int i = 0; i < 65; ++i) counters += "counter\n";
    CHECK(problems_of(counters).size() == 1);
}

TEST_CASE("every match looks at its own field") {
    const PacketHeader udp = with_protocol(smtp, protocol_udp);
    CHECK(accepts("tcp dport 25", smtp));
    CHECK(accepts("tcp dport 25", smtp6));
    CHECK(!accepts("tcp dport 26", smtp));
    CHECK(!accepts("tcp dport 25", udp));
    CHECK(accepts("udp dport 25", udp));
    CHECK(accepts("th dport 25", udp));
    CHECK(accepts("tcp sport 49152", smtp));
    CHECK(accepts("tcp dport { 1-24, 25, 26-30 }", smtp));
    CHECK(!accepts("tcp dport != { 25, 587 }", smtp));
    CHECK(!accepts("tcp dport != 587", udp));  // implies TCP
    CHECK(accepts("ip saddr 198.51.100.0/24", smtp));
    CHECK(!accepts("ip saddr 198.51.100.0/29", smtp));
    CHECK(accepts("ip daddr mx1", smtp));
    CHECK(accepts("ip6 daddr mx1", smtp6));
    CHECK(!accepts("ip daddr mx1", smtp6));
    CHECK(!accepts("ip daddr != 10.0.0.0/8", smtp6));  // implies IPv4
    CHECK(accepts("ip daddr != 10.0.0.0/8", smtp));
    CHECK(!accepts("ip saddr 0.0.0.0/0", smtp6));
    CHECK(!accepts("ip6 saddr ::/0", smtp));
    CHECK(accepts("ip6 saddr ::/0", smtp6));
    CHECK(accepts("ip protocol tcp", smtp));
    CHECK(!accepts("ip6 nexthdr tcp", smtp));
    CHECK(accepts("meta l4proto { tcp, udp }", udp));
    CHECK(accepts("meta l4proto esp", with_protocol(smtp, protocol_esp)));
    CHECK(accepts("meta l4proto != udp", smtp));
    CHECK(accepts("meta nfproto ipv6", smtp6));
    CHECK(!accepts("meta nfproto ipv6", smtp));
    PacketHeader ping = with_protocol(smtp, protocol_icmp);
    ping.icmp_type = 8;
    CHECK(accepts("icmp type echo-request", ping));
    CHECK(!accepts("icmp type echo-reply", ping));
    CHECK(!accepts("icmpv6 type echo-request", ping));
}

TEST_CASE("names of networks decide by direction") {
    using enum ConntrackState;
    CHECK(accepts("iifname \"outside\"", smtp, fresh, "outside", "inside"));
    CHECK(!accepts("iifname \"outside\"", smtp, fresh, "inside", "outside"));
    CHECK(accepts("oifname != \"outside\"", smtp, fresh, "outside", "inside"));
    CHECK(accepts("iifname { \"a\", \"b\" }", smtp, fresh, "b", ""));
}

TEST_CASE("tcp flags: any bit, exactly these, and under a mask") {
    const auto with = [](std::uint8_t flags) { return tcp("10.0.0.1", "10.0.0.2", 25, flags); };
    CHECK(accepts("tcp flags syn", with(tcp_syn | tcp_ack)));
    CHECK(accepts("tcp flags fin,syn", with(tcp_fin)));
    CHECK(!accepts("tcp flags rst", with(tcp_syn)));
    CHECK(accepts("tcp flags == syn", with(tcp_syn)));
    CHECK(!accepts("tcp flags == syn", with(tcp_syn | tcp_ack)));
    CHECK(accepts("tcp flags != syn", with(tcp_syn | tcp_ack)));
    CHECK(accepts("tcp flags syn / syn,ack", with(tcp_syn | tcp_psh)));
    CHECK(!accepts("tcp flags syn / syn,ack", with(tcp_syn | tcp_ack)));
    CHECK(accepts("tcp flags & (syn|ack) != syn", with(tcp_ack)));
}

TEST_CASE("each connection state is told from the others") {
    using enum ConntrackState;
    const std::vector<std::pair<ConntrackState, std::string>> states{
        {fresh, "new"}, {established, "established"}, {related, "related"}, {invalid, "invalid"}};
    for (const auto& [is, is_name] : states)
        for (const auto& [asked, asked_name] : states) {
            CHECK(accepts("ct state " + asked_name, smtp, is) == (is == asked));
            CHECK(accepts("ct state != " + asked_name, smtp, is) == (is != asked));
        }
    CHECK(accepts("ct state established,related", smtp, related));
}

TEST_CASE("the first rule that matches decides, else the policy") {
    const Ruleset r = rules("policy drop\nct state established accept\n"
                            "tcp dport 25 counter\ntcp dport 25 log accept\ntcp dport 25 drop");
    const Verdict v = evaluate(r, smtp, ConntrackState::fresh, "", "");
    CHECK(v.action == Action::accept);
    CHECK(v.rule == 2);
    CHECK(v.noted == 3);  // the counter and the log
    const PacketHeader http = tcp("10.0.0.1", "10.0.0.2", 80);
    const Verdict other = evaluate(r, http, ConntrackState::fresh, "", "");
    CHECK(other.action == Action::drop);
    CHECK(other.rule == -1);
    CHECK(other.noted == 0);
    CHECK(evaluate(r, smtp, ConntrackState::established, "", "").rule == 0);
}

TEST_CASE("a rejection says how") {
    const auto reject = [](std::string_view rule, const PacketHeader& p) {
        const Verdict v = filter(rules(rule), p, ConntrackState::fresh, "", "");
        CHECK(v.action == Action::reject);
        return v.reject;
    };
    CHECK(reject("reject", smtp) == Reject{false, 3, 3});
    CHECK(reject("reject", smtp6) == Reject{false, 1, 4});
    CHECK(reject("reject with tcp reset", smtp) == Reject{true, 0, 0});
    CHECK(reject("reject with icmp type admin-prohibited", smtp) == Reject{false, 3, 13});
    CHECK(reject("reject with icmp type host-prohibited", smtp) == Reject{false, 3, 10});
    CHECK(reject("reject with icmpx type admin-prohibited", smtp6) == Reject{false, 1, 1});
    CHECK(reject("reject with icmpv6 type policy-fail", smtp6) == Reject{false, 1, 5});
    const Ruleset reset = rules("reject with tcp reset");
    const PacketHeader udp = with_protocol(smtp, protocol_udp);
    CHECK(filter(reset, udp, ConntrackState::fresh, "", "").action == Action::accept);
}

TEST_CASE("destination NAT comes before the filter and source NAT after, wherever they stand") {
    const Ruleset r = rules("policy drop\noifname \"outside\" masquerade\n"
                            "ip daddr 10.0.0.5 tcp dport 2525 accept\n"
                            "iifname \"inside\" accept\n"
                            "iifname \"outside\" tcp dport 25 dnat to 10.0.0.5:2525");
    const PacketHeader in = tcp("198.51.100.9", "203.0.113.1", 25);
    const Verdict v = evaluate(r, in, ConntrackState::fresh, "outside", "inside");
    CHECK(v.action == Action::accept);
    CHECK(v.rule == 1);
    CHECK(v.destination == Translation{Action::dnat, 3, make_v4(10, 0, 0, 5), 2525, 2525});
    CHECK(v.source.kind == Action::none);
    const Verdict out = evaluate(r, tcp("10.0.0.5", "198.51.100.9", 25), ConntrackState::fresh,
                                 "inside", "outside");
    CHECK(out.source.kind == Action::masquerade);
    CHECK(out.source.rule == 0);
    CHECK(evaluate(r, in, ConntrackState::established, "outside", "inside").destination.kind ==
          Action::none);
    CHECK(translate_destination(rules("tcp dport 80 redirect to :8080"),
                                tcp("10.0.0.1", "10.0.0.2", 80), "").port_first == 8080);
    CHECK(translate_source(rules("snat to mx1"), smtp, "", "").to == make_v4(192, 0, 2, 25));
}

TEST_CASE("exposure names what strangers may reach, and no reply traffic") {
    CHECK(openings("policy drop\nct state established,related accept\n"
                   "ip daddr mx1 tcp dport { 25, 26, 587 } accept") ==
          Lines{"tcp 25-26 over IPv4 from any to 192.0.2.25",
                "tcp 587 over IPv4 from any to 192.0.2.25"});
    CHECK(openings("policy drop\ntcp dport 25 drop\ntcp dport 20-30 accept") ==
          Lines{"tcp 20-24 over IPv4 from any to any", "tcp 26-30 over IPv4 from any to any",
                "tcp 20-24 over IPv6 from any to any", "tcp 26-30 over IPv6 from any to any"});
    CHECK(openings("policy drop\nmeta nfproto ipv4 udp sport 53 accept") ==
          Lines{"udp any port over IPv4 from any to any (under conditions)"});
    CHECK(openings("policy drop\nip saddr 10.0.0.0/9 drop\nip saddr lan tcp dport 135 accept") ==
          Lines{"tcp 135 over IPv4 from 10.128.0.0/9 to any"});
    CHECK(openings("policy drop\nip saddr != lan icmp type echo-request accept") ==
          Lines{"icmp type 8 over IPv4 from 0.0.0.0-9.255.255.255 to any",
                "icmp type 8 over IPv4 from 11.0.0.0-255.255.255.255 to any"});
    CHECK(openings("policy drop").empty());
    CHECK(openings("policy accept").size() == 12);
}

TEST_CASE("exposure from one network leaves the others' rules out") {
    const std::string text = "policy drop\niifname \"inside\" accept\n"
                             "iifname \"outside\" ip daddr mx1 tcp dport 25 accept";
    CHECK(openings(text, "outside") == Lines{"tcp 25 over IPv4 from any to 192.0.2.25"});
    CHECK(openings(text).size() == 13);
    const std::string syn_only = "policy drop\nip daddr mx1 tcp flags ack accept";
    CHECK(openings(syn_only).empty());
}

TEST_CASE("exposure agrees with the verdict on random packets") {
    const std::string text =
        "policy drop\nct state established accept\nip saddr 10.0.0.0/30 tcp dport 3-9 drop\n"
        "ip daddr 10.0.0.0/31 tcp dport 2-5 accept\nip saddr != 10.0.0.4 tcp dport 7 reject\n"
        "ip saddr 10.0.0.2-10.0.0.5 meta l4proto tcp accept\nudp dport 4 accept";
    const Ruleset r = rules(text);
    const auto open = exposure(r);
    for (std::uint32_t src = 0; src < 8; ++src)
        for (std::uint32_t dst = 0; dst < 4; ++dst)
            for (std::uint16_t port = 0; port < 12; ++port) {
                PacketHeader p = tcp("10.0.0.0", "10.0.0.0", port);
                p.src = make_v4(0x0a000000 + src);
                p.dst = make_v4(0x0a000000 + dst);
                const Verdict v = filter(r, p, ConntrackState::fresh, "", "");
                int by = -2;
                for (const Opening& o : open)
                    if (o.v4 && o.protocol == protocol_tcp && o.source_first <= p.src &&
                        p.src <= o.source_last && o.destination_first <= p.dst &&
                        p.dst <= o.destination_last && o.port_first <= port && port <= o.port_last)
                        by = o.rule;
                CHECK((v.action == Action::accept ? v.rule : -2) == by);
            }
}
