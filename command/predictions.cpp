// Reads and writes a lab's part of the file of predictions.
#include "command/predictions.hpp"

#include "command/output_file.hpp"

#include <cerrno>
#include <cstring>
#include <vector>

namespace postroad::command {
namespace {

namespace grading = sim::grading;

struct Line {
    std::string_view text;  // with its end
    std::string_view lab;   // below whose header it stands; empty: above all
    bool header = false;
};

std::vector<Line> lines_of(std::string_view file) {
    std::vector<Line> out;
    std::string_view lab;
    while (!file.empty()) {
        const std::size_t end = file.find('\n');
        const std::string_view text = file.substr(0, end == std::string_view::npos ? end : end + 1);
        file.remove_prefix(text.size());
        const std::size_t close = text.find(']');
        const bool header = text.starts_with('[') && close != std::string_view::npos;
        if (header) lab = text.substr(1, close - 1);
        out.push_back({text, lab, header});
    }
    return out;
}

constexpr std::string_view told_mark = "# the answers have been told: what is predicted is closed\n";

}  // namespace

bool was_told(std::string_view file, const Lab& lab) {
    for (const Line& line : lines_of(file))
        if (line.lab == lab.name && line.text == told_mark) return true;
    return false;
}

bool tell_once(const std::string& path, const Lab& lab, const grading::Predictions& predictions,
               Io& io) {
    if (predictions.empty()) return true;
    const auto file = sim::read_whole_file(path);
    if (!file || was_told(*file, lab)) return true;
    OutputFile out;
    if (!out.prepare(path, io)) return false;
    out.put(with_predictions(*file, lab, predictions) + std::string(told_mark));
    return out.keep(io);
}

std::optional<grading::Predictions> read_predictions(const std::string& path, const Lab& lab,
                                                     Io& io) {
    const auto file = sim::read_whole_file(path);
    if (!file) {
        if (errno == ENOENT) return grading::Predictions{};
        refuse(io, "cannot read \"" + path + "\": " + std::strerror(errno));
        return std::nullopt;
    }
    // What is not this lab's becomes empty lines, so that mistakes are told in their own line.
    std::string own;
    for (const Line& line : lines_of(*file))
        own += !line.header && (line.lab.empty() || line.lab == lab.name) ? line.text : "\n";
    scenario::Problems problems;
    grading::Predictions out = grading::parse_predictions(own, path, lab.about, problems);
    tell_problems(problems, io);
    if (problems.any_error()) return std::nullopt;
    return out;
}

std::string with_predictions(std::string_view file, const Lab& lab,
                             const grading::Predictions& predictions) {
    std::string out;
    for (const Line& line : lines_of(file)) {
        // A lab's own part moves below its header, wherever it stood before.
        if (line.lab == lab.name || (line.lab.empty() && !line.text.starts_with('#'))) continue;
        out += line.text;
        if (!out.ends_with('\n')) out += '\n';
    }
    return out + "[" + lab.name + "]\n" + grading::to_text(predictions);
}

}  // namespace postroad::command
