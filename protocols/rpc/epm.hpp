// The endpoint mapper (C706 appendix O, MS-RPCE §3.1.2.5): which interface answers at which port.
// The operations' stubs, the mapper as a function over what is registered, and a client's question.
#pragma once

#include <span>

#include "protocols/rpc/operation.hpp"
#include "protocols/rpc/tower.hpp"

namespace postroad::rpc::epm {

inline constexpr Syntax interface { "e1af8308-5d1f-11c9-91a4-08002b14a0fa", 3, 0 };
inline constexpr std::uint16_t port = 135;
enum Operation : std::uint16_t {
    insert = 0,
    remove = 1,
    lookup = 2,
    map = 3,
    lookup_handle_free = 4,
    inquire_object = 5,
};
inline constexpr std::uint32_t not_registered = 0x16c9a0d6;  // EPT_S_NOT_REGISTERED, appendix E
inline constexpr std::uint32_t cannot_perform = 0x16c9a0cd;  // EPT_S_CANT_PERFORM_OP

// An interface at an endpoint. Who registers it owns the texts.
struct Endpoint {
    Tower tower;
    Uuid object;
    std::string annotation;  // at most 63 octets
};

// --- stubs, as appendix O's IDL has them ---
struct InterfaceId {  // rpc_if_id_t
    Uuid uuid;
    std::uint16_t major = 0, minor = 0;
    bool operator==(const InterfaceId&) const = default;
};
struct TowerOctets {  // twr_t
    std::string octets;
    bool operator==(const TowerOctets&) const = default;
};
struct Entry {
    Uuid object;
    std::optional<TowerOctets> tower;
    std::string annotation;
    bool operator==(const Entry&) const = default;
};
enum class Inquiry : std::uint32_t { all, by_interface, by_object, by_both };
enum class Versions : std::uint32_t { any = 1, compatible, exact, major_only, up_to };
struct LookupIn {
    Inquiry inquiry = Inquiry::all;
    std::optional<Uuid> object;
    std::optional<InterfaceId> wanted;
    Versions versions = Versions::any;
    ndr::ContextHandle handle;
    std::uint32_t entries_max = 0;
    bool operator==(const LookupIn&) const = default;
};
struct LookupOut {
    ndr::ContextHandle handle;
    std::uint32_t room = 0;
    std::vector<Entry> entries;
    std::uint32_t status = 0;
    bool operator==(const LookupOut&) const = default;
};
struct MapIn {
    std::optional<Uuid> object;
    std::optional<TowerOctets> tower;
    ndr::ContextHandle handle;
    std::uint32_t towers_max = 0;
    bool operator==(const MapIn&) const = default;
};
struct MapOut {
    ndr::ContextHandle handle;
    std::uint32_t room = 0;
    std::vector<std::optional<TowerOctets>> towers;
    std::uint32_t status = 0;
    bool operator==(const MapOut&) const = default;
};
struct FreeIn {
    ndr::ContextHandle handle;
    bool operator==(const FreeIn&) const = default;
};
struct FreeOut {
    ndr::ContextHandle handle;
    std::uint32_t status = 0;
    bool operator==(const FreeOut&) const = default;
};

// --- the mapper ---
// A lookup that has more to say than fitted into one answer.
struct OpenLookup {
    Uuid id;
    std::uint32_t group = 0;     // the association group it belongs to
    std::uint32_t position = 0;  // of the next entry
};
struct Mapper {
    List<OpenLookup> lookups;
};
static_assert(Record<Mapper>);
inline constexpr std::size_t lookups_max = 64, entries_max = 500;

struct MapperHost {
    std::span<const Endpoint> endpoints;
    Uuid fresh;  // drawn: names a lookup that this call opens
};
Outcome answer(Mapper& mapper, const CallAsk& call, const MapperHost& host, Heap& heap);
// A client's association has ended: what it left open is forgotten.
void run_down(Mapper& mapper, std::uint32_t group, Heap& heap);
void release(Mapper& mapper, Heap& heap);

// --- the client ---
// The stub that asks where `wanted` is, by that sequence.
std::string question(const Syntax& wanted, Sequence sequence = Sequence::ncacn_ip_tcp,
                     std::uint32_t towers_max = 4);
std::optional<Syntax> read_question(std::string_view stub, bool big_endian = false);  // what it wants
struct Mapped {
    std::vector<Tower> towers;  // those that could be read
    std::uint32_t status = 0;
};
std::optional<Mapped> read_mapped(std::string_view stub, bool big_endian = false);

}  // namespace postroad::rpc::epm
