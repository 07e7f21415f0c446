// MAPI's own words for what a mail program does on the wire: which method of which interface an
// application has called, which provider has served it, and the names of what comes back.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "protocols/mapi/program.hpp"

namespace postroad::mapi {

// What stands behind MAPI's interfaces in a profile for this kind of server.
namespace provider {
inline constexpr std::string_view address_book = "Exchange address book",
                                  message_store = "Exchange message store",
                                  transport = "Exchange transport";
}  // namespace provider

struct ApiCall {
    Step step = Step::none;
    std::string_view method;    // "IMAPITable::QueryRows"
    std::string_view provider;
};
std::span<const ApiCall> api_calls();
const ApiCall& api_call(Step step);  // every step but `none` has one

// "ecNotFound (0x8004010f)": the names of MS-OXCDATA §2.4; the number alone for others.
std::string error_text(std::uint32_t code);

}  // namespace postroad::mapi
