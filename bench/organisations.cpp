// The full case: the same sessions with names, queues and mailboxes around them.
#include "bench/organisations.hpp"

#include "bench/bench.hpp"
#include "sim/mail/queue.hpp"
#include "sim/scenario/complete.hpp"
#include "sim/world/embedder.hpp"
#include "sim/world/simulation.hpp"
#include "sim/world/world_make.hpp"

namespace postroad::bench {

using namespace sim;

scenario::Scenario organisations(std::uint32_t count) {
    scenario::Scenario out;
    out.title = "organisations";
    scenario::Network internet;
    internet.name = "internet";
    internet.kind = scenario::NetworkKind::internet;
    internet.latency.ns = 5 * millisecond;
    internet.bandwidth.bits_per_s = 0;
    out.networks.push_back(internet);
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::string number = std::to_string(i);
        scenario::Host host;
        host.name = "mail" + number;
        host.network = {"internet"};
        host.domains = {"d" + number + ".example"};
        host.queue.messages_per_connection = 1;  // one session a mail, as in the bare case
        out.hosts.push_back(host);
        scenario::Person person;
        person.name = "p" + number;
        person.address = {"p" + number + "@d" + number + ".example"};
        person.mailbox = host.name;
        out.people.push_back(person);
    }
    return scenario::complete(out);
}

World world_of(const scenario::Scenario& complete) {
    scenario::Problems problems;
    const auto setup = compile(complete, problems);
    POSTROAD_ASSERT(setup != nullptr);
    return make_world(setup, 7);
}

namespace {

// Puts a mail into each server's queue, again and again.
class Feeder : public Embedder {
  public:
    Feeder(std::uint32_t servers, std::uint32_t each) : each_(each), sent_(servers, 0) {
        while (content_.size() < 1024)
            content_ += content_.empty() ? "From: <a@d.example>\r\nSubject: full\r\n\r\n"
                                         : "The quick brown fox jumps over the lazy dog 0123\r\n";
    }
    void on_event(Run& run, const Event& event) override {
        const std::uint32_t i = event.a;
        Heap& heap = run.world.heap;
        const auto target = static_cast<std::uint32_t>(
            (std::uint64_t{i} * 7919 + 3) % sent_.size());
        Text path = heap.make("p" + std::to_string(target) + "@d" + std::to_string(target) +
                              ".example");
        List<Text> paths;
        heap.push(paths, path);
        Text content = heap.make(content_);
        const std::string from = "p" + std::to_string(i) + "@d" + std::to_string(i) + ".example";
        mail::Entry entry;
        entry.reverse_path = from;
        entry.forward_paths = paths;
        entry.content = content;
        mail::enter(run, event.node, run.new_id(event.node), entry);
        heap.drop(path);
        heap.drop(paths);
        heap.drop(content);
        if (++sent_[i] < each_)
            run.schedule(run.now() + 200 * millisecond +
                             run.draw_below(event.node, Purpose::workload, 100 * millisecond),
                         event.node, event.node, EventKind::custom, 0, i);
    }
    bool ask(Run&, std::uint32_t, std::uint32_t, const Ask&, Answer&) override { return false; }
    void tell(Run&, std::uint32_t, const Tell&, std::string_view) override {}
    void over(Run&, std::uint32_t, Ending) override {}
    const smtp::ClientHost& client_host() const override { return client_; }

  private:
    std::uint32_t each_;
    std::vector<std::uint32_t> sent_;
    std::string content_;
    smtp::ClientHost client_;
};

std::uint64_t stored_mails(const World& world) {
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < world.mail.mailboxes.size(); ++i)
        count += world.mail.mailboxes[i].messages;
    return count;
}

Trace recording(const std::string& file) {
    Trace trace(Depth::bytes, Trace::Keep::recycled);
    if (!trace.open_file(file)) trace = Trace(Depth::bytes, Trace::Keep::recycled);
    return trace;
}

}  // namespace

double full_mails_per_s(std::uint32_t count, std::uint32_t mails, const std::string& file) {
    World world = world_of(organisations(count));
    Simulation simulation(std::move(world), recording(file));
    Feeder feeder(count, mails / count);
    Run& run = simulation.hands();
    run.embedder = &feeder;
    for (std::uint32_t i = 0; i < count; ++i) {
        const NodeId host = run.setup().find_host("mail" + std::to_string(i));
        run.schedule(1 + run.draw_below(host, Purpose::workload, 300 * millisecond), host, host,
                     EventKind::custom, 0, i);
    }
    const double start = cpu_s();
    simulation.run_until(never);
    const double took = cpu_s() - start;
    const std::uint64_t stored = stored_mails(simulation.world());
    POSTROAD_ASSERT(stored == std::uint64_t{count} * (mails / count));
    return static_cast<double>(stored) / took;
}

double end_to_end_mails_per_s(std::uint32_t count, std::uint32_t mails, const std::string& file) {
    scenario::Scenario world_text = organisations(count);
    scenario::Workload work;
    work.name = "everybody";
    work.rate = {count, second};  // a mail a person and second
    work.count = mails;
    work.size = {{scenario::Size{1024}, 1}};
    world_text.workloads.push_back(work);
    for (scenario::Person& person : world_text.people) person.fetch.every = scenario::Duration{10 * second};
    Simulation simulation(world_of(scenario::complete(world_text)), recording(file));
    const double start = cpu_s();
    const Time sending = Time{mails} * second / count;
    simulation.run_until(sending + 30 * second);
    return static_cast<double>(mails) / (cpu_s() - start);
}

}  // namespace postroad::bench
