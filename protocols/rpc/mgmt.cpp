// What a server tells about itself to whoever asks (C706 appendix Q).
#include "protocols/rpc/mgmt.hpp"

#include <algorithm>

#include "protocols/rpc/mgmt_stubs.hpp"

namespace postroad::rpc::mgmt {
namespace {

constexpr std::uint32_t access_denied = 5, string_too_long = 1743, unknown_service = 1747;

Outcome list_interfaces(const CallAsk& call, const Host& host) {
    return operate<Nothing>(call, [&](const Nothing&) {
        InterfaceIds out;
        out.ids.emplace();
        for (const Syntax& one : host.interfaces)
            out.ids->push_back(epm::InterfaceId{one.uuid, one.major, one.minor});
        return out;
    });
}

Outcome count_up(const CallAsk& call, const Host& host) {
    return operate<StatisticsIn>(call, [&](const StatisticsIn& in) {
        Statistics out{{host.calls_in, 0, host.packets_in, host.packets_out}, 0};
        out.values.resize(std::min<std::size_t>(out.values.size(), in.count));
        return out;
    });
}

Outcome name_principal(const CallAsk& call, const Host& host) {
    return operate<PrincipalNameIn>(call, [&](const PrincipalNameIn& in) {
        PrincipalName out;
        out.room = std::min<std::uint32_t>(in.octets_max, name_octets_max);
        const bool known = provider_of(static_cast<AuthType>(in.auth_type)) != nullptr;
        const bool fits = host.principal.size() < out.room;
        if (known && fits) out.name = host.principal;
        out.room = std::max<std::uint32_t>(out.room, 1);  // the NUL is there in any case
        out.status = !known ? unknown_service : !fits ? string_too_long : 0;
        return out;
    });
}

}  // namespace

Outcome answer(const CallAsk& call, const Host& host) {
    switch (call.operation) {
    case inquire_interface_ids: return list_interfaces(call, host);
    case inquire_statistics: return count_up(call, host);
    case is_server_listening:
        return operate<Nothing>(call, [](const Nothing&) { return Listening{0, 1}; });
    case stop_server_listening:  // MS-RPCE §2.2.1.3.4: not from outside
        return operate<Nothing>(call, [](const Nothing&) { return Stopped{access_denied}; });
    case inquire_principal_name: return name_principal(call, host);
    default: return fault(Status::no_such_operation);
    }
}

}  // namespace postroad::rpc::mgmt
