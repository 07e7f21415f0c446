// Entry ids and distinguished names.
#include "protocols/mapi/object_ids.hpp"

#include "protocols/base/ascii.hpp"
#include "protocols/mapi/wire.hpp"

namespace postroad::mapi {
namespace {

constexpr std::uint16_t private_folder = 1, private_message = 7;
constexpr std::string_view recipients = "/cn=Recipients/cn=";

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

std::string person_dn(std::string_view organisation, std::string_view name) {
    std::string out = "/o=";
    out += organisation;
    out += "/ou=Exchange Administrative Group";
    out += recipients;
    out += name;
    return out;
}

std::optional<std::string_view> name_in_dn(std::string_view dn) {
    if (!starts_ignoring_case(dn, "/o=")) return std::nullopt;
    for (std::size_t at = 0; at + recipients.size() < dn.size(); ++at)
        if (starts_ignoring_case(dn.substr(at), recipients))
            return dn.substr(at + recipients.size());
    return std::nullopt;
}

}  // namespace postroad::mapi
