// Reasons as people read them.
#include "sim/core/reasons.hpp"

namespace postroad::sim {
namespace {

struct Entry {
    std::string_view name, sentence;
    Section section;
};

constexpr Entry entries[] = {
#define POSTROAD_REASON_ENTRY(name, sentence, section) {#name, sentence, section},
    POSTROAD_REASONS(POSTROAD_REASON_ENTRY)
#undef POSTROAD_REASON_ENTRY
};

const Entry& entry(Reason reason) {
    const auto index = static_cast<std::size_t>(reason);
    return index < std::size(entries) ? entries[index] : entries[0];
}

}  // namespace

std::string_view name_of(Reason reason) { return entry(reason).name; }
std::string_view template_of(Reason reason) { return entry(reason).sentence; }
Section section_of(Reason reason) { return entry(reason).section; }

void Arguments::put(char tag, const void* from, std::size_t size) {
    octets_ += tag;
    octets_.append(static_cast<const char*>(from), size);
    ++count_;
}

Arguments& Arguments::number(std::uint64_t value) {
    put('n', &value, sizeof value);
    return *this;
}

Arguments& Arguments::text(std::string_view value) {
    value = value.substr(0, 1000);
    const auto size = static_cast<std::uint16_t>(value.size());
    put('t', &size, sizeof size);
    octets_ += value;
    return *this;
}

Arguments& Arguments::address(const net::Address& value) {
    put('a', &value, sizeof value);
    return *this;
}

Arguments& Arguments::duration(Duration ns) {
    put('d', &ns, sizeof ns);
    return *this;
}

std::vector<std::string> argument_words(std::string_view octets) {
    std::vector<std::string> words;
    const auto take = [&](void* to, std::size_t size) {
        if (octets.size() < size) return false;
        std::memcpy(to, octets.data(), size);
        octets.remove_prefix(size);
        return true;
    };
    while (!octets.empty()) {
        const char tag = octets.front();
        octets.remove_prefix(1);
        if (tag == 'n' || tag == 'd') {
            std::uint64_t value = 0;
            if (!take(&value, sizeof value)) break;
            words.push_back(tag == 'n' ? std::to_string(value) : duration_words(value));
        } else if (tag == 'a') {
            net::Address value;
            if (!take(&value, sizeof value)) break;
            words.push_back(net::format(value));
        } else {
            std::uint16_t size = 0;
            if (!take(&size, sizeof size) || octets.size() < size) break;
            words.emplace_back(octets.substr(0, size));
            octets.remove_prefix(size);
        }
    }
    return words;
}

std::string sentence(Reason reason, std::string_view argument_octets) {
    const std::vector<std::string> words = argument_words(argument_octets);
    const std::string_view form = template_of(reason);
    std::string out;
    for (std::size_t at = 0; at < form.size(); ++at) {
        if (form[at] == '{' && at + 2 < form.size() && form[at + 2] == '}') {
            const auto index = static_cast<std::size_t>(form[at + 1] - '0');
            out += index < words.size() ? words[index] : "?";
            at += 2;
        } else {
            out += form[at];
        }
    }
    return out;
}

std::string duration_words(Duration ns) {
    struct Unit {
        Duration ns;
        const char* name;
    };
    constexpr Unit units[] = {{24 * hour, "d"}, {hour, "h"},         {minute, "min"},
                              {second, "s"},    {millisecond, "ms"}, {microsecond, "µs"},
                              {1, "ns"}};
    if (ns == 0) return "0 s";
    for (std::size_t i = 0; i < std::size(units); ++i) {
        if (ns < units[i].ns) continue;
        std::string out = std::to_string(ns / units[i].ns);
        const Duration rest = ns % units[i].ns;
        if (i >= 3) {  // seconds and below: three decimals at the most
            if (i + 1 < std::size(units) && rest != 0) {
                std::string decimals = std::to_string(1000 + rest * 1000 / units[i].ns).substr(1);
                while (!decimals.empty() && decimals.back() == '0') decimals.pop_back();
                if (!decimals.empty()) out += "." + decimals;
            }
            return out + " " + units[i].name;
        }
        out += std::string(" ") + units[i].name;
        if (const Duration next = rest / units[i + 1].ns; next != 0)
            out += " " + std::to_string(next) + " " + units[i + 1].name;
        return out;
    }
    return "0 s";
}

}  // namespace postroad::sim
