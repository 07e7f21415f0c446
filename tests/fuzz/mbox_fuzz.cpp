// Feeds any octets to the mbox reader and to the readers of Maildir names: they come to an end,
// and what was read is, once written, read as the same messages.
#include <cstdint>
#include <cstdlib>

#include "protocols/message/maildir.hpp"
#include "protocols/message/mbox.hpp"

using namespace postroad::message;

namespace {

std::vector<Kept> messages_of(std::string_view text) {
    std::vector<Kept> out;
    MboxReader reader(text);
    while (auto entry = reader.next()) out.push_back(std::move(entry->message));
    return out;
}

std::string written(const std::vector<Kept>& messages) {
    std::string out;
    for (const Kept& one : messages) put_mbox(out, one, "a@example.org");
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view octets(reinterpret_cast<const char*>(data), size);
    const std::vector<Kept> messages = messages_of(octets);
    if (messages_of(written(messages)).size() != messages.size()) std::abort();
    static_cast<void>(parse_maildir_name(octets));
    static_cast<void>(parse_dovecot_keywords(octets));
    const auto folder = folder_of_maildir(octets);
    if (folder && folder_of_maildir(maildir_folder(*folder)) != folder) std::abort();
    return 0;
}
