// Messages written part by part; every choice is a number of the seed's.
#include "tests/support/mime_messages.hpp"

#include <string_view>

#include "protocols/base/random.hpp"

namespace postroad::tests {
namespace {

class Writer {
public:
    explicit Writer(std::uint64_t seed) : random_{seed} {}

    // The fields and the body of one entity; `depth` levels may follow.
    std::string entity(int depth, bool is_message) {
        std::string header;
        if (is_message) {
            header += "From: Ann <ann@example.org>\r\nTo: bob@example.net\r\n";
            if (chance(2)) header += "Subject: number " + number(1000) + "\r\n";
            if (chance(2)) header += "Date: Sat, 28 Nov 2026 09:00:00 +0100\r\n";
        }
        const auto kind = depth == 0 ? 0 : random_.below(4);
        if (kind == 1) return header + multipart(depth);
        if (kind == 2)
            return header + "Content-Type: message/rfc822\r\n\r\n" + entity(depth - 1, true);
        return header + leaf();
    }

private:
    bool chance(std::uint64_t of) { return random_.below(of) == 0; }
    std::string number(std::uint64_t below) { return std::to_string(random_.below(below)); }

    std::string words() {
        static constexpr std::string_view pieces[] = {
            "the quick fox", "\r\n", "-", "--", "--x", " ", "\r\n\r\n", "äöü", ".", "=20", "From "};
        std::string out;
        for (auto i = random_.below(12); i > 0; --i) out += pieces[random_.below(11)];
        return out;
    }

    std::string leaf() {
        static constexpr std::string_view types[] = {
            "", "Content-Type: text/plain\r\n", "Content-Type: Text/HTML; charset=utf-8\r\n",
            "Content-Type: application/octet-stream; name=\"a b\"\r\n",
            "Content-Type: image/png\r\n"};
        std::string out(types[random_.below(5)]);
        if (chance(3)) out += "Content-Disposition: attachment; filename=f" + number(100) + "\r\n";
        if (chance(4)) out += "Content-ID: <" + number(1000) + "@example.org>\r\n";
        return out + "\r\n" + words();
    }

    std::string multipart(int depth) {
        // Each begins like those around it, and is longer.
        const std::string boundary = std::string(static_cast<std::size_t>(10 - depth), 'b') +
                                     std::to_string(++boundaries_) + "'?";
        std::string out = "Content-Type: multipart/" +
                          std::string(chance(2) ? "mixed" : "related") + "; boundary=\"" +
                          boundary + "\"\r\n\r\n";
        if (chance(2)) out += "This is a message in parts.\r\n";
        for (auto parts = 1 + random_.below(3); parts > 0; --parts)
            out += "--" + boundary + "\r\n" + entity(depth - 1, false) + "\r\n";
        out += "--" + boundary + "--\r\n";
        if (chance(2)) out += "And this is behind it.\r\n";
        return out;
    }

    Random random_;
    int boundaries_ = 0;
};

}  // namespace

std::string mime_message(std::uint64_t seed) { return Writer(seed).entity(4, true); }

}  // namespace postroad::tests
