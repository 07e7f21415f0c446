// Strings of wide characters: UTF-16 on the wire, UTF-8 here.
#include "protocols/rpc/ndr.hpp"

#include "protocols/ntlm/hashes.hpp"

namespace postroad::ndr {

void Writer::wide_string(std::string& utf8, std::size_t) {
    std::string wide = ntlm::utf16(utf8);
    wide.append(2, '\0');
    value(static_cast<std::uint32_t>(wide.size() / 2));
    varying_counts(wide.size() / 2);
    out += wide;
}

void Reader::wide_string(std::string& utf8, std::size_t max) {
    const std::uint32_t room = number();
    const std::uint32_t count = varying_count(room);
    utf8.clear();
    if (!require(count >= 1 && count <= max)) return;
    std::string wide(take(std::size_t{count} * 2));
    if (!good_) return;
    if (big_endian_)
        for (std::size_t i = 0; i + 1 < wide.size(); i += 2) std::swap(wide[i], wide[i + 1]);
    if (!require(wide.ends_with(std::string_view("\0\0", 2)))) return;
    wide.resize(wide.size() - 2);
    auto read = ntlm::utf8(wide);
    if (require(read.has_value())) utf8 = std::move(*read);
}

}  // namespace postroad::ndr
