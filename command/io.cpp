// Words to the person who typed the command.
#include "command/io.hpp"

#include <ostream>

namespace postroad::command {

sim::views::Sink Io::sink() {
    return [this](std::string_view words) { out << words; };
}

std::string Io::as_typed(std::string_view words) const {
    constexpr std::string_view name = "postroad ";
    std::string line;
    for (std::size_t at = 0; at < words.size();) {
        const bool begins = at == 0 || words[at - 1] == ' ' || words[at - 1] == '`';
        if (begins && words.substr(at).starts_with(name)) {
            line += program + " ";
            at += name.size();
        } else {
            line += words[at++];
        }
    }
    return line;
}

// A clone has the labs two folders above its program, an installation below share/.
std::filesystem::path find_labs() {
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    for (const std::filesystem::path& place :
         {self.parent_path() / "../../labs", self.parent_path() / "../share/postroad/labs",
          std::filesystem::path(POSTROAD_DATA_DIR "/labs"),
          std::filesystem::path(POSTROAD_SOURCE_DIR "/labs")})
        if (std::filesystem::is_directory(place / "00-first-message", error))  // ours, no others'
            return place.lexically_normal();
    return {};
}

int refuse(Io& io, std::string_view what, std::string_view hint) {
    io.err << "postroad: " << what << '\n';
    if (!hint.empty()) io.err << "    " << io.as_typed(hint) << '\n';
    return bad_input;
}

}  // namespace postroad::command
