// A mail program's sessions by MAPI, driven against a mailbox in memory.
#pragma once

#include "protocols/mapi/api_calls.hpp"
#include "protocols/mapi/program.hpp"
#include "tests/catch.hpp"
#include "tests/support/mapi_mailbox.hpp"

namespace mapi_mailbox {

using Catch::Matchers::ContainsSubstring;

inline std::string letter(std::string_view subject, std::string_view body = "Hello.\r\n") {
    return "From: Bob Brown <bob@example.org>\r\nTo: Alice Adams <alice@example.org>\r\n"
           "Message-ID: <" + std::string(subject) + "@example.org>\r\n"
           "Subject: " + std::string(subject) + "\r\n\r\n" + std::string(body);
}

struct Outlook {
    Mailbox box;
    Heap heap;
    Program program;
    ProgramSettings settings;
    News news;
    std::vector<std::string> methods;  // of MAPI, each with its provider
    std::uint64_t calls = 0;

    Outlook() {
        settings.user = "alice@example.org";
        settings.callback = callback_address(0x0a000001, 5000);
        box.people[0].home_database =
            "/o=Example/cn=Configuration/cn=Servers/cn=MAIL/cn=Microsoft Private MDB";
    }
    Outlook(const Outlook&) = delete;
    Outlook& operator=(const Outlook&) = delete;
    ~Outlook() {
        release(program, heap);
        CHECK(heap.live_blocks() == 0);
    }

    // One call on that line, if it has one.
    bool step(Line line) {
        const auto request = next(program, line, settings, heap, news);
        if (!request) return false;
        ++calls;
        methods.push_back(std::string(request->method) + " (" + std::string(request->provider) +
                          ")");
        const auto outcome = box.call(request->interface, request->operation, request->stub);
        if (outcome.ok)
            answered(program, line, outcome.stub, false, settings, heap, news);
        else
            faulted(program, line, static_cast<std::uint32_t>(outcome.status),
                    rpc::text_of(static_cast<std::uint32_t>(outcome.status)), settings, heap, news);
        return true;
    }
    void run() {
        while (step(Line::store) || step(Line::directory))
            if (calls > 3000) FAIL("it does not come to an end");
    }
    void look() {
        begin(program, heap);
        news.clear();
        box.asked.clear();
        run();
    }
    std::vector<NewsItem> of(NewsKind kind) const {
        std::vector<NewsItem> out;
        for (const NewsItem& one : news)
            if (one.kind == kind) out.push_back(one);
        return out;
    }
    std::string sequence() const {
        std::string out;
        for (const std::string& one : box.asked) out += one + "\n";
        return out;
    }
    bool asked(std::string_view what) const {
        return sequence().find(what) != std::string::npos;
    }
    void wish(JobKind kind, std::string_view folder, std::uint32_t message,
              std::string_view to = {}) {
        REQUIRE(ask_for(program, kind, *find_folder(program, folder, heap), message, to, 7, heap));
    }
};

}  // namespace mapi_mailbox
