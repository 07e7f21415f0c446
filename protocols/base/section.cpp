// Sections as people write them.
#include "protocols/base/section.hpp"

namespace postroad {

std::string to_string(Section section) {
    if (!section.known()) return {};
    const std::size_t named = section.rfc - std::size_t{first_named_document};  // huge for an RFC
    std::string text = named < std::size(named_documents)
                           ? std::string(named_documents[named])
                           : "RFC " + std::to_string(section.rfc);
    const char* before = " §";
    for (const std::uint8_t part : section.parts) {
        if (part == 0) break;
        text += before;
        if (part > 128)
            text += static_cast<char>(part - 128);
        else
            text += std::to_string(part);
        before = ".";
    }
    return text;
}

}  // namespace postroad
