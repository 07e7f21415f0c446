// A person's mail program that asks by RPC.
#include "sim/mail/people_parts.hpp"

namespace postroad::sim::people {

bool mapi_ask(Run&, std::uint32_t, Answer& out) {
    out.ok = false;
    return true;
}
void mapi_tell(Run&, std::uint32_t, const Tell&, std::string_view) {}
void mapi_over(Run&, std::uint32_t, Ending) {}
void mapi_datagram(Run&, std::uint32_t, std::string_view) {}

}  // namespace postroad::sim::people
