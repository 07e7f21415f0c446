// Every lab is run: its start fails its checks, its solution passes them, its lesson can be typed.
#include <algorithm>
#include <set>
#include <sstream>

#include "sim/grading/catalogue.hpp"
#include "sim/grading/grade.hpp"
#include "sim/world/open.hpp"
#include "sim/world/world_make.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::sim;
using namespace postroad::sim::grading;

namespace {

std::vector<LabFolder> labs() {
    auto out = list_labs("labs");
    REQUIRE(out.size() >= 7);
    return out;
}

Lab lab_of(const LabFolder& folder) {
    LoadedLab loaded = load_lab(folder);
    INFO(scenario::to_text(loaded.problems));
    REQUIRE(loaded.problems.empty());
    return loaded.lab;
}

std::shared_ptr<const Setup> setup_of(const std::filesystem::path& file) {
    const auto opened = open_file(file);
    INFO(file.string());
    REQUIRE(opened.has_value());
    INFO(scenario::to_text(opened->problems));
    REQUIRE(opened->problems.empty());
    return opened->setup;
}

std::unique_ptr<Simulation> run(const std::filesystem::path& scenario,
                                const std::filesystem::path& journal = {}) {
    const auto setup = setup_of(scenario);
    auto out = std::make_unique<Simulation>(make_world(setup, setup->scenario.seed),
                                            Trace(Depth::bytes));
    if (!journal.empty()) {
        const auto text = read_whole_file(journal);
        REQUIRE(text.has_value());
        std::string error;
        bool cut = false;
        Journal read = Journal::parse(*text, error, cut);
        REQUIRE(error.empty());
        REQUIRE(!cut);
        out->replay(std::move(read));
    }
    run_whole(*out, {});
    return out;
}

std::unique_ptr<Simulation> run_solution(const LabFolder& folder) {
    const auto journal = folder.folder / "solution" / "journal.txt";
    if (std::filesystem::exists(journal)) return run(folder.folder / "scenario.toml", journal);
    return run(folder.folder / "solution" / "scenario.toml");
}

std::string told(const Report& report) {
    std::string out;
    for (const CheckResult& one : report.checks)
        out += std::to_string(one.earned) + "/" + std::to_string(one.points) + " " + one.says +
               "\n    " + one.why + "\n";
    return out;
}

// The commands of a lesson: lines of its code blocks that begin with "postroad".
std::vector<std::vector<std::string>> commands_in(const std::string& lesson) {
    std::vector<std::vector<std::string>> out;
    std::istringstream lines(lesson);
    bool code = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("```")) code = !code;
        if (!code || (!line.starts_with("postroad ") && !line.starts_with("./postroad "))) continue;
        std::istringstream words(line.substr(0, line.find('#')));
        out.emplace_back();
        for (std::string word; words >> word;) out.back().push_back(word);
    }
    return out;
}

}  // namespace

TEST_CASE("every lab's start state fails its checks") {
    for (const LabFolder& folder : labs()) {
        const Lab lab = lab_of(folder);
        const auto simulation = run(folder.folder / "scenario.toml");
        if (lab.walkthrough) continue;
        const Report report = grade(lab, *simulation);
        INFO(folder.name << "\n" << told(report));
        CHECK_FALSE(report.passed());
        CHECK(report.earned * 2 < report.points);
    }
}

TEST_CASE("every lab's solution passes its checks") {
    for (const LabFolder& folder : labs()) {
        const Lab lab = lab_of(folder);
        if (lab.walkthrough) continue;
        const Report report = grade(lab, *run_solution(folder));
        INFO(folder.name << "\n" << told(report));
        CHECK(report.passed());
    }
}

TEST_CASE("every prediction has an answer, and a wrong one is told apart") {
    for (const LabFolder& folder : labs()) {
        const Lab lab = lab_of(folder);
        if (lab.predictions.empty()) continue;
        const auto given = run(folder.folder / "scenario.toml");
        const auto mine = run_solution(folder);
        const Report report = grade(lab, *mine, {}, given.get());
        for (std::size_t i = 0; i < lab.predictions.size(); ++i) {
            INFO(folder.name << ": " << lab.predictions[i].asks);
            const std::string& answer = report.predictions[i].answer;
            REQUIRE_FALSE(answer.empty());
            const Report again =
                grade(lab, *mine, {{lab.predictions[i].id, answer}}, given.get());
            CHECK(again.predictions[i].right);
            for (const Choice& choice : lab.predictions[i].choices) {
                if (choice.says == answer) {
                    CHECK(choice.misconception.empty());
                    continue;
                }
                const Report wrong =
                    grade(lab, *mine, {{lab.predictions[i].id, choice.says}}, given.get());
                CHECK_FALSE(wrong.predictions[i].right);
                CHECK(wrong.predictions[i].misconception == choice.misconception);
            }
        }
    }
}

