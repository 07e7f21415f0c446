// The benchmarks behind `postroad bench`: each measures us and, in the same run, what it is held
// against. Machines are noisy: a ratio of medians is the result, a time alone is not.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

namespace postroad::bench {

struct Options {
    std::vector<std::string> names;  // "smtp", "core", "copy" …; empty: all
    bool json = false;               // one object a line
    bool rivals = false;             // installs and runs ns-3 and SimPy, too
    bool quick = false;              // small sizes, one repetition: that it works, not how fast
    std::string source_dir;          // where bench/rivals is
    std::string build_dir;           // where the limit programs are
};

// One line of the result. `rival` empty: there is none.
struct Result {
    std::string bench, name;
    double value = 0;                // tidy: allow a measurement decides nothing
    std::string unit;
    std::string rival;
    double rival_value = 0;          // tidy: allow a measurement decides nothing
    double target = 0;               // of value / rival_value (or of value alone); 0: none
    bool lower_is_better = false;
};

// Prints results as they come.
class Reporter {
  public:
    Reporter(std::ostream& out, bool json) : out_(out), json_(json) {}
    void heading(const std::string& words);
    void add(const Result& result);
    void note(const std::string& words);

  private:
    std::ostream& out_;
    bool json_;
};

void bench_smtp(const Options& options, Reporter& reporter);
void bench_core(const Options& options, Reporter& reporter);
void bench_copy(const Options& options, Reporter& reporter);
void bench_messages(const Options& options, Reporter& reporter);
void bench_tls(const Options& options, Reporter& reporter);
void bench_memory(const Options& options, Reporter& reporter);
void bench_store(const Options& options, Reporter& reporter);
void bench_mapi(const Options& options, Reporter& reporter);
void bench_live(const Options& options, Reporter& reporter);
void bench_view(const Options& options, Reporter& reporter);

// 0, or 2 when a name is none of ours.
int run(const Options& options, std::ostream& out, std::ostream& error);

// CPU seconds this process has used.
double cpu_s();
double median(std::vector<double> values);
// Runs a program and gives its last line of output; empty when it fails.
std::string last_line_of(const std::string& command);
// The number after `label` in a line; 0 when it is not there.
double number_after(const std::string& line, const std::string& label);
// The number before `label`.
double number_before(const std::string& line, const std::string& label);

}  // namespace postroad::bench
