// libFuzzer target: any octets as a message whose parts IMAP tells of, and any words as what FETCH,
// SEARCH and SORT ask of it. Words and message are apart by the octet 0x1e.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocols/base/assertion.hpp"
#include "protocols/imap/charset.hpp"
#include "protocols/imap/envelope.hpp"
#include "protocols/imap/fetch_data.hpp"
#include "protocols/imap/lexer.hpp"
#include "protocols/imap/preview.hpp"
#include "protocols/imap/search.hpp"
#include "protocols/imap/sort.hpp"
#include "protocols/imap/thread.hpp"

using namespace postroad;
using namespace postroad::imap;

namespace {

void parts_are_in_each_other(std::string_view text, const MimeTree& tree) {
    for (const MimePart& part : tree.parts) {
        POSTROAD_ASSERT(part.header.end == part.body.begin && part.body.begin <= part.body.end);
        POSTROAD_ASSERT(part.body.end <= text.size() && part.depth <= MimeLimits{}.depth_max);
        decoded_body(text, part);
        text_of_part(text, part);
        file_name(part);
        if (part.parent == no_part) continue;
        const MimePart& around = tree.parts[part.parent];
        POSTROAD_ASSERT(around.body.begin <= part.header.begin && part.body.end <= around.body.end);
    }
}

// A client must be able to read what it is told.
void answer_is_one_list(std::string_view answer) {
    Reader reader(answer);
    POSTROAD_ASSERT(reader.parenthesized() && reader.done());
}

void told_as_lists(std::string_view text, const MimeTree& tree) {
    for (const bool extended : {false, true}) {
        std::string out;
        put_body_structure(out, text, tree, extended);
        answer_is_one_list(out);
    }
    std::string out;
    put_envelope(out, text);
    answer_is_one_list(out);
    const std::string words = preview(text, tree);
    POSTROAD_ASSERT(message::is_utf8(words));
}

void sections_are_the_message(std::string_view text, const MimeTree& tree) {
    std::string scratch;
    Section section;
    section.what = SectionText::header;
    const std::string header(section_octets(text, tree, section, scratch).value_or(""));
    section.what = SectionText::text;
    POSTROAD_ASSERT(header + std::string(*section_octets(text, tree, section, scratch)) == text);
}

void fetch(std::string_view words, std::string_view text) {
    const ParsedFetch asked = parse_fetch_items(words);
    POSTROAD_ASSERT(asked.used <= words.size());
    if (!asked.error.empty() || asked.value.items.empty()) return;
    MessageData message;
    message.text = text;
    std::string out;
    put_fetch_data(out, asked.value, message);
    if (out.find("~{") == std::string::npos) answer_is_one_list(out);
}

std::string_view give(const void* whose, std::string&) {
    return *static_cast<const std::string_view*>(whose);
}

bool judged(std::string_view keys, std::string_view text, bool& understood) {
    ParsedSearch parsed = parse_search_keys(keys, "UTF-8");
    understood = parsed.error.empty();
    if (!understood) return false;
    resolve(parsed.value, {.number_max = 3, .uid_max = 9, .now_s = 1'000'000, .keywords = "a\n"});
    SearchMessage message;
    message.number = 2;
    message.uid = 7;
    message.text = give;
    message.whose = &text;
    return matches(parsed.value, message);
}

void search(std::string_view words, std::string_view text) {
    parse_search(words);
    bool understood = false;
    const bool yes = judged(words, text, understood);
    if (!understood) return;
    bool also = false;
    const bool no = judged("NOT (" + std::string(words) + ")", text, also);
    POSTROAD_ASSERT(!also || yes != no);
}

void sort_and_thread(std::string_view words, std::string_view text) {
    const ParsedSort criteria = parse_sort_criteria(words);
    if (criteria.error.empty()) {
        const SortRow row = sort_row(criteria.value, {1, 5, 7, text});
        POSTROAD_ASSERT(row.words.size() == criteria.value.size());
    }
    // The message, and each line of the words as one more that refers to anybody.
    std::vector<ThreadMessage> messages = {thread_message(1, text, 5)};
    while (!words.empty() && messages.size() < 50) {
        const std::size_t end = words.find(';');
        messages.push_back(thread_message(static_cast<std::uint32_t>(messages.size() + 1),
                                          "Message-ID: " + std::string(words.substr(0, end)) +
                                              "\r\nReferences: " + std::string(words) + "\r\n\r\n",
                                          static_cast<std::int64_t>(end % 7)));
        words.remove_prefix(end == std::string_view::npos ? words.size() : end + 1);
    }
    for (const std::string& threads :
         {thread_references(messages), thread_ordered_subject(messages)}) {
        std::size_t numbers = 0;
        bool digit = false;
        for (const char c : threads) {
            const bool now = c >= '0' && c <= '9';
            numbers += now && !digit;
            digit = now;
        }
        POSTROAD_ASSERT(numbers == messages.size());  // each message is told once
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view all(reinterpret_cast<const char*>(data), size);
    const std::size_t apart = all.find('\x1e');
    const std::string_view words = apart == std::string_view::npos ? "" : all.substr(0, apart);
    const std::string_view text = apart == std::string_view::npos ? all : all.substr(apart + 1);
    const MimeTree tree = parse_mime(text);
    parts_are_in_each_other(text, tree);
    told_as_lists(text, tree);
    sections_are_the_message(text, tree);
    fetch(words, text);
    search(words, text);
    sort_and_thread(words, text);
    POSTROAD_ASSERT(message::is_utf8(to_utf8(words, text)));
    POSTROAD_ASSERT(message::is_utf8(decode_header(text)) && message::is_utf8(fold(text)));
    return 0;
}
