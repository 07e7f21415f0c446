// Running, going back and forking: the interpreter's lock is released, and Ctrl-C is heard.
#include "python/module/world.hpp"

#include <pybind11/stl.h>

#include <chrono>

#include "python/module/tables.hpp"
#include "sim/views/fingerprint.hpp"
#include "sim/world/changes.hpp"
#include "sim/world/outside.hpp"
#include "sim/world/world_make.hpp"

namespace postroad::python {
namespace {

// Events between two keyframes: rewinding replays a tenth of a second at the most.
constexpr std::uint64_t keyframe_spacing = 250'000;
// Events between two looks at Ctrl-C in calls that do not report progress.
constexpr std::uint64_t slice = 100'000;

sim::Depth depth_of(const std::string& words, const sim::Setup& setup) {
    if (words == "summary") return sim::Depth::summary;
    if (words == "lines") return sim::Depth::lines;
    if (words == "bytes") return sim::Depth::bytes;
    if (words.empty()) return static_cast<sim::Depth>(setup.scenario.record);
    throw py::value_error("depth \"" + words + "\" is none of summary, lines, bytes");
}

const char* words_for(sim::Stopped stopped) {
    switch (stopped) {
        case sim::Stopped::reached: return "reached";
        case sim::Stopped::quiet: return "quiet";
        case sim::Stopped::limit: break;
    }
    return "limit";
}

// Asks the interpreter whether to go on, at most ten times a second.
class Conscience {
  public:
    explicit Conscience(const py::object& progress) : progress_(progress) {}
    // False when Python has raised something, which rethrow() then throws.
    bool go_on(const sim::World& world) {
        const auto now = std::chrono::steady_clock::now();
        if (now < next_) return true;
        next_ = now + std::chrono::milliseconds(100);
        const py::gil_scoped_acquire locked;
        if (PyErr_CheckSignals() != 0) return keep();
        if (progress_.is_none()) return true;
        try {
            progress_(world.now, world.events_done);
        } catch (py::error_already_set& error) {
            error.restore();
            return keep();
        }
        return true;
    }
    void rethrow() {
        if (!raised_) return;
        raised_->restore();
        throw py::error_already_set();
    }

