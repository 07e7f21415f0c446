// The store's interface (MS-OXCRPC): a session, and the calls that carry remote operations, new
// mail's notification by datagram, and news awaited. The stubs of each operation, both ways.
#pragma once

#include "protocols/rpc/ndr.hpp"
#include "protocols/rpc/operation.hpp"

namespace postroad::mapi {

inline constexpr rpc::Syntax emsmdb_interface{"a4f1db00-ca47-1067-b31f-00dd010662da", 0, 81};
inline constexpr rpc::Syntax async_interface{"5261574a-4572-206e-b268-6b199213b4e4", 0, 1};

enum EmsmdbOperation : std::uint16_t {  // MS-OXCRPC §3.1.4
    ec_do_disconnect = 1,
    ec_register_push_notification = 4,
    ec_dummy_rpc = 6,
    ec_do_connect_ex = 10,
    ec_do_rpc_ext2 = 11,
    ec_do_async_connect_ex = 14,
};
enum AsyncOperation : std::uint16_t { ec_do_async_wait_ex = 0 };  // §3.3.4.1

// How much a call may carry (§2.2.2.1.1 and the IDL's ranges: BIG_RANGE_ULONG, SMALL_RANGE_ULONG).
inline constexpr std::size_t payload_octets_max = 0x40000, auxiliary_octets_max = 0x1008;

struct ConnectIn {        // EcDoConnectEx, §3.1.4.1
    std::string user_dn;  // "/o=.../cn=Recipients/cn=alice"
    std::uint32_t flags = 0;
    std::uint32_t con_mod = 0;
    std::uint32_t limit = 0;
    std::uint32_t code_page = 1252;
    std::uint32_t lcid_string = 1033, lcid_sort = 1033;
    std::uint32_t link = 0xffffffff;  // a session to share, none
    std::uint16_t converts_code_pages = 1;
    std::uint16_t client_version[3] = {12, 0, 6300};
    std::uint32_t time_stamp = 0;
    std::string auxiliary;
    std::uint32_t auxiliary_room = auxiliary_octets_max;
    bool operator==(const ConnectIn&) const = default;
};
struct ConnectOut {
    ndr::ContextHandle session;
    std::uint32_t polls_max_ms = 60'000;
    std::uint32_t retries = 6, retry_delay_ms = 10'000;
    std::uint16_t session_index = 0;
    std::optional<std::string> dn_prefix, display_name;
    std::uint16_t server_version[3] = {}, best_version[3] = {};
    std::uint32_t time_stamp = 0;
    std::string auxiliary;
    std::uint32_t result = 0;
    bool operator==(const ConnectOut&) const = default;
};
struct SessionIn {  // EcDoDisconnect §3.1.4.3, EcDoAsyncConnectEx §3.1.4.4
    ndr::ContextHandle session;
    bool operator==(const SessionIn&) const = default;
};
struct SessionOut {
    ndr::ContextHandle session;  // nil; of EcDoAsyncConnectEx: the one to wait on
    std::uint32_t result = 0;
    bool operator==(const SessionOut&) const = default;
};
struct ExecuteIn {  // EcDoRpcExt2, §3.1.4.2
    ndr::ContextHandle session;
    std::uint32_t flags = 0;  // rpc_flag
    std::string payload;      // extended buffers
    std::uint32_t payload_room = 0x8007;
    std::string auxiliary;
    std::uint32_t auxiliary_room = auxiliary_octets_max;
    bool operator==(const ExecuteIn&) const = default;
};
namespace rpc_flag {  // what a client does not want of the answer
inline constexpr std::uint32_t no_compression = 1, no_xor = 2, chain = 4;
}  // namespace rpc_flag
struct ExecuteOut {
    ndr::ContextHandle session;
    std::uint32_t flags = 0;
    std::string payload, auxiliary;
    std::uint32_t milliseconds = 0;  // that the server took
    std::uint32_t result = 0;
    bool operator==(const ExecuteOut&) const = default;
};
struct RegisterPushIn {  // EcRRegisterPushNotification, §3.1.4.5
    ndr::ContextHandle session;
    std::uint32_t handle = 0;
    std::string context;  // what the datagram will carry
    std::uint32_t advise_bits = 0xffffffff;
    std::string callback;  // a sockaddr: where to send it
    bool operator==(const RegisterPushIn&) const = default;
};
struct RegisterPushOut {
    ndr::ContextHandle session;
    std::uint32_t notification = 0;
    std::uint32_t result = 0;
    bool operator==(const RegisterPushOut&) const = default;
};
struct WaitIn {  // EcDoAsyncWaitEx, §3.3.4.1
    ndr::ContextHandle session;
    std::uint32_t flags = 0;
    bool operator==(const WaitIn&) const = default;
};
struct WaitOut {
    std::uint32_t flags = 0;  // 1: there is news
    std::uint32_t result = 0;
    bool operator==(const WaitOut&) const = default;
};

// A callback address of EcRRegisterPushNotification (§3.1.4.5): AF_INET, port, address.
std::string callback_address(std::uint32_t ipv4, std::uint16_t port);
struct Callback {
    std::uint32_t ipv4 = 0;
    std::uint16_t port = 0;
};
std::optional<Callback> read_callback(std::string_view octets);

// Versions on the wire and as people know them: three words for four numbers (§3.1.4.1.3).
struct Version {
    std::uint16_t major = 0, minor = 0, build_major = 0, build_minor = 0;
    bool operator==(const Version&) const = default;
};
Version read_version(const std::uint16_t (&words)[3]);
void write_version(const Version& version, std::uint16_t (&words)[3]);

}  // namespace postroad::mapi