TEST_CASE("every misconception is refuted by the run that its change leads to") {
    for (const LabFolder& folder : labs()) {
        const Lab lab = lab_of(folder);
        if (lab.misconceptions.empty()) continue;
        const auto setup = setup_of(folder.folder / "scenario.toml");
        for (const Misconception& wrong : lab.misconceptions) {
            std::string error;
            const auto changed = refute(wrong, setup, setup->scenario.seed, error);
            INFO(folder.name << ": " << wrong.name << "\n" << error);
            REQUIRE(changed != nullptr);
            const Found found = find(wrong.shows, Evidence(changed->trace(), changed->world()));
            INFO(found.why);
            CHECK(found.holds);
        }
    }
}

TEST_CASE("every lab runs twice to one fingerprint") {
    for (const LabFolder& folder : labs()) {
        INFO(folder.name);
        const auto scenario = folder.folder / "scenario.toml";
        CHECK(fingerprint(run(scenario)->world()) == fingerprint(run(scenario)->world()));
        if (lab_of(folder).walkthrough) continue;
        const auto solved = run_solution(folder);
        CHECK(fingerprint(solved->world()) == fingerprint(run_solution(folder)->world()));
        CHECK(fingerprint(solved->world()) != fingerprint(run(scenario)->world()));
    }
}

TEST_CASE("every lesson has its steps, and its commands exist") {
    const std::set<std::string> verbs{"run", "show", "labs", "predict", "check", "talk"};
    const std::set<std::string> options{
        "--pcap", "--trace", "--journal", "--scenario", "--message", "--node", "--content", "--conn",
        "--until", "--seed", "--json", "--unfold", "--wide", "--file", "--from", "--exposure",
        "--calls"};
    for (const LabFolder& folder : labs()) {
        INFO(folder.name);
        const auto lesson = read_whole_file(folder.folder / "README.md");
        REQUIRE(lesson.has_value());
        const Lab lab = lab_of(folder);
        for (const char* step : {"## Goal", "## Run", "## Observe", "## Explain"})
            CHECK(lesson->find(step) != std::string::npos);
        if (!lab.walkthrough) {
            for (const char* step : {"## Predict", "## Check"})
                CHECK(lesson->find(step) != std::string::npos);
        }
        CHECK(lesson->find("RFC ") != std::string::npos);
        const auto commands = commands_in(*lesson);
        CHECK(commands.size() >= 2);
        bool names_itself = false;
        for (const auto& command : commands) {
            REQUIRE(command.size() >= 2);
            INFO(command[0] << " " << command[1]);
            CHECK(verbs.count(command[1]) == 1);
            for (const std::string& word : command) {
                if (word.starts_with("--")) CHECK(options.count(word) == 1);
                names_itself = names_itself || word == folder.short_name();
                if (word.starts_with("labs/")) CHECK(std::filesystem::exists(word));
            }
        }
        CHECK(names_itself);
        for (const std::string& need : lab.needs) {
            std::string hint;
            INFO(need << " " << hint);
            CHECK(find_lab("labs", need, hint).has_value());
        }
    }
}

TEST_CASE("the goals of a lab tick as the run goes, and what is final stays") {
    std::string hint;
    const auto folder = find_lab("labs", "the-mx-ladder", hint);
    REQUIRE(folder.has_value());
    const Lab lab = lab_of(*folder);
    const auto setup = setup_of(folder->folder / "solution" / "scenario.toml");
    Simulation simulation(make_world(setup, 1), Trace(Depth::bytes));
    std::uint32_t before = 0;
    std::vector<CheckResult> last;
    for (const Time at : {Time{0}, 30 * second, 90 * second, 150 * second, 10 * minute}) {
        simulation.run_until(at);
        const auto now = evaluate(lab, simulation.trace(), simulation.world());
        std::uint32_t sum = 0;
        for (std::size_t i = 0; i < now.size(); ++i) {
            sum += now[i].earned;
            if (!last.empty() && last[i].final) CHECK(now[i].earned == last[i].earned);
        }
        CHECK(sum >= before);
        before = sum;
        last = now;
    }
    CHECK(before == lab.points());
}

TEST_CASE("the hotel's relay delivers, and is yet the wrong answer") {
    std::string hint;
    const auto folder = find_lab("labs", "7", hint);
    REQUIRE(folder.has_value());
    std::string text = *read_whole_file(folder->folder / "scenario.toml");
    const std::string old = "submits_to = \"mail:25\"";
    REQUIRE(text.find(old) != std::string::npos);
    text.replace(text.find(old), old.size(), "submits_to = \"lobby:25\"");
    const Opened opened = open_scenario(text, "lobby.toml");
    REQUIRE(opened.setup != nullptr);
    Simulation simulation(make_world(opened.setup, 1), Trace(Depth::bytes));
    run_whole(simulation, {});
    const Report report = grade(lab_of(*folder), simulation);
    INFO(told(report));
    CHECK(report.earned == 1);  // Bob has it in time
    CHECK_FALSE(report.passed());
}

TEST_CASE("no lab and no lab's solution leaves cryptography out") {
    std::size_t scenarios = 0;
    for (const LabFolder& lab : labs())
        for (const char* file : {"scenario.toml", "solution/scenario.toml"}) {
            const std::filesystem::path path = lab.folder / file;
            if (!std::filesystem::exists(path)) continue;
            ++scenarios;
            INFO(path.string());
            CHECK(setup_of(path)->scenario.tls == scenario::TlsKind::real);
        }
    CHECK(scenarios >= labs().size());
}
