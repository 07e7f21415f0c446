// `postroad labs`: the catalogue, and the copy that students get.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <ostream>

#include "command/catalogue.hpp"
#include "command/command.hpp"
#include "sim/views/json.hpp"
#include "sim/views/text.hpp"

namespace postroad::command {
namespace {

namespace fs = std::filesystem;
namespace views = sim::views;

struct Options {
    std::string student_edition;
    bool json = false;
};

void print(const std::vector<Lab>& labs, Io& io) {
    const views::Style style = io.style();
    std::size_t widest = 0;
    for (const Lab& lab : labs) widest = std::max(widest, lab.short_name().size());
    for (const Lab& lab : labs) {
        const std::string minutes = lab.about.minutes == 0 ? "" : fmt::format("{} min", lab.about.minutes);
        io.out << fmt::format("{:>2}  ", lab.number)
               << views::inked(style, views::Ink::command,
                               views::padded(lab.short_name(), widest))
               << fmt::format("  {:>6}  ", minutes) << lab.about.title << '\n';
        const std::size_t indent = widest + 14;
        const std::size_t room = style.width > indent + 30 ? style.width - indent : 30;
        for (const std::string& line : views::wrapped(lab.about.goal, room))
            io.out << std::string(indent, ' ') << views::inked(style, views::Ink::faint, line)
                   << '\n';
    }
    if (!labs.empty())
        io.out << "\nbegin: " << io.program << " run " << labs.front().short_name() << '\n';
}

// What a student may not see: solutions, and faults that are to be found.
bool for_teachers(const fs::path& name) {
    return name == "solution" || name == "hidden" || name.string().starts_with("hidden.");
}

void copy_folder(const fs::path& from, const fs::path& to, std::error_code& error) {
    fs::create_directories(to, error);
    for (const fs::directory_entry& entry : fs::directory_iterator(from, error)) {
        if (error) return;
        const fs::path name = entry.path().filename();
        if (for_teachers(name)) continue;
        if (entry.is_directory()) copy_folder(entry.path(), to / name, error);
        else fs::copy_file(entry.path(), to / name, error);
        if (error) return;
    }
}

int student_edition(const std::vector<Lab>& labs, const fs::path& to, Io& io) {
    std::error_code error;
    if (fs::exists(to, error) && !(fs::is_directory(to, error) && fs::is_empty(to, error)))
        return refuse(io, "\"" + to.string() + "\" is there already", "name a new folder");
    // Under another name first: a copy that was interrupted is never taken for a whole one.
    const fs::path part = fs::path(to.string() + ".part");
    fs::remove_all(part, error);
    error.clear();
    for (const Lab& lab : labs) {
        copy_folder(lab.folder, part / lab.name, error);
        if (error) break;
    }
    if (!error && fs::exists(io.labs / "README.md"))
        fs::copy_file(io.labs / "README.md", part / "README.md", error);
    if (!error) fs::remove(to, error);
    if (!error) fs::rename(part, to, error);
    if (error) {
        std::error_code unused;
        fs::remove_all(part, unused);
        return refuse(io, "cannot write \"" + to.string() + "\": " + error.message());
    }
    io.out << labs.size() << " labs copied to " << to.string()
           << ", without solutions and hidden faults\n";
    return done;
}

int run(const Options& options, Io& io) {
    std::vector<Lab> labs;
    for (const sim::grading::LabFolder& folder : sim::grading::list_labs(io.labs))
        labs.push_back({folder, sim::grading::load_lab(folder).lab});
    if (labs.empty())
        return refuse(io, io.labs.empty() ? std::string("no folder of labs was found")
                                          : "there are no labs in " + io.labs.string());
    if (!options.student_edition.empty())
        return student_edition(labs, options.student_edition, io);
    if (!options.json) {
        print(labs, io);
        return done;
    }
    for (const Lab& lab : labs)
        io.out << fmt::format("{{\"number\":{},\"name\":{},\"title\":{},\"minutes\":{},\"goal\":{}}}\n",
                              lab.number, views::json_string(lab.name), views::json_string(lab.about.title), lab.about.minutes,
                              views::json_string(lab.about.goal));
    return done;
}

}  // namespace

void add_labs(CLI::App& app, Session& session) {
    CLI::App* const sub = app.add_subcommand("labs", "List the labs, or copy them for students");
    const auto options = std::make_shared<Options>();
    sub->add_option("--student-edition", options->student_edition,
                    "Copy the labs to this new folder, without solutions and hidden faults");
    sub->add_flag("--json", options->json, "One line of JSON a lab");
    sub->callback([options, &session] { session.status = run(*options, session.io); });
}

}  // namespace postroad::command
