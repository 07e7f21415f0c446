// The blocks of a pcapng file (draft-ietf-opsawg-pcapng §4), little-endian on every machine.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sim/views/text.hpp"

namespace postroad::sim::views {

class PcapngBlocks {
  public:
    explicit PcapngBlocks(const Sink& sink) : sink_(sink) {}
    void section();                                                     // §4.1
    void interface(std::string_view name, std::string_view description);  // §4.2
    void names(std::span<const std::pair<net::Address, std::string>> names);  // §4.5
    // §4.7: TLS key log lines, with which what follows can be read.
    void secrets(std::string_view lines);
    // §4.3; `time_ns` since 1970.
    void packet(std::uint32_t interface, std::uint64_t time_ns, std::span<const std::uint8_t> octets,
                bool outbound, std::string_view comment);

  private:
    void begin(std::uint32_t type);
    void u16(std::uint32_t value);
    void u32(std::uint64_t value);
    void pad();
    void option(std::uint16_t code, std::string_view value);
    void end();
    const Sink& sink_;
    std::string block_;
};

}  // namespace postroad::sim::views
