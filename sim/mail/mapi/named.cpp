// Properties by name (MS-OXCPRPT §3.2.5.9): each mailbox has its own numbers for them.
#include "sim/mail/mapi/parts.hpp"

namespace postroad::sim::mapi_store {
namespace {

constexpr std::uint16_t first_named = 0x8000;
constexpr rpc::Uuid mapi_names{"00020328-0000-0000-c000-000000000046"};  // PS_MAPI
constexpr std::uint8_t makes_names = 2;

const List<MapiName>& names_of(const Doing& doing) {
    static const List<MapiName> none;
    const Pages<List<MapiName>>& all = doing.run.world.mail.mapi.names;
    return doing.owner() < all.size() ? all[doing.owner()] : none;
}

bool is_same(const Doing& doing, const MapiName& has, const mapi::PropertyName& name) {
    if (has.kind != static_cast<std::uint32_t>(name.kind) || has.set != name.set) return false;
    return name.kind == mapi::PropertyName::Kind::id
               ? has.id == name.id
               : doing.run.world.heap.view(has.name) == name.name;
}

std::uint16_t number_of(Doing& doing, const mapi::PropertyName& name, bool makes) {
    // MS-OXCPRPT §3.2.5.10: PS_MAPI's names are the numbers themselves.
    if (name.set == mapi_names)
        return name.kind == mapi::PropertyName::Kind::id && name.id < first_named
                   ? static_cast<std::uint16_t>(name.id)
                   : std::uint16_t{0};
    if (name.kind == mapi::PropertyName::Kind::none) return 0;
    List<MapiName> names = names_of(doing);
    for (std::uint32_t i = 0; i < names.size(); ++i)
        if (is_same(doing, doing.heap().get(names, i), name))
            return static_cast<std::uint16_t>(first_named + i);
    if (!makes || names.size() >= names_max) return 0;
    MapiName fresh;
    fresh.set = name.set;
    fresh.kind = static_cast<std::uint32_t>(name.kind);
    if (name.kind == mapi::PropertyName::Kind::id) fresh.id = name.id;
    else fresh.name = doing.heap().make(name.name);
    doing.heap().push(names, fresh);
    Pages<List<MapiName>>& all = doing.tables().names;
    while (all.size() <= doing.owner()) all.append(List<MapiName>{});
    all.edit(doing.owner()) = names;
    return static_cast<std::uint16_t>(first_named + names.size() - 1);
}

}  // namespace

RopError operate(Doing& doing, const RopRequest& request, const rop::GetPropertyIdsFromNames& asked,
                 RopResponse& response) {
    if (object_at(doing, request.handle) == nothing) return RopError::null_object;
    auto& ids = std::get<rop::PropertyIds>(response.body).ids;
    if (asked.names.empty()) {  // all that there are
        for (std::uint32_t i = 0; i < names_of(doing).size(); ++i)
            ids.push_back(static_cast<std::uint16_t>(first_named + i));
        return RopError::none;
    }
    for (const mapi::PropertyName& one : asked.names)
        ids.push_back(number_of(doing, one, (asked.flags & makes_names) != 0));
    return RopError::none;
}

RopError operate(Doing& doing, const RopRequest& request, const rop::GetNamesFromPropertyIds& asked,
                 RopResponse& response) {
    if (object_at(doing, request.handle) == nothing) return RopError::null_object;
    const List<MapiName> names = names_of(doing);
    for (const std::uint16_t id : asked.ids) {
        mapi::PropertyName out;
        if (id < first_named) {
            out.kind = mapi::PropertyName::Kind::id;
            out.set = mapi_names;
            out.id = id;
        } else if (id - first_named < static_cast<int>(names.size())) {
            const MapiName has = doing.heap().get(names, id - std::size_t{first_named});
            out.kind = static_cast<mapi::PropertyName::Kind>(has.kind);
            out.set = has.set;
            out.id = has.id;
            out.name = doing.heap().view(has.name);
        }
        std::get<rop::PropertyNames>(response.body).names.push_back(std::move(out));
    }
    return RopError::none;
}

}  // namespace postroad::sim::mapi_store