  private:
    bool keep() {
        raised_.emplace();
        return false;
    }
    const py::object& progress_;
    std::chrono::steady_clock::time_point next_{};
    std::optional<py::error_already_set> raised_;
};

}  // namespace

WorldHandle::Busy::Busy(WorldHandle& world) : world_(world) {
    if (world.busy_.exchange(true))
        raise("PostroadError", "this world is busy in another thread: give each thread a fork()");
}

WorldHandle::WorldHandle(const std::shared_ptr<ScenarioHandle>& scenario,
                         std::optional<std::uint64_t> seed, const std::string& depth) {
    const auto& setup = scenario->opened.setup;
    index_ = std::make_unique<IndexKeeper>();
    history_ = std::make_unique<sim::History>(
        std::make_unique<sim::Simulation>(
            sim::make_world(setup, seed.value_or(setup->scenario.seed)),
            sim::Trace(depth_of(depth, *setup))),
        keyframe_spacing);
}

WorldHandle::WorldHandle(std::unique_ptr<sim::History> history)
    : history_(std::move(history)), index_(std::make_unique<IndexKeeper>()) {}

WorldHandle::~WorldHandle() = default;

const sim::Simulation& WorldHandle::simulation() const {
    if (busy_) raise("PostroadError", "this world is busy in another thread");
    return history_->now();
}

std::string WorldHandle::run(std::optional<std::uint64_t> until, std::uint64_t events_max,
                             const py::object& progress) {
    const Busy busy(*this);
    Conscience conscience(progress);
    sim::Stopped stopped;
    {
        const py::gil_scoped_release unlocked;
        stopped = sim::run_whole(*history_, {until, events_max},
                                 [&](const sim::World& world) { return conscience.go_on(world); });
    }
    conscience.rethrow();
    rethrow_policy();
    check_replay();
    return words_for(stopped);
}

std::uint64_t WorldHandle::step(std::uint64_t events) {
    const Busy busy(*this);
    const std::uint64_t before = history_->now().world().events_done;
    const py::object nobody = py::none();
    Conscience conscience(nobody);
    for (std::uint64_t left = events; left != 0;) {
        const std::uint64_t now = std::min(left, slice);
        sim::Stopped stopped;
        {
            const py::gil_scoped_release unlocked;
            stopped = history_->run_until(never, now);
        }
        if (stopped != sim::Stopped::limit) break;
        if (policy_raised_) break;
        left -= now;
        if (left != 0 && !conscience.go_on(history_->now().world())) break;
    }
    conscience.rethrow();
    rethrow_policy();
    check_replay();
    return history_->now().world().events_done - before;
}

void WorldHandle::seek(std::uint64_t moment_ns) {
    const Busy busy(*this);
    {
        const py::gil_scoped_release unlocked;
        history_->seek(moment_ns);
    }
    check_replay();
}

void WorldHandle::seek_event(std::uint64_t count) {
    const Busy busy(*this);
    {
        const py::gil_scoped_release unlocked;
        history_->seek_event(count);
    }
    check_replay();
}

void WorldHandle::check_replay() const {
    if (history_->now().trace().divergence() == ~std::uint64_t{0}) return;
    raise("PostroadError", "a replay differed from what was recorded: this is a fault of Postroad's");
}

std::unique_ptr<WorldHandle> WorldHandle::fork() const {
    simulation();  // not while another thread runs it
    auto out = std::make_unique<WorldHandle>(history_->fork());
    out->history_->now().set_asker({});  // what it asks is for its own handle to say
    return out;
}

void WorldHandle::change(const std::string& words) {
    const Busy busy(*this);
    check_at_the_front();
    sim::Simulation& now = history_->now();
    scenario::Problems problems;
    const auto action = sim::changes::read_action(*now.world().setup, words, problems);
    if (!action) raise_problems("ChangeError", problems);
    std::string error;
    sim::Simulation trial(now.world(), sim::Trace(sim::Depth::summary));
    if (!sim::changes::apply(trial.hands(), *action, 0, words, error)) raise("ChangeError", error);
    now.enter(sim::Entry::change, 0, 0, words);
    rethrow_policy();
}

void WorldHandle::check_at_the_front() const {
    const sim::World& now = history_->now().world();
    if (history_->frontier_events() > now.events_done || history_->frontier() > now.now)
        raise("ChangeError", "this world has been gone back in: change a fork() of it");
}

void WorldHandle::enter(const std::string& what, const std::string& host, std::uint32_t subject,
                        const std::string& words) {
    const Busy busy(*this);
    check_at_the_front();
    sim::Simulation& now = history_->now();
    const sim::Setup& places = *now.world().setup;
    const std::uint32_t from = places.find_host(host);
    if (from == sim::nothing) raise("PostroadError", "there is no host \"" + host + "\"");
    NodeId target = 0;
    std::uint16_t port = 0;
    if (what == "connect" && !sim::outside::find_port(places, words, target, port))
        raise("PostroadError", "\"" + words + "\" is no host and port of this world");
    if (what == "connect") now.enter(sim::Entry::connect, from, subject, words);
    else if (what == "say") now.enter(sim::Entry::say, from, subject, words);
    else if (what == "hang_up") now.enter(sim::Entry::hang_up, from, subject, {});
    else if (what == "generate") now.enter(sim::Entry::generate, from, subject, {});
    else throw py::value_error(what);
    rethrow_policy();
}

void WorldHandle::set_policy(const py::object& policy, std::uint32_t what) {
    const Busy busy(*this);
    check_at_the_front();
    policy_ = policy;
    if (policy.is_none()) history_->now().set_asker({});
    else
        history_->now().set_asker([this](const sim::Question& one) { return ask_policy(one); }, what);
}

// What only the world knows about a ruling: whether there is such a host, and such an action.
void WorldHandle::check_ruling(std::uint32_t what, std::uint16_t code,
                               const std::string& text) const {
    const sim::Setup& setup = *history_->now().world().setup;
    if (static_cast<sim::Asked>(what) == sim::Asked::route && code == 250) {
        const std::string host = text.substr(0, text.find(':'));
        if (setup.find_host(host) == sim::nothing)
            raise("PostroadError", "the next host cannot be \"" + host + "\": there is none");
    }
    if (static_cast<sim::Asked>(what) == sim::Asked::work && !text.empty()) {
        scenario::Problems problems;
        if (!sim::changes::read_action(setup, text, problems))
            raise_problems("ChangeError", problems);
    }
}

// In the middle of a run, without the interpreter's lock. Nothing may be thrown through the
// simulation: a policy that raises has answered 451, and the run stops behind this event.
sim::Ruling WorldHandle::ask_policy(const sim::Question& question) {
    sim::Run& run = history_->now().hands();
    const py::gil_scoped_acquire locked;
    try {
        const py::object words = question.what == sim::Asked::message
                                     ? py::object(py::bytes(question.words.data(), question.words.size()))
                                     : py::object(to_str(question.words));
        const py::tuple said = policy_(
            static_cast<std::uint32_t>(question.what), std::string(run.setup().node_name(question.host)),
            question.about,
            question.client == sim::nothing ? std::string() : net::format(run.address(question.client)),
            to_str(question.helo), to_str(question.reverse_path), to_str(question.forward_path),
            run.now(), question.accepted, words, question.number);
        return {said[0].cast<std::uint16_t>(), said[1].cast<std::uint64_t>(),
                said[2].cast<std::string>()};
    } catch (py::error_already_set& error) {
        policy_raised_.emplace(std::move(error));
    } catch (const py::cast_error& error) {
        PyErr_SetString(PyExc_TypeError, error.what());
        policy_raised_.emplace();
    }
    run.stop = true;
    if (question.what == sim::Asked::work || question.what == sim::Asked::retry) return {};
    return {451, 0, "the policy failed"};
}

void WorldHandle::rethrow_policy() {
    if (!policy_raised_) return;
    history_->now().hands().stop = false;
    py::error_already_set error = std::move(*policy_raised_);
    policy_raised_.reset();
    throw error;
}

void WorldHandle::replay(const std::string& text) {
    const Busy busy(*this);
    if (history_->frontier_events() != 0 || history_->now().journal().size() != 0)
        raise("PostroadError", "a journal is replayed in a world that has not begun");
    std::string error;
    bool cut = false;
    sim::Journal journal = sim::Journal::parse(text, error, cut);
    if (!error.empty()) raise("PostroadError", "the journal: " + error);
    history_->now().replay(std::move(journal));
}

py::dict WorldHandle::table(const std::string& name, std::uint64_t position) {
    if (position > simulation().trace().end())
        throw py::value_error("this world has not recorded that much");
    for (const TableRow& row : table_rows()) {
        if (row.name != name) continue;
        py::dict out;
        with_trace(position, [&](const sim::Trace& trace) {
            Rows rows(trace, history_->now().world().setup, *index_);
            Columns columns = row.make(rows);
            columns.prepare();
            const py::gil_scoped_acquire locked;
            out = columns.to_python();
        });
        return out;
    }
    throw py::key_error("there is no table \"" + name + "\"");
}

void bind_world(py::module_& module) {
    py::class_<WorldHandle> world(module, "World");
    world
        .def(py::init<const std::shared_ptr<ScenarioHandle>&, std::optional<std::uint64_t>,
                      const std::string&>(),
             py::arg("scenario"), py::arg("seed") = py::none(), py::arg("depth") = "")
        .def("run", &WorldHandle::run, py::arg("until_ns") = py::none(),
             py::arg("events_max") = ~std::uint64_t{0}, py::arg("progress") = py::none())
        .def("step", &WorldHandle::step, py::arg("events") = 1)
        .def("seek", &WorldHandle::seek, py::arg("moment_ns"))
        .def("seek_event", &WorldHandle::seek_event, py::arg("count"))
        .def("fork", &WorldHandle::fork)
        .def("change", &WorldHandle::change, py::arg("words"))
        .def("enter", &WorldHandle::enter, py::arg("what"), py::arg("host"), py::arg("subject"),
             py::arg("words") = "")
        .def("set_policy", &WorldHandle::set_policy, py::arg("policy").none(true),
             py::arg("what") = ~std::uint32_t{0})
        .def("check_ruling", &WorldHandle::check_ruling, py::arg("what"), py::arg("code"),
             py::arg("text"))
        .def("connected",
             [](const WorldHandle& w, std::uint32_t subject) {
                 return sim::outside::connected(w.world(), subject);
             },
             py::arg("subject"))
        .def("replay", &WorldHandle::replay, py::arg("journal"))
        .def("table", &WorldHandle::table, py::arg("name"), py::arg("position"))
        .def_property_readonly("now_ns", [](const WorldHandle& w) { return w.world().now; })
        .def_property_readonly("events", [](const WorldHandle& w) { return w.world().events_done; })
        .def_property_readonly("seed", [](const WorldHandle& w) { return w.world().seed; })
        .def_property_readonly(
            "start_unix_s", [](const WorldHandle& w) { return w.setup().start_unix_s; })
        .def_property_readonly(
            "trace_position", [](const WorldHandle& w) { return w.world().trace_position; })
        .def_property_readonly("depth",
                               [](const WorldHandle& w) {
                                   constexpr const char* words[] = {"summary", "lines", "bytes"};
                                   return words[static_cast<int>(w.simulation().trace().depth())];
                               })
        .def_property_readonly(
            "fingerprint", [](const WorldHandle& w) { return sim::fingerprint(w.world()); })
        .def_property_readonly("state_fingerprint",
                               [](const WorldHandle& w) {
                                   return sim::views::state_fingerprint(w.world());
                               })
        .def_property_readonly(
            "frontier_ns", [](const WorldHandle& w) { return w.history().frontier(); })
        .def_property_readonly(
            "journal", [](const WorldHandle& w) { return w.simulation().journal().to_text(); })
        .def_property_readonly("links",
                               [](const WorldHandle& w) {
                                   py::list out;
                                   for (const sim::LinkSetup& one : w.setup().links)
                                       out.append(one.name);
                                   return out;
                               })
        .def_property_readonly("quiet", [](const WorldHandle& w) { return w.world().agenda.empty(); });
    bind_views(module, world);
}

}  // namespace postroad::python
