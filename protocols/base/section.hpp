// A section of an RFC, or of another document that has a name here, as a plain value, so that every
// transcript line can carry its source.
#pragma once

#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "protocols/base/assertion.hpp"

namespace postroad {

// Documents that are no RFCs: their numbers begin where RFCs' will not come soon.
inline constexpr std::uint16_t first_named_document = 60'000;
inline constexpr std::string_view named_documents[] = {
    "C706",       // DCE 1.1: Remote Procedure Call, The Open Group
    "MS-RPCE",    "MS-NLMP",   "MS-OXCRPC", "MS-OXCROPS", "MS-OXCDATA",
    "MS-OXNSPI",  "MS-OXABREF", "MS-OXCNOTIF", "MS-OXCSTOR", "MS-OXCTABL", "MS-OXCMSG",
    "MS-OXCPRPT", "MS-OXCFOLD", "MS-OXCMAIL", "MS-OXOMSG",
};

// "5321 §4.1.1.3", "C706 §12.6.4.3" or "5321" (the whole document). A part over 128 is a letter of
// an appendix: 'A'.
struct Section {
    std::uint16_t rfc = 0;
    std::uint8_t parts[6] = {};

    constexpr Section() = default;
    // Written in our tables and checked when they are compiled.
    consteval Section(std::string_view text) {  // NOLINT(google-explicit-constructor)
        std::size_t at = 0;
        for (std::uint16_t i = 0; i < std::size(named_documents); ++i)
            if (text.substr(0, text.find(' ')) == named_documents[i]) {
                rfc = static_cast<std::uint16_t>(first_named_document + i);
                at = named_documents[i].size();
            }
        while (rfc < first_named_document && at < text.size() && text[at] >= '0' && text[at] <= '9')
            rfc = static_cast<std::uint16_t>(rfc * 10 + (text[at++] - '0'));
        if (rfc == 0) throw "a section begins with the number of its RFC or a document's name";
        if (at == text.size()) return;
        if (text.substr(at, 3) != " \u00a7") throw "write a section as \"5321 §4.1\"";
        at += 3;
        for (std::size_t part = 0; at < text.size(); ++part) {
            if (part == 6) throw "a section has six parts at the most";
            unsigned value = 0;
            if (text[at] >= 'A' && text[at] <= 'Z') {
                value = static_cast<unsigned char>(text[at++]) + 128U;
            } else {
                while (at < text.size() && text[at] >= '0' && text[at] <= '9')
                    value = value * 10 + static_cast<unsigned>(text[at++] - '0');
            }
            if (value == 0 || value > 255) throw "a section's part is 1 to 127, or a letter";
            parts[part] = static_cast<std::uint8_t>(value);
            if (at < text.size() && text[at++] != '.') throw "a dot between a section's parts";
        }
    }
    consteval Section(const char* text)  // NOLINT(google-explicit-constructor)
        : Section(std::string_view(text)) {}

    constexpr bool known() const { return rfc != 0; }
    constexpr bool operator==(const Section&) const = default;
};
static_assert(sizeof(Section) == 8);

inline constexpr Section no_section{};

// "RFC 5321 §4.1.1.3", "C706 §12.6.4.3"; empty for no_section.
std::string to_string(Section section);

}  // namespace postroad
