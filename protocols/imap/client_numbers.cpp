// Which message has which number: UIDs by number, which every EXPUNGE shifts (RFC 3501 §7.4.1).
#include <algorithm>
#include <cstring>

#include "protocols/imap/client_parts.hpp"

namespace postroad::imap {
namespace {

std::vector<std::uint32_t> copy_of(const List<std::uint32_t>& list, const Heap& heap) {
    std::vector<std::uint32_t> out(list.size());
    const std::string_view octets = heap.view(list.bytes);
    if (!octets.empty()) std::memcpy(out.data(), octets.data(), octets.size());
    return out;
}

void put_back(List<std::uint32_t>& list, const std::vector<std::uint32_t>& uids, Heap& heap) {
    heap.assign(list.bytes,
                {reinterpret_cast<const char*>(uids.data()), uids.size() * sizeof(std::uint32_t)});
}

// Of `range`, `unknown` messages have gone that the server never gave us a UID for. UIDs grow with
// the numbers, so they stood between what is known below and above.
void forget_unknown(std::vector<std::uint32_t>& uids, std::uint32_t& exists, const UidRange& range,
                    std::uint64_t unknown) {
    std::size_t from = 0, to = uids.size();
    for (std::size_t i = 0; i < uids.size(); ++i) {
        if (uids[i] == 0) continue;
        if (uids[i] < range.first)
            from = i + 1;
        else if (uids[i] > range.last) {
            to = i;
            break;
        }
    }
    if (to == uids.size()) {  // what is behind the list is not known, either
        const std::uint64_t behind = std::min<std::uint64_t>(unknown, exists - uids.size());
        exists -= static_cast<std::uint32_t>(behind);
        unknown -= behind;
    }
    std::vector<std::uint32_t> left;
    left.reserve(uids.size());
    for (std::size_t i = 0; i < uids.size(); ++i) {
        if (i >= from && i < to && uids[i] == 0 && unknown > 0) {
            --unknown;
            --exists;
        } else {
            left.push_back(uids[i]);
        }
    }
    uids = std::move(left);
}

constexpr std::size_t ranges_worth_the_search = 4096;

}  // namespace

bool note_number(Client& client, std::uint32_t number, std::uint32_t uid, Heap& heap) {
    List<std::uint32_t>& uids = client.uids;
    const std::uint32_t index = number - 1;
    if (index < uids.size()) {
        const std::uint32_t known = heap.get(uids, index);
        if (known != 0) return known == uid;
    }
    // RFC 3501 §2.3.1.1: UIDs grow with the numbers. The neighbours are enough to see most lies.
    if (index > 0 && index <= uids.size() && heap.get(uids, index - 1) >= uid) return false;
    if (index + 1 < uids.size()) {
        const std::uint32_t above = heap.get(uids, index + 1);
        if (above != 0 && above <= uid) return false;
    }
    while (uids.size() < index) heap.push(uids, std::uint32_t{0});
    if (index == uids.size())
        heap.push(uids, uid);
    else
        heap.set(uids, index, uid);
    return true;
}

std::uint32_t uid_of(const Client& client, std::uint32_t number, const Heap& heap) {
    return number == 0 || number > client.uids.size() ? 0 : heap.get(client.uids, number - 1);
}

std::uint32_t forget_number(Client& client, std::uint32_t number, Heap& heap) {
    const std::uint32_t uid = uid_of(client, number, heap);
    --client.exists;
    if (number > client.uids.size()) return uid;
    std::vector<std::uint32_t> uids = copy_of(client.uids, heap);
    uids.erase(uids.begin() + (number - 1));
    put_back(client.uids, uids, heap);
    return uid;
}

void forget_numbers(Client& client, const UidSet& gone, Heap& heap) {
    std::vector<std::uint32_t> left;
    std::vector<std::uint64_t> unknown;  // by range
    for (const UidRange& range : gone.ranges())
        unknown.push_back(std::uint64_t{range.last} - range.first + 1);
    bool any_unknown = client.uids.size() < client.exists;
    for (const std::uint32_t uid : copy_of(client.uids, heap)) {
        any_unknown = any_unknown || uid == 0;
        const auto range = std::lower_bound(
            gone.ranges().begin(), gone.ranges().end(), uid,
            [](const UidRange& one, std::uint32_t value) { return one.last < value; });
        if (uid == 0 || range == gone.ranges().end() || range->first > uid) {
            left.push_back(uid);
            continue;
        }
        --client.exists;
        --unknown[static_cast<std::size_t>(range - gone.ranges().begin())];
    }
    if (any_unknown && gone.ranges().size() > ranges_worth_the_search) left.clear();
    for (std::size_t i = 0; any_unknown && i < unknown.size() && i < ranges_worth_the_search; ++i)
        if (unknown[i] > 0) forget_unknown(left, client.exists, gone.ranges()[i], unknown[i]);
    put_back(client.uids, left, heap);
}

std::optional<UidSet> all_uids(const Client& client, const Heap& heap) {
    if (client.uids.size() != client.exists) return std::nullopt;
    UidSet out;
    for (const std::uint32_t uid : copy_of(client.uids, heap)) {
        if (uid == 0) return std::nullopt;
        out.add(uid);
    }
    return out;
}

}  // namespace postroad::imap
