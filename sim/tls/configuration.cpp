// The text of a configuration: a line a value, fields parted by tabs.
#include "sim/tls/configuration.hpp"

#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "protocols/base/assertion.hpp"
#include "protocols/base/hash.hpp"

namespace postroad::sim::tls {
namespace {

void put(std::string& out, std::int64_t value) { out += std::to_string(value) + '\t'; }

std::string line_of(const CertificateSpec& one) {
    std::string out;
    put(out, static_cast<std::int64_t>(one.key));
    put(out, one.authority ? 1 : 0);
    put(out, one.from_unix_s);
    put(out, one.until_unix_s);
    out += one.common_name;
    for (const std::string& name : one.names) out += '\t' + name;
    return out + '\n';
}

std::string_view take_field(std::string_view& line, char end) {
    const std::size_t size = line.find(end);
    const std::string_view field = line.substr(0, size);
    line.remove_prefix(size == std::string_view::npos ? line.size() : size + 1);
    return field;
}

std::int64_t take_number(std::string_view& line) {
    std::string_view field = take_field(line, '\t');
    const bool negative = field.starts_with('-');
    if (negative) field.remove_prefix(1);
    const auto value = static_cast<std::int64_t>(parse_number(field).value_or(0));
    return negative ? -value : value;
}

CertificateSpec read_certificate(std::string_view line) {
    CertificateSpec out;
    out.key = static_cast<KeyType>(take_number(line));
    out.authority = take_number(line) != 0;
    out.from_unix_s = take_number(line);
    out.until_unix_s = take_number(line);
    out.common_name = take_field(line, '\t');
    while (!line.empty()) out.names.emplace_back(take_field(line, '\t'));
    return out;
}

ChainSpec read_chain(std::string_view& text, std::size_t count) {
    ChainSpec out;
    for (std::size_t i = 0; i < count; ++i)
        out.push_back(read_certificate(take_field(text, '\n')));
    return out;
}

}  // namespace

std::string_view version_words(std::uint16_t version) {
    constexpr std::string_view words[] = {"TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"};
    const unsigned place = version - unsigned{version_1_0};
    return place < 4 ? words[place] : "a version nobody knows";
}

std::string to_text(const ChainSpec& chain) {
    std::string out;
    for (const CertificateSpec& one : chain) out += line_of(one);
    return out;
}

bool covers_name(std::string_view pattern, std::string_view name) {
    if (equals_ignoring_case(pattern, name)) return true;
    const std::size_t dot = name.find('.');
    return pattern.starts_with("*.") && dot != std::string_view::npos &&
           equals_ignoring_case(pattern.substr(1), name.substr(dot));
}

bool covers_name(const CertificateSpec& certificate, std::string_view name) {
    return std::any_of(certificate.names.begin(), certificate.names.end(),
                       [&](const std::string& one) { return covers_name(one, name); });
}

std::uint64_t serial_of(const ChainSpec& chain) {
    return hash_octets(to_text(chain), 0) >> 1 | 1;
}

std::string to_text(const Configuration& from) {
    std::string out;
    put(out, from.server ? 1 : 0);
    put(out, from.modelled ? 1 : 0);
    put(out, from.must_verify ? 1 : 0);
    put(out, from.resumes ? 1 : 0);
    put(out, from.status ? 1 : 0);
    put(out, from.status_revoked ? 1 : 0);
    put(out, static_cast<std::int64_t>(from.clients));
    put(out, from.version_min);
    put(out, from.version_max);
    put(out, static_cast<std::int64_t>(from.chain.size()));
    put(out, static_cast<std::int64_t>(from.trusted.size()));
    for (const ChainSpec& one : from.revoked) put(out, static_cast<std::int64_t>(one.size()));
    out += '\n' + to_text(from.chain) + to_text(from.trusted);
    for (const ChainSpec& one : from.revoked) out += to_text(one);
    return out;
}

Configuration parse_configuration(std::string_view text) {
    Configuration out;
    std::string_view head = take_field(text, '\n');
    out.server = take_number(head) != 0;
    out.modelled = take_number(head) != 0;
    out.must_verify = take_number(head) != 0;
    out.resumes = take_number(head) != 0;
    out.status = take_number(head) != 0;
    out.status_revoked = take_number(head) != 0;
    out.clients = static_cast<ClientAuth>(take_number(head));
    out.version_min = static_cast<std::uint16_t>(take_number(head));
    out.version_max = static_cast<std::uint16_t>(take_number(head));
    const auto chain = static_cast<std::size_t>(take_number(head));
    const auto trusted = static_cast<std::size_t>(take_number(head));
    out.chain = read_chain(text, chain);
    out.trusted = read_chain(text, trusted);
    while (!head.empty())
        out.revoked.push_back(read_chain(text, static_cast<std::size_t>(take_number(head))));
    POSTROAD_ASSERT(text.empty());
    return out;
}

}  // namespace postroad::sim::tls
