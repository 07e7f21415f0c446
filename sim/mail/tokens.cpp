// Tokens are signed and judged here.
#include "sim/mail/tokens.hpp"

#include <algorithm>
#include <optional>

#include "protocols/base/ascii.hpp"
#include "protocols/message/base64.hpp"
#include "protocols/sasl/digests.hpp"
#include "sim/mail/addresses.hpp"
#include "sim/scenario/values.hpp"

namespace postroad::sim::tokens {
namespace {

// RFC 4648 §5, without padding (RFC 7515 §2).
std::string base64url(std::string_view octets) {
    std::string out;
    message::base64_encode(octets, out);
    while (!out.empty() && out.back() == '=') out.pop_back();
    std::replace(out.begin(), out.end(), '+', '-');
    std::replace(out.begin(), out.end(), '/', '_');
    return out;
}

std::optional<std::string> from_base64url(std::string_view text) {
    std::string padded(text);
    for (char& c : padded) {
        if (c == '+' || c == '/' || c == '=') return std::nullopt;
        if (c == '-') c = '+';
        if (c == '_') c = '/';
    }
    while (padded.size() % 4 != 0) padded += '=';
    return message::base64_decode(padded);
}

// No other: a header that names "none" must not make a token good (RFC 8725 §3.1).
constexpr std::string_view header = R"({"alg":"HS256","typ":"JWT"})";

std::string secret_of(const Run& run, NodeId issuer) {
    const std::string& secret = mail::settings_of(run, issuer).login.token_secret;
    return secret.empty() ? "secret-" + run.host(issuer).name : secret;
}

std::string_view name_of(const Run& run, NodeId host) {
    const HostSetup& setup = run.host(host);
    return setup.domain_name.empty() ? std::string_view(setup.name) : setup.domain_name;
}

}  // namespace

std::string_view member(std::string_view object, std::string_view name) {
    const std::string key = '"' + std::string(name) + "\":";
    std::size_t at = object.find(key);
    if (at == std::string_view::npos) return {};
    at += key.size();
    while (at < object.size() && object[at] == ' ') ++at;
    if (at < object.size() && object[at] == '"')
        return object.substr(at + 1, object.find('"', at + 1) - at - 1);
    return object.substr(at, object.find_first_of(",}", at) - at);
}

std::string sign(std::string_view secret, std::string_view issuer, std::string_view subject,
                 std::int64_t issued_unix_s, std::int64_t expires_unix_s) {
    std::string payload = R"({"iss":")";
    payload.append(issuer).append(R"(","sub":")").append(subject).append(R"(","aud":"mail","iat":)");
    payload += std::to_string(issued_unix_s) + R"(,"exp":)" + std::to_string(expires_unix_s) + "}";
    std::string out = base64url(header) + '.' + base64url(payload);
    return out + '.' + base64url(sasl::hmac(sasl::Hash::sha_256, secret, out));
}

std::uint32_t issuer_of(const Run& run, NodeId host) {
    const std::string& name = mail::settings_of(run, host).login.tokens_from;
    return name.empty() ? nothing : run.setup().find_host(name);
}

std::string issue(const Run& run, NodeId issuer, std::uint32_t person) {
    const auto lifetime_s = static_cast<std::int64_t>(
        mail::settings_of(run, issuer).login.token_lifetime.ns / second);
    return sign(secret_of(run, issuer), name_of(run, issuer), run.setup().people[person].name,
                run.unix_s(), run.unix_s() + lifetime_s);
}

std::string problem(const Run& run, NodeId host, std::string_view user, std::string_view token) {
    const std::uint32_t issuer = issuer_of(run, host);
    if (issuer == nothing) return "this host takes no tokens";
    const std::size_t first = token.find('.');
    const std::size_t second_dot = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (second_dot == std::string_view::npos) return "the token is no JWT: it has three parts";
    const std::string_view head = token.substr(0, first);
    const std::string_view body = token.substr(first + 1, second_dot - first - 1);
    const auto head_octets = from_base64url(head);
    const auto payload = from_base64url(body);
    const auto signature = from_base64url(token.substr(second_dot + 1));
    if (!head_octets || !payload || !signature) return "a part of the token is not base64url";
    if (member(*head_octets, "alg") != "HS256") return "the token is not signed with HS256";
    if (*signature != sasl::hmac(sasl::Hash::sha_256, secret_of(run, issuer),
                                 token.substr(0, second_dot)))
        return "the token's signature is not " + std::string(name_of(run, issuer)) + "'s";
    const auto expires = parse_number(member(*payload, "exp"));
    if (!expires) return "the token does not say when it expires";
    if (static_cast<std::int64_t>(*expires) <= run.unix_s())
        return "the token expired at " +
               scenario::to_text(scenario::Instant{static_cast<std::int64_t>(*expires)});
    const std::uint32_t person = run.setup().find_person(member(*payload, "sub"));
    if (person == nothing || person != run.setup().find_person(user))
        return "the token is somebody else's";
    return {};
}

}  // namespace postroad::sim::tokens
