// The address book's interface (MS-OXNSPI) and the one that tells where it is (MS-OXABREF): the
// stubs of their operations, both ways. Values are those of the store's properties.
#pragma once

#include "protocols/mapi/restriction.hpp"
#include "protocols/rpc/operation.hpp"

namespace postroad::nspi {

using mapi::PropertyTag;
using mapi::Restriction;
using mapi::TaggedValue;
using ndr::ContextHandle;

inline constexpr rpc::Syntax interface { "f5cc5a18-4264-101a-8c59-08002b2f8426", 56, 0 };
enum Operation : std::uint16_t {  // MS-OXNSPI §3.1.4.1
    bind = 0,
    unbind = 1,
    update_stat = 2,
    query_rows = 3,
    seek_entries = 4,
    get_matches = 5,
    dn_to_mid = 7,
    get_props = 9,
    compare_mids = 10,
    get_special_table = 12,
    query_columns = 16,
    resolve_names = 19,
    resolve_names_w = 20,
};

enum class Code : std::uint32_t {  // §2.2.1.2
    success = 0,
    unbind_success = 1,
    errors_returned = 0x00040380,
    general_failure = 0x80004005,
    not_supported = 0x80040102,
    invalid_parameter = 0x80070057,
    invalid_bookmark = 0x80040405,
    not_found = 0x8004010f,
    logon_failed = 0x80040111,
    too_complex = 0x80040117,
    invalid_codepage = 0x8004011e,
    table_too_big = 0x80040403,
};

// §2.2.8: where in which container a client stands, and in which order.
struct Stat {
    std::uint32_t sort_type = 0, container = 0, current = 0;
    std::int32_t delta = 0;
    std::uint32_t position = 0, total = 0, code_page = 0x4e4, template_locale = 1033,
                  sort_locale = 1033;
    bool operator==(const Stat&) const = default;
};
namespace mid {  // §2.2.1.8: positions that are no entries
inline constexpr std::uint32_t beginning = 0, end = 2, current = 1;
inline constexpr std::uint32_t unresolved = 0, ambiguous = 1, resolved = 2;  // §2.2.1.9
}  // namespace mid

using Tags = std::vector<PropertyTag>;
struct Row {
    std::vector<TaggedValue> values;
    bool operator==(const Row&) const = default;
};
using Rows = std::vector<Row>;
struct PropertyName {  // §2.2.7: a set and a number in it
    std::optional<rpc::Uuid> set;
    std::uint32_t reserved = 0;
    std::int32_t id = 0;
    bool operator==(const PropertyName&) const = default;
};

struct BindIn {
    std::uint32_t flags = 0;
    Stat stat;
    std::optional<rpc::Uuid> server;
    bool operator==(const BindIn&) const = default;
};
struct BindOut {
    std::optional<rpc::Uuid> server;
    ContextHandle handle;
    Code code = Code::success;
    bool operator==(const BindOut&) const = default;
};
struct UnbindIn {
    ContextHandle handle;
    std::uint32_t reserved = 0;
    bool operator==(const UnbindIn&) const = default;
};
struct UnbindOut {
    ContextHandle handle;
    Code code = Code::unbind_success;
    bool operator==(const UnbindOut&) const = default;
};
struct UpdateStatIn {
    ContextHandle handle;
    std::uint32_t reserved = 0;
    Stat stat;
    std::optional<std::int32_t> delta;
    bool operator==(const UpdateStatIn&) const = default;
};
struct UpdateStatOut {
    Stat stat;
    std::optional<std::int32_t> delta;
    Code code = Code::success;
    bool operator==(const UpdateStatOut&) const = default;
};
struct QueryRowsIn {
    ContextHandle handle;
    std::uint32_t flags = 0;
    Stat stat;
    std::optional<std::vector<std::uint32_t>> table;  // these entries, in place of the container's
    std::uint32_t count = 0;
    std::optional<Tags> columns;
    bool operator==(const QueryRowsIn&) const = default;
};
struct RowsOut {  // of QueryRows and SeekEntries
    Stat stat;
    std::optional<Rows> rows;
    Code code = Code::success;
    bool operator==(const RowsOut&) const = default;
};
struct SeekEntriesIn {
    ContextHandle handle;
    std::uint32_t reserved = 0;
    Stat stat;
    TaggedValue target;
    std::optional<Tags> table, columns;
    bool operator==(const SeekEntriesIn&) const = default;
};
struct GetMatchesIn {
    ContextHandle handle;
    std::uint32_t reserved = 0;
    Stat stat;
    std::optional<Tags> reserved_mids;
    std::uint32_t reserved2 = 0;
    std::optional<Restriction> filter;
    std::optional<PropertyName> name;
    std::uint32_t requested = 0;
    std::optional<Tags> columns;
    bool operator==(const GetMatchesIn&) const = default;
};
struct GetMatchesOut {
    Stat stat;
    std::optional<Tags> mids;
    std::optional<Rows> rows;
    Code code = Code::success;
    bool operator==(const GetMatchesOut&) const = default;
};
struct DnToMidIn {
    ContextHandle handle;
    std::uint32_t reserved = 0;
    std::vector<std::string> names;
    bool operator==(const DnToMidIn&) const = default;
};
struct MidsOut {
    std::optional<Tags> mids;
    Code code = Code::success;
    bool operator==(const MidsOut&) const = default;
};
struct GetPropsIn {
    ContextHandle handle;
    std::uint32_t flags = 0;
    Stat stat;
    std::optional<Tags> columns;
    bool operator==(const GetPropsIn&) const = default;
};
struct GetPropsOut {
    std::optional<Row> row;
    Code code = Code::success;
    bool operator==(const GetPropsOut&) const = default;
};
struct CompareMidsIn {
    ContextHandle handle;
    std::uint32_t reserved = 0;
    Stat stat;
    std::uint32_t first = 0, second = 0;
    bool operator==(const CompareMidsIn&) const = default;
};
struct CompareMidsOut {
    std::int32_t result = 0;
    Code code = Code::success;
    bool operator==(const CompareMidsOut&) const = default;
};
struct GetSpecialTableIn {
    ContextHandle handle;
    std::uint32_t flags = 0;
    Stat stat;
    std::uint32_t version = 0;
    bool operator==(const GetSpecialTableIn&) const = default;
};
struct GetSpecialTableOut {
    std::uint32_t version = 0;
    std::optional<Rows> rows;
    Code code = Code::success;
    bool operator==(const GetSpecialTableOut&) const = default;
};
struct QueryColumnsIn {
    ContextHandle handle;
    std::uint32_t reserved = 0, flags = 0;
    bool operator==(const QueryColumnsIn&) const = default;
};
template <bool wide> struct ResolveIn {  // ResolveNames, ResolveNamesW
    ContextHandle handle;
    std::uint32_t reserved = 0;
    Stat stat;
    std::optional<Tags> columns;
    std::vector<std::optional<std::string>> names;
    bool operator==(const ResolveIn&) const = default;
};
struct ResolveOut {
    std::optional<Tags> mids;
    std::optional<Rows> rows;
    Code code = Code::success;
    bool operator==(const ResolveOut&) const = default;
};

// --- the referral, MS-OXABREF §3.1.4 ---
inline constexpr rpc::Syntax referral_interface{"1544f5e0-613c-11d1-93df-00c04fd7bd09", 1, 0};
enum ReferralOperation : std::uint16_t { get_new_dsa = 0, get_fqdn_from_server_dn = 1 };
struct NewDsaIn {
    std::uint32_t flags = 0;
    std::string user_dn;
    std::optional<std::optional<std::string>> unused, server;  // pointers at pointers at texts
    bool operator==(const NewDsaIn&) const = default;
};
struct NewDsaOut {
    std::optional<std::optional<std::string>> unused, server;
    Code code = Code::success;
    bool operator==(const NewDsaOut&) const = default;
};
struct FqdnIn {
    std::uint32_t flags = 0;
    std::uint32_t octets = 0;  // of the name and its NUL
    std::string server_dn;
    bool operator==(const FqdnIn&) const = default;
};
struct FqdnOut {
    std::optional<std::string> name;
    Code code = Code::success;
    bool operator==(const FqdnOut&) const = default;
};

}  // namespace postroad::nspi
