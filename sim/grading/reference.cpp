// A heading for each kind of fact and a row for each of its fields.
#include "sim/grading/reference.hpp"

#include "sim/grading/kinds.hpp"

namespace postroad::sim::grading {
namespace {

constexpr std::string_view opening = R"(# Lab files

<!-- Written from sim/grading/kinds.cpp by sim/grading/reference.cpp; a test compares them. -->

A lab is a folder `labs/NN-name/`: `lab.toml` (this page), `scenario.toml` (README.md beside this
page), `README.md` (the lesson) and `solution/`. `postroad check NN` runs the scenario, looks for
the facts that the checks name in what happened, and says for each check which fact earned its
points, or what came nearest.

```toml
number = 5
title = "The MX ladder"
goal = "Know in which order a domain's mail exchangers are tried."
minutes = 15                     # 15, 45 or 90
tags = ["dns", "routing"]
needs = ["who-holds-it"]         # labs to do before
concepts = ["mail exchanger"]    # terms of the glossary

[[prediction]]                   # asked before the run; the answer is computed from it
id = "first"
asks = "Which host is tried first?"
choices = [
    { says = "mx1", when = { order = [ { connect = "mx1:25" }, { connect = "mx2:25" } ] } },
    { says = "mx2", misconception = "a greater number wins" },
]

[[misconception]]                # a wrong belief, and a change whose run refutes it
name = "a greater number wins"
says = "The number is a preference: the lower one is preferred (RFC 5321 §5.1)."
change = 'host = { host = "mx1", state = "down" }'
at = "0s"
shows = { connect = { to = "mx2:25", outcome = "established" } }

[[check]]
points = 3
says = "Mail arrives although the primary is down"
delivered = { to = "bob@example.org", subject = "hello", by = "5m" }

[[check]]
points = 2
says = "The primary was tried first"
order = [ { connect = "mx1.example.org:25" }, { connect = "mx2.example.org:25" } ]
```

## The keys

At the top: `number`, `title`, `goal`, `minutes`, `tags`, `needs`, `concepts`, `walkthrough = true`
for a lab that is watched and not graded, `by_hand = true` for one that is graded from the journal
of what the student typed.

`[[prediction]]`: `id`, `asks`, and either `choices` or `number_of = { ...a fact... }`, whose answer
is how many of these facts the run has. Each choice has `says`; the right one is the first whose
`when` holds in the run; one choice may go without `when` and is right when no other is. A wrong
choice may name its `misconception`. A prediction is about the lab's own scenario, or about the
student's run with `about_my_run = true`.

`[[misconception]]`: `name`, `says`, `change` (one `[[timeline]]` table without `at`), `at`, and
`shows`, which holds in the run that has this change.

`[[check]]`: `points`, `says`, one condition, and perhaps `given = { ...a condition... }`: without
that nothing is earned, so that a world in which nothing happens fulfils nothing. With
`partial = true` an `order` or a `count` that is there in part earns its share of the points.

`[[variant]]`: `name`, and `set = { "hosts.mail.queue.retry" = "5m" }`, keys of the scenario and their
values. With `--student ID` a student's seed and variant come from the ID: the lab's scenario, and the
student's own, are run with them.

What facts cannot say is said in Python: `check.py` beside `lab.toml` has functions with
`@postroad.checks.check("What must hold", points=2)`, each given the run and giving whether it holds,
or what is earned, and why. Its points are added to those of `lab.toml`.

## Conditions

| condition | holds when |
|---|---|
| `connect = { ... }` and the other facts below | at least one such fact is in the run |
| `not_delivered = { ... }` | none is |
| `count = { of = { connect = { ... } }, at_least = 2, at_most = 3 }` | there are so many of it |
| `order = [ { connect = { ... } }, { delivered = { ... } } ]` | they happened one after the other |

Every fact also takes `after`, `before` and `by` (at the latest), as moments after the start:
`by = "5m"`. What a fact does not name may be anything. A list asks for all of its values. A fact
with only its first field is short for that: `connect = "mx1:25"`. Hosts are named as in the
scenario or by a domain name; capital letters do not matter.
)";

std::string_view way(How how) {
    switch (how) {
        case How::word: return "the same";
        case How::contains: return "is in it";
        case How::lacks: return "is not in it";
        case How::reply: return "the code, or its class as in `\"4yz\"`";
        case How::number: return "the same number";
        case How::flag: return "true or false";
        case How::field: return "that field is there";
        case How::no_field: return "that field is not there";
        case How::chain: return "the whole list in its order";
    }
    return "";
}

}  // namespace

std::string checks_reference() {
    std::string out(opening);
    for (const KindRow& row : kind_rows()) {
        out += "\n## `" + std::string(row.name) + "`\n\n" + std::string(row.doc) + "\n";
        if (row.never || !row.implied.empty()) {
            for (const KindRow& other : kind_rows()) {
                if (other.kind != row.kind) continue;
                out += "\nIts fields are those of `" + std::string(other.name) + "`.\n";
                break;
            }
            continue;
        }
        out += "\n| field | meaning | fits when | example |\n|---|---|---|---|\n";
        for (const FieldRow& field : row.fields) {
            std::string known;
            for (const char c : field.known)
                known += c == ' ' ? std::string("`, `") : std::string(1, c);
            out += "| `" + std::string(field.name) + "` | " + std::string(field.doc) +
                   (known.empty() ? "" : ": `" + known + "`") + " | " +
                   std::string(way(field.how)) + " | `" + std::string(field.name) + " = " +
                   std::string(field.example) + "` |\n";
        }
    }
    return out;
}

}  // namespace postroad::sim::grading
