// Reading mail as IMAP asks for it: envelopes and structures beside GMime's parser over the same
// octets, and searches over many messages.
#include <gmime/gmime.h>

#include <string>
#include <vector>

#include "bench/bench.hpp"
#include "protocols/base/assertion.hpp"
#include "protocols/imap/fetch_data.hpp"
#include "protocols/imap/flags.hpp"
#include "protocols/imap/search.hpp"

namespace postroad::bench {
namespace {

// A mail of today: twenty fields, text and HTML, an attachment of 20 kB.
std::string sample() {
    std::string text = "Return-Path: <ann@example.org>\r\n";
    for (int hop = 0; hop < 5; ++hop)
        text += "Received: from mx" + std::to_string(hop) +
                ".example.org (mx.example.org "
                "[192.0.2.1])\r\n\tby mx.example.net (Postroad) with ESMTPS id 4Bf" +
                std::to_string(hop) +
                "\r\n\tfor <bob@example.net>; Sat, 28 Nov 2026 09:00:00 +0100\r\n";
    text +=
        "DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=s1;\r\n\tb=" + std::string(300, 'A') +
        "\r\n"
        "From: Ann Lee <ann@example.org>\r\nTo: Bob <bob@example.net>, carol@example.net\r\n"
        "Cc: \"Team, The\" <team@example.org>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= and more\r\n"
        "Date: Sat, 28 Nov 2026 09:00:00 +0100\r\nMessage-ID: <1234@example.org>\r\n"
        "References: <1@example.org> <2@example.net>\r\nIn-Reply-To: <2@example.net>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"outer\"\r\n\r\n"
        "--outer\r\nContent-Type: multipart/alternative; boundary=\"inner\"\r\n\r\n"
        "--inner\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n";
    for (int i = 0; i < 30; ++i)
        text += "Line after line of ordinary words, and then some more.\r\n";
    text += "--inner\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>";
    for (int i = 0; i < 60; ++i) text += "Line after line of <b>ordinary</b> words and more.\r\n";
    text += "--inner--\r\n--outer\r\nContent-Type: application/pdf; name=\"report.pdf\"\r\n"
            "Content-Disposition: attachment; filename=\"report.pdf\"\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\n";
    for (int i = 0; i < 256; ++i) text += std::string(76, 'A') + "\r\n";
    return text + "--outer--\r\n";
}

template <class Work> double seconds_each(std::size_t times, int repetitions, Work&& work) {
    std::vector<double> all;
    for (int i = 0; i < repetitions; ++i) {
        const double before = cpu_s();
        for (std::size_t n = 0; n < times; ++n) work();
        all.push_back((cpu_s() - before) / static_cast<double>(times));
    }
    return median(all);
}

double fetch_s(std::string_view items, std::string_view text, std::size_t times, int repetitions) {
    const imap::ParsedFetch asked = imap::parse_fetch_items(items);
    POSTROAD_ASSERT(asked.error.empty());
    imap::MessageData message;
    message.text = text;
    std::string out;
    return seconds_each(times, repetitions, [&] {
        out.clear();
        imap::put_fetch_data(out, asked.value, message);
    });
}

double gmime_s(const std::string& text, std::size_t times, int repetitions) {
    g_mime_init();
    return seconds_each(times, repetitions, [&] {
        GMimeStream* stream = g_mime_stream_mem_new_with_buffer(text.data(), text.size());
        GMimeParser* parser = g_mime_parser_new_with_stream(stream);
        GMimeMessage* message = g_mime_parser_construct_message(parser, nullptr);
        g_object_unref(message);
        g_object_unref(parser);
        g_object_unref(stream);
    });
}

std::string_view give(const void* whose, std::string&) {
    return *static_cast<const std::string*>(whose);
}

// Messages looked at in a second.
double searched(std::string_view keys, const std::string& text, std::uint32_t messages,
                int repetitions) {
    imap::ParsedSearch parsed = imap::parse_search(keys);
    POSTROAD_ASSERT(parsed.error.empty());
    resolve(parsed.value, {.number_max = messages, .uid_max = messages});
    std::uint32_t found = 0;
    const double each = seconds_each(1, repetitions, [&] {
        imap::SearchMessage one;
        one.text = give;
        one.whose = &text;
        for (std::uint32_t i = 1; i <= messages; ++i) {
            one.number = one.uid = i;
            one.flags = i % 3 == 0 ? imap::flag::seen : 0;
            one.size = 1000 + i;
            found += matches(parsed.value, one);
        }
    });
    POSTROAD_ASSERT(found > 0);
    return messages / each;
}

}  // namespace

void bench_messages(const Options& options, Reporter& reporter) {
    reporter.heading("messages: what IMAP tells of one, and searches over many");
    const std::string text = sample();
    const std::size_t times = options.quick ? 20 : 5'000;
    const int repetitions = options.quick ? 1 : 5;
    const double parsed = 1 / gmime_s(text, times, repetitions);
    for (const char* items : {"ENVELOPE", "BODYSTRUCTURE", "FULL"})
        reporter.add({"messages", std::string("FETCH ") + items,
                      1 / fetch_s(items, text, times, repetitions), "/s", "GMime's parse alone",
                      parsed});
    const auto tell = [&](const std::string& name, double value, const char* unit) {
        reporter.add({"messages", name, value, unit, "", 0, 0});
    };
    for (const char* items : {"BODY[]", "(UID FLAGS)"})
        tell(std::string("FETCH ") + items, 1 / fetch_s(items, text, times, repetitions), "/s");
    // What each kind of key costs: the mailbox's own columns, a header, a text decoded.
    std::uint32_t many = options.quick ? 1'000 : 1'000'000;
    for (const char* keys : {"UNSEEN 1:* LARGER 5", "SUBJECT and", "TEXT ordinary"}) {
        tell(std::string("SEARCH ") + keys, searched(keys, text, many, repetitions), "messages/s");
        many = many / 100 + 1;
    }
}

}  // namespace postroad::bench
