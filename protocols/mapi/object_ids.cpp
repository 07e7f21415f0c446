// Entry ids.
#include "protocols/mapi/object_ids.hpp"

#include "protocols/mapi/wire.hpp"

namespace postroad::mapi {
namespace {

constexpr std::uint16_t private_folder = 1, private_message = 7;

void put(Writer& out, const rpc::Uuid& uuid) {
    rpc::Uuid copy = uuid;
    guid(out, copy);
}
void put_counter(Writer& out, std::uint64_t id) {
    const std::uint64_t counter = counter_of(id);
    for (unsigned i = 0; i < 6; ++i) out.value(static_cast<std::uint8_t>(counter >> (40 - 8 * i)));
    out.value(std::uint16_t{0});
}

}  // namespace

std::string folder_entry_id(const rpc::Uuid& mailbox, const rpc::Uuid& database,
                            std::uint64_t folder) {
    Writer out;
    out.value(std::uint32_t{0});
    put(out, mailbox);
    out.value(private_folder);
    put(out, database);
    put_counter(out, folder);
    return std::move(out.out);
}

std::string message_entry_id(const rpc::Uuid& mailbox, const rpc::Uuid& database,
                             std::uint64_t folder, std::uint64_t message) {
    Writer out;
    out.value(std::uint32_t{0});
    put(out, mailbox);
    out.value(private_message);
    put(out, database);
    put_counter(out, folder);
    put(out, database);
    put_counter(out, message);
    return std::move(out.out);
}

}  // namespace postroad::mapi
