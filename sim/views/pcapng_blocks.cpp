// How each block is laid out.
#include "sim/views/pcapng_blocks.hpp"

namespace postroad::sim::views {

void PcapngBlocks::u16(std::uint32_t value) {
    block_ += static_cast<char>(value & 255);
    block_ += static_cast<char>(value >> 8 & 255);
}

void PcapngBlocks::u32(std::uint64_t value) {
    u16(static_cast<std::uint32_t>(value & 0xffff));
    u16(static_cast<std::uint32_t>(value >> 16 & 0xffff));
}

void PcapngBlocks::pad() {
    while (block_.size() % 4 != 0) block_ += '\0';
}

void PcapngBlocks::begin(std::uint32_t type) {
    block_.clear();
    u32(type);
    u32(0);  // the size, when it is known
}

void PcapngBlocks::option(std::uint16_t code, std::string_view value) {
    if (value.empty()) return;
    value = value.substr(0, 60'000);
    u16(code);
    u16(static_cast<std::uint32_t>(value.size()));
    block_ += value;
    pad();
}

void PcapngBlocks::end() {
    const std::size_t size = block_.size() + 4;
    for (unsigned i = 0; i < 4; ++i) block_[4 + i] = static_cast<char>(size >> (8 * i) & 255);
    u32(size);
    sink_(block_);
}

void PcapngBlocks::section() {
    begin(0x0a0d0d0a);
    u32(0x1a2b3c4d);
    u16(1);
    u16(0);
    u32(0xffffffff);  // the section's size is not said
    u32(0xffffffff);
    option(4, "Postroad");  // shb_userappl
    u32(0);
    end();
}

void PcapngBlocks::interface(std::string_view name, std::string_view description) {
    begin(1);
    u16(101);  // LINKTYPE_RAW: IPv4 or IPv6 by the first four bits
    u16(0);
    u32(0);    // no limit
    option(2, name);
    option(3, description);
    option(9, "\x09");  // if_tsresol: 10^-9 s
    u32(0);
    end();
}

void PcapngBlocks::names(std::span<const std::pair<net::Address, std::string>> names) {
    begin(4);
    for (const auto& [address, name] : names) {
        const bool v4 = address.is_v4();
        u16(v4 ? 1 : 2);
        u16(static_cast<std::uint32_t>((v4 ? 4 : 16) + name.size() + 1));
        block_.append(reinterpret_cast<const char*>(address.bytes.data()) + (v4 ? 12 : 0),
                      v4 ? 4 : 16);
        block_ += name;
        block_ += '\0';
        pad();
    }
    u32(0);  // nrb_record_end
    end();
}

void PcapngBlocks::secrets(std::string_view lines) {
    begin(10);
    u32(0x544c534b);  // TLS Key Log
    u32(lines.size());
    block_ += lines;
    pad();
    end();
}

void PcapngBlocks::packet(std::uint32_t interface, std::uint64_t time_ns,
                          std::span<const std::uint8_t> octets, bool outbound,
                          std::string_view comment) {
    begin(6);
    u32(interface);
    u32(time_ns >> 32);
    u32(time_ns & 0xffffffff);
    u32(octets.size());
    u32(octets.size());
    block_.append(reinterpret_cast<const char*>(octets.data()), octets.size());
    pad();
    option(1, comment);  // opt_comment
    const char direction[4] = {static_cast<char>(outbound ? 2 : 1), 0, 0, 0};
    option(2, {direction, 4});  // epb_flags
    u32(0);
    end();
}

}  // namespace postroad::sim::views
