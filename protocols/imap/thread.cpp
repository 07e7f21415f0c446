// ORDEREDSUBJECT, and what REFERENCES begins with: identifiers from headers. No step recurses in
// the messages: a mailbox may hold one long chain of answers.
#include "protocols/imap/thread.hpp"

#include <algorithm>
#include <map>

#include "protocols/base/ascii.hpp"
#include "protocols/imap/charset.hpp"
#include "protocols/imap/sort.hpp"
#include "protocols/message/header.hpp"

namespace postroad::imap {
namespace {

constexpr std::size_t references_max = 200;

// RFC 5256 §3: <"a"@b> and <a@b> are one identifier; case counts. White space inside is folding.
std::string normalised(std::string_view id) {
    std::string out;
    bool quoted = false;
    for (std::size_t i = 0; i < id.size(); ++i) {
        const char c = id[i];
        if (c == '"') {
            quoted = !quoted;
        } else if (c == '\\' && quoted && i + 1 < id.size()) {
            out += id[++i];
        } else if (quoted || !message::is_blank(c)) {
            out += c;
        }
    }
    return out;
}

// The identifiers in a field's value, in their order, each once.
std::vector<std::string> identifiers(std::string_view value, std::size_t max) {
    std::vector<std::string> out;
    while (out.size() < max) {
        const std::size_t open = value.find('<');
        if (open == std::string_view::npos) break;
        const std::size_t close = value.find('>', open);
        if (close == std::string_view::npos) break;
        std::string id = normalised(value.substr(open + 1, close - open - 1));
        const bool valid = id.find('@') != std::string::npos;
        if (valid && (out.empty() || out.back() != id)) out.push_back(std::move(id));
        value.remove_prefix(close + 1);
    }
    return out;
}

}  // namespace

ThreadMessage thread_message(std::uint32_t number, std::string_view text,
                             std::int64_t internal_date_s) {
    ThreadMessage out;
    out.number = number;
    const message::Parts parts = message::split_message(text);
    out.sent_s = sent_date(parts.header, internal_date_s);
    out.subject = fold(base_subject(parts.find("Subject").value, &out.is_reply));
    const auto own = identifiers(parts.find("Message-ID").value, 1);
    if (!own.empty()) out.id = own.front();
    out.references = identifiers(parts.find("References").value, references_max);
    if (out.references.empty()) out.references = identifiers(parts.find("In-Reply-To").value, 1);
    return out;
}

std::string thread_ordered_subject(std::vector<ThreadMessage> messages) {
    std::stable_sort(
        messages.begin(), messages.end(),
        [](const ThreadMessage& a, const ThreadMessage& b) { return a.sent_s < b.sent_s; });
    // The first message of a subject says where its thread stands.
    std::map<std::string_view, std::size_t> places;
    std::vector<std::vector<std::uint32_t>> threads;
    for (const ThreadMessage& one : messages) {
        const auto [place, is_new] = places.try_emplace(one.subject, threads.size());
        if (is_new) threads.emplace_back();
        threads[place->second].push_back(one.number);
    }
    std::string out;
    for (const std::vector<std::uint32_t>& thread : threads) {
        out += '(';
        append_number(out, thread.front());
        const bool nested = thread.size() > 2;
        if (thread.size() > 1) out += ' ';
        for (std::size_t i = 1; i < thread.size(); ++i) {
            if (nested) out += '(';
            append_number(out, thread[i]);
            if (nested) out += ')';
        }
        out += ')';
    }
    return out;
}

}  // namespace postroad::imap
