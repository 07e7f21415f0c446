// A message's header as the script sees it, and as editheader (RFC 5293) leaves it.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/message/header.hpp"

namespace postroad::sieve {

class Header {
public:
    explicit Header(std::string_view header);

    // The fields of that name, in their order. Views into the message or into what was added.
    std::vector<message::Field> find(std::string_view name) const;
    const std::vector<message::Field>& fields() const { return fields_; }

    // RFC 5293 §4: above all others, or below them. The value is folded and encoded as needed.
    void add(std::string_view name, std::string_view value, bool last);
    // Removes the fields of that name for which `chosen(number)` holds; they count from 0.
    template <class Chosen> std::size_t remove(std::string_view name, Chosen&& chosen) {
        std::size_t number = 0;
        return std::erase_if(fields_, [&](const message::Field& field) {
            return field.is(name) && chosen(number++);
        });
    }

    std::string text() const;

private:
    std::vector<message::Field> fields_;
    std::deque<std::string> added_;  // does not move what is in it
};

// A field's value for the header test: unfolded, encoded words decoded (RFC 5228 §2.7.2).
std::string readable(const message::Field& field);
// Unfolded only.
std::string unfolded(const message::Field& field);

}  // namespace postroad::sieve
