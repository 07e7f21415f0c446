// A buffer of remote operations: one after another, as far as their answers fit (MS-OXCROPS §3.2.5).
#include "sim/mail/mapi/parts.hpp"

namespace postroad::sim::mapi_store {
namespace {

constexpr std::size_t size_octets = 2, handle_octets = 4;  // around the operations
constexpr std::size_t too_small_octets = 3;                // of RopBufferTooSmall, without requests
constexpr std::size_t answer_octets_min = 64, logon_octets = 180;
// What a client can give at most, but for what else a buffer has in it.
constexpr std::size_t room_max = 0x7f00;
constexpr std::uint8_t packs_rows = 2;                     // MS-OXCTABL §2.2.2.5.1
constexpr std::size_t words_max = 900;

std::size_t size_of(const RopResponse& response) {
    return mapi::write_responses({{response}, {}}).size() - size_octets;
}

std::string octets_from(const mapi::RequestBuffer& buffer, std::size_t first) {
    mapi::RequestBuffer rest;
    rest.rops.assign(buffer.rops.begin() + static_cast<std::ptrdiff_t>(first), buffer.rops.end());
    return mapi::write_requests(rest).substr(size_octets);
}

RopResponse perform(Doing& doing, const RopRequest& request) {
    RopResponse response = mapi::response_to(request);
    const std::uint32_t next_handle = doing.mine().next_handle;
    const std::vector<std::uint32_t> handles = doing.handles;
    const RopError error = std::visit(
        [&](const auto& asked) { return operate(doing, request, asked, response); }, request.body);
    if (error == RopError::none) return response;
    // What was made for it goes again.
    doing.handles = handles;
    while (doing.mine().first_object != nothing &&
           doing.tables().objects[doing.mine().first_object].handle == next_handle)
        release_object(doing.run, doing.mine().first_object);
    const mapi::ResponseBody body = std::move(response.body);
    response = mapi::failure_of(request, error);
    if (std::holds_alternative<rop::Elsewhere>(body)) response.body = body;
    return response;
}

// What the last operation has left to give, for a further buffer (MS-OXCRPC §3.1.4.2.1.2.2).
std::optional<RopRequest> rest_of(const Doing& doing, const RopRequest& request,
                                  const RopResponse& response) {
    if (response.result != 0) return std::nullopt;
    RopRequest out = request;
    if (auto* const rows = std::get_if<rop::QueryRows>(&out.body)) {
        const auto got = std::get<rop::Rows>(response.body).rows.size();
        if (!(rows->flags & packs_rows) || got == 0 || got >= rows->rows ||
            std::get<rop::Rows>(response.body).origin != 1)
            return std::nullopt;
        rows->rows = static_cast<std::uint16_t>(rows->rows - got);
        return out;
    }
    if (auto* const read = std::get_if<rop::ReadStream>(&out.body)) {
        const std::uint32_t wanted = read->octets == rop::ReadStream::see_below
                                         ? read->octets_max
                                         : std::uint32_t{read->octets};
        const auto got = std::get<rop::StreamRead>(response.body).octets.size();
        const std::uint32_t stream = object_at(doing, request.handle);
        const MapiObject& now = doing.run.world.mail.mapi.objects[stream];
        if (got == 0 || got >= wanted || now.position >= now.content.size) return std::nullopt;
        read->octets = rop::ReadStream::see_below;
        read->octets_max = wanted - static_cast<std::uint32_t>(got);
        return out;
    }
    return std::nullopt;
}

void add_words(std::string& words, const RopRequest& request, std::uint32_t result) {
    if (words.size() > words_max) return;
    if (!words.empty()) words += ", ";
    words += mapi::name_of(request.id());
    if (result != 0) words += " (" + mapi::name_of(static_cast<RopError>(result)) + ")";
    if (words.size() > words_max) words += ", ...";
}

}  // namespace

std::optional<Executed> execute(Doing& doing, std::string_view payload, std::size_t room) {
    const auto asked = mapi::read_requests(payload);
    if (!asked) return std::nullopt;
    Executed out;
    doing.handles = asked->handles;
    const std::size_t frame = size_octets + doing.handles.size() * handle_octets;
    std::size_t rest = octets_from(*asked, 0).size();
    if (room < frame + too_small_octets + rest) {
        out.too_small = true;
        return out;
    }
    std::size_t left = room - frame;
    mapi::ResponseBuffer answers;
    bool whole = true;
    for (std::size_t i = 0; i < asked->rops.size() && whole; ++i) {
        const RopRequest& request = asked->rops[i];
        const std::size_t behind = octets_from(*asked, i + 1).size();
        // There is always room to say that there is none for the next one.
        const std::size_t reserve = i + 1 < asked->rops.size() ? too_small_octets + behind : 0;
        doing.room = left > reserve ? left - reserve : 0;
        const bool answered = mapi::find_rop(request.id())->answered;
        const std::size_t needs = !answered ? 0
                                  : request.id() == mapi::RopId::logon ? logon_octets
                                                                       : answer_octets_min;
        const std::uint32_t next_handle = doing.mine().next_handle;
        whole = doing.room >= needs;
        RopResponse response;
        if (whole) response = perform(doing, request);
        if (whole && answered) {
            const bool none_fits = response.result ==
                                   static_cast<std::uint32_t>(RopError::buffer_too_small);
            // Alone in as large a buffer as there can be it fails, so that nobody asks for ever.
            const bool hopeless = i == 0 && room >= room_max;
            whole = (!none_fits && size_of(response) <= doing.room) || (none_fits && hopeless);
            while (!whole && doing.mine().next_handle != next_handle &&
                   doing.mine().first_object != nothing &&
                   doing.tables().objects[doing.mine().first_object].handle == next_handle)
                release_object(doing.run, doing.mine().first_object);
        }
        if (!whole) {
            rop::TooSmall too_small;
            too_small.needed = 0x8000;
            too_small.requests = octets_from(*asked, i);
            answers.rops.push_back({mapi::RopId::buffer_too_small, 0, 0, too_small});
            out.words += std::string(out.words.empty() ? "" : ", ") + "RopBufferTooSmall";
            break;
        }
        add_words(out.words, request, response.result);
        if (!answered) continue;
        left -= size_of(response);
        if (i + 1 == asked->rops.size()) out.again = rest_of(doing, request, response);
        answers.rops.push_back(std::move(response));
    }
    if (whole) put_news(doing, answers.rops, left);
    answers.handles = doing.handles;
    out.payload = mapi::write_responses(answers);
    POSTROAD_ASSERT(out.payload.size() <= room);
    return out;
}

Executed go_on(Doing& doing, const RopRequest& request, std::size_t room) {
    Executed out;
    const std::size_t frame = size_octets + doing.handles.size() * handle_octets;
    if (room < frame + answer_octets_min) {
        out.too_small = true;
        return out;
    }
    doing.room = room - frame;
    const RopResponse response = perform(doing, request);
    out.too_small = response.result != 0 || size_of(response) > doing.room;
    out.again = rest_of(doing, request, response);
    out.payload = mapi::write_responses({{response}, doing.handles});
    return out;
}

}  // namespace postroad::sim::mapi_store
