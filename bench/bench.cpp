// Running, measuring and printing benchmarks.
#include "bench/bench.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <memory>
#include <ostream>

namespace postroad::bench {
namespace {

std::string form(const char* how, double value) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), how, value);
    return text.data();
}

std::string padded(std::string text, std::size_t width) {
    if (text.size() < width) text.append(width - text.size(), ' ');
    return text;
}

std::string readable(double value) {
    if (value >= 1e6) return form("%.2f M", value / 1e6);
    if (value >= 1e4) return form("%.1f k", value / 1e3);
    if (value >= 100) return form("%.0f", value);
    return form("%.3g", value);
}

}  // namespace

void Reporter::heading(const std::string& words) {
    if (!json_) out_ << "\n" << words << "\n" << std::flush;
}

void Reporter::note(const std::string& words) {
    if (!json_) out_ << "  " << words << "\n" << std::flush;
}

void Reporter::add(const Result& result) {
    const double ratio = result.rival_value > 0 ? result.value / result.rival_value : 0;
    if (json_) {
        out_ << "{\"bench\":\"" << result.bench << "\",\"case\":\"" << result.name
             << "\",\"value\":" << form("%.6g", result.value) << ",\"unit\":\"" << result.unit
             << "\",\"rival\":";
        if (result.rival.empty()) out_ << "null,\"rival_value\":null,\"ratio\":null";
        else
            out_ << "\"" << result.rival << "\",\"rival_value\":"
                 << form("%.6g", result.rival_value) << ",\"ratio\":" << form("%.4g", ratio);
        out_ << "}\n" << std::flush;
        return;
    }
    out_ << "  " << padded(result.name, 46) << padded(readable(result.value) + " " + result.unit, 24);
    if (!result.rival.empty())
        out_ << padded(result.rival + " " + readable(result.rival_value), 44) << "x "
             << form("%.2f", ratio);
    if (result.target > 0) {
        const double held = result.rival.empty() ? result.value : ratio;
        const bool met = result.lower_is_better ? held <= result.target : held >= result.target;
        out_ << "  (target " << readable(result.target) << (met ? ": met)" : ": MISSED)");
    }
    out_ << "\n" << std::flush;
}

double cpu_s() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

std::string last_line_of(const std::string& command) {
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen((command + " 2>/dev/null").c_str(), "r"),
                                                     pclose);
    if (!pipe) return {};
    std::string last;
    std::array<char, 4096> line{};
    while (std::fgets(line.data(), line.size(), pipe.get()) != nullptr) last = line.data();
    while (!last.empty() && last.back() == '\n') last.pop_back();
    return last;
}

double number_after(const std::string& line, const std::string& label) {
    const std::size_t at = line.find(label);
    return at == std::string::npos ? 0 : std::strtod(line.c_str() + at + label.size(), nullptr);
}

double number_before(const std::string& line, const std::string& label) {
    std::size_t at = line.find(label);
    if (at == std::string::npos || at == 0) return 0;
    std::size_t begin = at - 1;
    while (begin > 0 && (line[begin - 1] == '.' || (line[begin - 1] >= '0' && line[begin - 1] <= '9')))
        --begin;
    return std::strtod(line.c_str() + begin, nullptr);
}

int run(const Options& options, std::ostream& out, std::ostream& error) {
    struct Known {
        const char* name;
        void (*go)(const Options&, Reporter&);
    };
    constexpr std::array<Known, 10> all = {{{"smtp", bench_smtp},
                                            {"core", bench_core},
                                            {"copy", bench_copy},
                                            {"memory", bench_memory},
                                            {"messages", bench_messages},
                                            {"tls", bench_tls},
                                            {"store", bench_store},
                                            {"mapi", bench_mapi},
                                            {"live", bench_live},
                                            {"view", bench_view}}};
    for (const std::string& name : options.names) {
        const bool known = std::any_of(all.begin(), all.end(),
                                       [&](const Known& one) { return name == one.name; });
        if (known) continue;
        error << "there is no benchmark \"" << name
              << "\"; there are:";
        for (const Known& one : all) error << ' ' << one.name;
        error << '\n';
        return 2;
    }
    Reporter reporter(out, options.json);
    for (const Known& one : all) {
        const bool wanted = options.names.empty() ||
                            std::find(options.names.begin(), options.names.end(), one.name) !=
                                options.names.end();
        if (wanted) one.go(options, reporter);
    }
    return 0;
}

}  // namespace postroad::bench
