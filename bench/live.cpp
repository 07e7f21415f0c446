// A live world's SMTP server beside Postfix's smtp-sink, fed by Postfix's smtp-source: messages a
// second of wall time, both in one run.
#include "bench/bench.hpp"

namespace postroad::bench {

void bench_live(const Options& options, Reporter& reporter) {
    reporter.heading("live: messages a second over real sockets, 1 KiB, the Trace at lines");
    for (const char* sessions : {"1", "10", "100"}) {
        const std::string line = last_line_of(
            "/usr/bin/python3 " + options.source_dir + "/bench/live.py " + options.build_dir +
            "/postroad " + sessions + (options.quick ? " 200 1" : " 4000 5"));
        const double ours = number_after(line, "ours ");
        if (ours <= 0) {
            reporter.note("smtp-source is not here: `postroad bench live --rivals` installs it");
            return;
        }
        reporter.add({"live", std::string("SMTP, ") + sessions + " at once", ours, "messages/s",
                      "smtp-sink", number_after(line, "theirs "),
                      std::string(sessions) == "10" ? 1.0 : 0, false});
    }
}

}  // namespace postroad::bench
