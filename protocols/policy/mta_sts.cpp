// Keys that nobody knows are passed over, as both grammars of RFC 8461 ask for; keys that matter stand once.
#include "protocols/policy/mta_sts.hpp"

#include "protocols/base/ascii.hpp"

namespace postroad::policy {
namespace {

constexpr std::string_view mode_names[] = {"none", "testing", "enforce"};

// "*.example.net" or a host name, in the characters that those have.
bool is_pattern(std::string_view text) {
    if (text.starts_with("*.")) text.remove_prefix(2);
    if (text.empty() || text.size() > 253 || text.front() == '.') return false;
    for (const char c : text)
        if (!is_alpha(c) && !is_digit(c) && c != '-' && c != '.' && c != '_') return false;
    return text.find("..") == std::string_view::npos;
}

std::string_view take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
}

std::string_view without_dot(std::string_view name) {
    return name.ends_with('.') ? name.substr(0, name.size() - 1) : name;
}

}  // namespace

std::string_view name_of(StsMode mode) { return mode_names[static_cast<std::size_t>(mode)]; }

bool is_sts_id(std::string_view text) {
    if (text.empty() || text.size() > 32) return false;
    for (const char c : text)
        if (!is_alpha(c) && !is_digit(c)) return false;
    return true;
}

std::optional<std::string_view> parse_sts_record(std::string_view text) {
    std::optional<std::string_view> id;
    for (bool first = true; !trimmed(text).empty(); first = false) {
        const std::size_t end = text.find(';');
        const std::string_view field = trimmed(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        const std::size_t equals = field.find('=');
        if (equals == std::string_view::npos) return std::nullopt;
        const std::string_view key = field.substr(0, equals);
        const std::string_view value = field.substr(equals + 1);
        if (first && (key != "v" || value != "STSv1")) return std::nullopt;
        if (key != "id") continue;
        if (id || !is_sts_id(value)) return std::nullopt;
        id = value;
    }
    return id;
}

std::optional<StsPolicyText> parse_sts_policy(std::string_view text, std::string& fault) {
    StsPolicyText out;
    bool version = false;
    bool mode = false;
    bool age = false;
    while (!text.empty()) {
        const std::string_view line = take_line(text);
        if (trimmed(line).empty()) continue;
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) {
            fault = "\"" + std::string(line.substr(0, 60)) + "\" has no colon";
            return std::nullopt;
        }
        const std::string_view key = trimmed(line.substr(0, colon));
        const std::string_view value = trimmed(line.substr(colon + 1));
        const auto bad = [&] {
            fault = "\"" + std::string(value.substr(0, 60)) + "\" is no " + std::string(key);
            return std::nullopt;
        };
        if (key == "version" && !version) {
            if (value != "STSv1") return bad();
            version = true;
        } else if (key == "mode" && !mode) {
            for (std::size_t i = 0; i < 3; ++i)
                if (value == mode_names[i]) out.mode = static_cast<StsMode>(i), mode = true;
            if (!mode) return bad();
        } else if (key == "max_age" && !age) {
            const auto seconds = parse_number(value);
            if (!seconds || *seconds > sts_max_age_s_max) return bad();
            out.max_age_s = static_cast<std::uint32_t>(*seconds);
            age = true;
        } else if (key == "mx") {
            if (!is_pattern(value)) return bad();
            out.mx.emplace_back(lowered(value));
        }
    }
    if (!version) fault = "it has no version";
    else if (!mode) fault = "it has no mode";
    else if (!age) fault = "it has no max_age";
    else if (out.mx.empty() && out.mode != StsMode::none) fault = "it names no mx";
    else return out;
    return std::nullopt;
}

std::string to_text(const StsPolicyText& policy) {
    std::string out = "version: STSv1\r\nmode: ";
    out += name_of(policy.mode);
    out += "\r\n";
    for (const std::string& one : policy.mx) out += "mx: " + one + "\r\n";
    return out + "max_age: " + std::to_string(policy.max_age_s) + "\r\n";
}

bool sts_matches(std::string_view pattern, std::string_view name) {
    name = without_dot(name);
    pattern = without_dot(pattern);
    if (!pattern.starts_with("*.")) return equals_ignoring_case(pattern, name);
    const std::size_t dot = name.find('.');
    return dot != std::string_view::npos && dot != 0 &&
           equals_ignoring_case(pattern.substr(1), name.substr(dot));
}

}  // namespace postroad::policy
