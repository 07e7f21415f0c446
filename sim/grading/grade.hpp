// Grades a lab: each check and each prediction against a run, with a sentence why.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/grading/evidence.hpp"
#include "sim/grading/lab.hpp"
#include "sim/grading/match.hpp"
#include "sim/world/simulation.hpp"

namespace postroad::sim::grading {

// What was predicted, by the prediction's id: a choice's words or its number from 1, or a number.
using Predictions = std::map<std::string, std::string, std::less<>>;

struct CheckResult {
    std::string says;
    std::uint32_t points = 0, earned = 0;
    bool final = false;         // what may still happen does not change it
    Time time = 0;              // when it was decided; 0: nothing decided it
    std::uint32_t conversation = 0;
    std::string why;
};

struct PredictionResult {
    std::string id, asks;
    std::string predicted;      // empty: nothing was
    std::string answer;         // computed from the run
    std::string why;
    bool right = false;
    std::string misconception;  // the name of the wrong choice's, where it has one
    std::string misconception_says;
};

struct Report {
    std::vector<CheckResult> checks;
    std::vector<PredictionResult> predictions;
    std::uint32_t earned = 0, points = 0;
    bool passed() const { return earned == points; }
};

// `run` is the student's, at its end; `given` is the lab's own scenario's, for predictions that
// are not about the student's run. Traces of depth bytes, or contents are unknown.
Report grade(const Lab& lab, const Simulation& run, const Predictions& predictions = {},
             const Simulation* given = nullptr);

// The checks alone over what has happened so far: for goals that tick green while a run goes.
// What is not final may still change.
std::vector<CheckResult> evaluate(const Lab& lab, const Trace& so_far, const World& world);

// A choice by its words, its first words if they suit one alone, or its number; -1: none.
int choice_of(const Prediction& prediction, std::string_view answer);

// Predictions as a file: TOML, `id = "answer"` a line. What is unknown to the lab, or no answer
// to its question, is told.
std::string to_text(const Predictions& predictions);
Predictions parse_predictions(std::string_view text, const std::string& file, const Lab& lab,
                              scenario::Problems& problems);

// Runs the lab's scenario with the change that refutes a misconception. Null, with a sentence in
// `error`, when the change cannot be made.
std::unique_ptr<Simulation> refute(const Misconception& wrong,
                                   const std::shared_ptr<const Setup>& setup, std::uint64_t seed,
                                   std::string& error);

}  // namespace postroad::sim::grading
