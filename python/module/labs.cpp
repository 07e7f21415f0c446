// Labs from Python: the same files and the same grading as the command's.
#include <pybind11/stl.h>

#include "python/module/world.hpp"
#include "sim/grading/catalogue.hpp"
#include "sim/grading/grade.hpp"
#include "sim/grading/student.hpp"

namespace postroad::python {
namespace {

namespace grading = sim::grading;

// Only a run recorded whole can be graded: contents are in its packets.
grading::Report grade(const grading::Lab& lab, const WorldHandle& world,
                      const std::map<std::string, std::string>& predictions,
                      const WorldHandle* given) {
    for (const WorldHandle* one : {&world, given})
        if (one != nullptr && one->simulation().trace().depth() != sim::Depth::bytes)
            raise("PostroadError", "a check needs packets: make the world with depth=\"bytes\"");
    const grading::Predictions known(predictions.begin(), predictions.end());
    const sim::Simulation& run = world.simulation();
    const sim::Simulation* const as_given = given == nullptr ? nullptr : &given->simulation();
    const py::gil_scoped_release unlocked;
    return grading::grade(lab, run, known, as_given);
}

std::shared_ptr<grading::Lab> load(const std::string& folder) {
    grading::LabFolder place;
    place.folder = folder;
    place.name = place.folder.filename().string();
    grading::LoadedLab loaded = grading::load_lab(place);
    if (!loaded.ok()) raise_problems("LabError", loaded.problems);
    return std::make_shared<grading::Lab>(std::move(loaded.lab));
}

py::dict to_dict(const grading::CheckResult& one) {
    py::dict out;
    out["says"] = to_str(one.says);
    out["points"] = one.points;
    out["earned"] = one.earned;
    out["time_ns"] = one.time;
    out["conversation"] = one.conversation;
    out["why"] = to_str(one.why);
    return out;
}

py::dict to_dict(const grading::PredictionResult& one) {
    py::dict out;
    out["id"] = one.id;
    out["asks"] = to_str(one.asks);
    out["predicted"] = to_str(one.predicted);
    out["answer"] = to_str(one.answer);
    out["right"] = one.right;
    out["why"] = to_str(one.why);
    out["misconception"] = to_str(one.misconception);
    out["misconception_says"] = to_str(one.misconception_says);
    return out;
}

py::dict to_dict(const grading::Report& report) {
    py::list checks, predictions;
    for (const grading::CheckResult& one : report.checks) checks.append(to_dict(one));
    for (const grading::PredictionResult& one : report.predictions)
        predictions.append(to_dict(one));
    py::dict out;
    out["checks"] = checks;
    out["predictions"] = predictions;
    out["earned"] = report.earned;
    out["points"] = report.points;
    return out;
}

py::list questions(const grading::Lab& lab) {
    py::list out;
    for (const grading::Prediction& one : lab.predictions) {
        py::list choices;
        for (const grading::Choice& choice : one.choices) choices.append(to_str(choice.says));
        py::dict row;
        row["id"] = one.id;
        row["asks"] = to_str(one.asks);
        row["choices"] = choices;
        row["mine"] = one.mine;
        out.append(row);
    }
    return out;
}

// Why an answer is none of a question's; empty when it is one.
std::string answer_error(const grading::Lab& lab, const std::string& id, const std::string& answer) {
    scenario::Problems problems;
    grading::Predictions one{{id, answer}};
    grading::parse_predictions(grading::to_text(one), "prediction", lab, problems);
    return problems.empty() ? std::string() : scenario::to_text(problems);
}

std::string find_lab(const std::string& labs, const std::string& words) {
    std::string hint;
    const auto found = grading::find_lab(labs, words, hint);
    if (!found)
        raise("LabError", "there is no lab \"" + words + "\" in " + labs +
                              (hint.empty() ? "" : ": " + hint));
    return found->folder.string();
}

}  // namespace

void bind_labs(py::module_& module) {
    py::class_<grading::Lab, std::shared_ptr<grading::Lab>>(module, "Lab")
        .def(py::init(&load), py::arg("folder"))
        .def_readonly("number", &grading::Lab::number)
        .def_readonly("title", &grading::Lab::title)
        .def_readonly("goal", &grading::Lab::goal)
        .def_readonly("minutes", &grading::Lab::minutes)
        .def_readonly("by_hand", &grading::Lab::by_hand)
        .def_readonly("walkthrough", &grading::Lab::walkthrough)
        .def_property_readonly("points", &grading::Lab::points)
        .def_property_readonly("questions", &questions)
        .def("variant",
             [](const grading::Lab& lab, const std::string& student) -> py::object {
                 const grading::Variant* const one = grading::variant_of(lab, student);
                 if (one == nullptr) return py::none();
                 return py::make_tuple(to_str(one->name), one->set);
             },
             py::arg("student"))
        .def("answer_error", &answer_error, py::arg("id"), py::arg("answer"))
        .def("grade",
             [](const grading::Lab& lab, const WorldHandle& world,
                const std::map<std::string, std::string>& predictions, const WorldHandle* given) {
                 return to_dict(grade(lab, world, predictions, given));
             },
             py::arg("world"), py::arg("predictions"), py::arg("given").none(true));
    module.def("student_seed", &grading::student_seed, py::arg("student"));
    module.def("find_lab", &find_lab, py::arg("labs"), py::arg("words"));
    module.def("list_labs", [](const std::string& labs) {
        py::list out;
        for (const grading::LabFolder& one : grading::list_labs(labs))
            out.append(one.folder.string());
        return out;
    }, py::arg("labs"));
}

}  // namespace postroad::python
