// Exported mailboxes: a folder, and a list in it of what has been written there.
#include "command/mailbox_files.hpp"

#include <cstring>
#include <filesystem>

#include "command/command.hpp"
#include "command/output_file.hpp"
#include "sim/world/open.hpp"

namespace postroad::command {
namespace {

namespace fs = std::filesystem;

constexpr const char* list_name = "postroad-mail.txt";
constexpr std::string_view list_head =
    "# Mailboxes that postroad has written: these files are its own.\n";

// Removes what an earlier export has written. A name that leads out of the folder is not its own.
void remove_earlier(const fs::path& folder) {
    const auto list = sim::read_whole_file(folder / list_name);
    if (!list) return;
    std::string_view rest = *list;
    if (!rest.starts_with(list_head)) return;
    rest.remove_prefix(list_head.size());
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const std::string name(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        std::error_code ignored;
        const fs::path relative(name);
        const bool inside = !name.empty() && relative.is_relative() &&
                            relative.lexically_normal() == relative && name.substr(0, 2) != "..";
        if (inside && !fs::is_directory(folder / name, ignored)) fs::remove(folder / name, ignored);
    }
}

}  // namespace

bool may_export(const std::string& folder, Io& io) {
    std::error_code error;
    const fs::path place(folder);
    if (!fs::exists(place, error)) return true;
    if (!fs::is_directory(place, error)) {
        refuse(io, "cannot write mailboxes into \"" + folder + "\": it is no folder");
        return false;
    }
    const auto list = sim::read_whole_file(place / list_name);
    if (fs::is_empty(place, error) || (list && list->starts_with(list_head))) return true;
    refuse(io, "\"" + folder + "\" has something in it that is not an earlier export",
           "name a new folder, or an empty one");
    return false;
}

int write_mailboxes(const sim::World& world, sim::views::MailFormat format,
                    const std::string& folder, Io& io) {
    if (!may_export(folder, io)) return bad_input;
    const fs::path place(folder);
    remove_earlier(place);
    std::string list(list_head);
    std::size_t files = 0;
    const bool whole =
        sim::views::put_mailboxes(world, format, [&](const sim::views::MailboxFile& one) {
            std::error_code error;
            const fs::path path = place / one.name;
            fs::create_directories(one.folder ? path : path.parent_path(), error);
            if (error) {
                refuse(io, "cannot make the folder \"" +
                               (one.folder ? path : path.parent_path()).string() +
                               "\": " + error.message());
                return false;
            }
            if (one.folder) return true;
            OutputFile file;
            if (!file.prepare(path.string(), io)) return false;
            file.put(one.octets);
            list += one.name + "\n";
            ++files;
            return file.keep(io);
        });
    // What there is so far is on the list even when the rest could not be written.
    std::error_code error;
    fs::create_directories(place, error);
    OutputFile file;
    if (!file.prepare((place / list_name).string(), io)) return bad_input;
    file.put(list);
    if (!file.keep(io) || !whole) return bad_input;
    io.out << "written: " << folder << " (" << files << (files == 1 ? " file)" : " files)") << '\n';
    return done;
}

}  // namespace postroad::command
