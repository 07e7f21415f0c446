// Several texts in one, by name: "mailbox=5:INBOX,uids=3:2:9,". What an IMAP client's owner and its
// machine say to each other in the texts of answers and tells.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocols/base/ascii.hpp"

namespace postroad::imap {

// Writes nothing for an empty value: it reads the same.
inline void put_field(std::string& out, std::string_view key, std::string_view value) {
    if (value.empty()) return;
    out.append(key).push_back('=');
    append_number(out, value.size());
    out.push_back(':');
    out.append(value).push_back(',');
}
inline void put_field(std::string& out, std::string_view key, std::uint64_t value) {
    if (value == 0) return;
    std::string digits;
    append_number(digits, value);
    put_field(out, key, digits);
}

// A view of such a text. What is not there is empty; what is malformed ends the text.
class Fields {
public:
    explicit Fields(std::string_view text) : text_(text) {}

    // Takes the next field; false at the end.
    bool next(std::string_view& key, std::string_view& value) {
        const std::size_t equals = text_.find('=');
        const std::size_t colon = text_.find(':', equals == std::string_view::npos ? 0 : equals);
        if (equals == std::string_view::npos || colon == std::string_view::npos) return false;
        const auto size = parse_number(text_.substr(equals + 1, colon - equals - 1));
        if (!size || *size >= text_.size() - colon - 1) return false;
        key = text_.substr(0, equals);
        value = text_.substr(colon + 1, *size);
        if (text_[colon + 1 + *size] != ',') return false;
        text_.remove_prefix(colon + 2 + *size);
        return true;
    }
    std::size_t octets_left() const { return text_.size(); }
    bool whole() const { return text_.empty(); }  // after the last `next`: nothing is left over

    std::string_view text(std::string_view wanted) const {
        Fields rest(text_);
        std::string_view key, value;
        while (rest.next(key, value))
            if (key == wanted) return value;
        return {};
    }
    std::uint64_t number(std::string_view wanted) const {
        return parse_number(text(wanted)).value_or(0);
    }

private:
    std::string_view text_;
};

}  // namespace postroad::imap
