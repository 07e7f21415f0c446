// Bearer tokens: OAUTHBEARER (RFC 7628) and XOAUTH2, which came before it.
#include <optional>

#include "protocols/base/ascii.hpp"
#include "protocols/message/mime.hpp"
#include "protocols/sasl/mechanisms.hpp"
#include "protocols/sasl/scram.hpp"

namespace postroad::sasl {
namespace {

constexpr char separator = '\x01';

std::optional<std::string_view> take_pair(std::string_view& text) {
    const std::size_t end = text.find(separator);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(end + 1);
    return pair;
}

// RFC 6750 §2.1: "Bearer" and the token's characters.
std::optional<std::string_view> bearer(std::string_view value) {
    const std::string_view scheme = take_word(value);
    if (!equals_ignoring_case(scheme, "Bearer") || value.empty()) return std::nullopt;
    for (const char c : value) {
        const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~' ||
                          c == '+' || c == '/' || c == '=';
        if (!good) return std::nullopt;
    }
    return value;
}

struct Shown {
    std::string user;
    std::string_view token;
    std::string_view problem;
};

// "user=" and "auth=Bearer " each with ^A behind it, and one more ^A.
Shown read_xoauth2(std::string_view text) {
    Shown out;
    const auto user = take_pair(text);
    const auto auth = take_pair(text);
    if (!user || !auth || text != std::string_view(&separator, 1) || !user->starts_with("user=") ||
        !auth->starts_with("auth=")) {
        out.problem = "write user=..., auth=Bearer ... and a last ^A, with ^A behind each";
        return out;
    }
    const auto token = bearer(auth->substr(5));
    if (!token) out.problem = "auth= is Bearer and a token";
    else out.token = *token;
    out.user = user->substr(5);
    if (out.user.empty()) out.problem = "whose token is it?";
    return out;
}

// RFC 7628 §3.1: a GS2 header, then key=value pairs, ^A behind each, and one more.
Shown read_bearer(std::string_view text) {
    Shown out;
    const auto header = take_pair(text);
    if (!header || !header->starts_with("n,") || !header->ends_with(",")) {
        out.problem = "the message begins with n,a=name, and ^A";
        return out;
    }
    std::string_view name = header->substr(2, header->size() - 3);
    if (header->size() < 3) name = {};
    if (!name.starts_with("a=")) {
        out.problem = "the header names whose token it is: a=name";
        return out;
    }
    const auto user = scram_unescaped(name.substr(2));
    if (!user || user->empty()) {
        out.problem = "a name has =2C for a comma and =3D for an equals sign";
        return out;
    }
    out.user = *user;
    while (!text.empty() && text != std::string_view(&separator, 1)) {
        const auto pair = take_pair(text);
        if (!pair || pair->find('=') == std::string_view::npos) {
            out.problem = "what follows is key=value with ^A behind it";
            return out;
        }
        if (!pair->starts_with("auth=")) continue;  // host= and port=: we are who we are
        const auto token = bearer(pair->substr(5));
        if (!token) {
            out.problem = "auth= is Bearer and a token";
            return out;
        }
        out.token = *token;
    }
    if (text.empty()) out.problem = "a last ^A ends the message";
    else if (out.token.empty()) out.problem = "there is no auth=Bearer ...";
    return out;
}

}  // namespace

Result oauth_server(Memory& memory, std::string_view response, const ServerSettings& settings) {
    const bool bearer_token = memory.mechanism == Mechanism::oauthbearer;
    if (memory.step > 0 && !memory.said.empty()) {
        // RFC 7628 §3.2.3: the client answers the error with ^A, of XOAUTH2 with nothing, and only
        // then the server refuses.
        if (response != (bearer_token ? std::string_view(&separator, 1) : std::string_view{}))
            return malformed("an error is answered with ^A (OAUTHBEARER) or nothing (XOAUTH2)");
        return refuse(memory.heard);
    }
    if (!message::is_utf8(response)) return malformed("not UTF-8");
    const Shown shown = bearer_token ? read_bearer(response) : read_xoauth2(response);
    if (!shown.problem.empty()) return malformed(shown.problem);
    memory.user = shown.user;
    const std::string problem = settings.token_problem
                                    ? settings.token_problem(shown.user, shown.token)
                                    : std::string("no token is taken here");
    if (problem.empty()) return succeed(memory);
    memory.heard = problem;
    memory.said = bearer_token
                      ? R"({"status":"invalid_token","scope":"mail"})"
                      : R"({"status":"401","schemes":"bearer","scope":"mail"})";
    return go_on(memory.said);
}

Result oauth_client(Memory& memory, std::string_view, const ClientSettings& settings) {
    const bool bearer_token = memory.mechanism == Mechanism::oauthbearer;
    if (memory.step > 1) return malformed("a token is shown once");
    if (memory.step == 1)  // the error's text; the answer lets the server say its no
        return go_on(bearer_token ? std::string_view(&separator, 1) : std::string_view{});
    if (settings.token.empty()) return refuse("there is no token to show");
    std::string out;
    if (bearer_token) {
        out = "n,a=" + scram_escaped(settings.user) + "," + separator + "host=" +
              settings.server_name + separator + "port=" + std::to_string(settings.server_port);
    } else {
        out = "user=" + settings.user;
    }
    out += separator;
    out += "auth=Bearer " + settings.token + separator + separator;
    return go_on(out);
}

}  // namespace postroad::sasl
