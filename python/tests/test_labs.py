"""Labs from Python grade as the command does, for one student and for a class."""
import csv
import io
import json
import shutil
import textwrap

import pytest

import postroad
from conftest import command
from postroad.gradebook import grade_folder, main
from postroad.labs import student_seed


@pytest.mark.parametrize("lab", postroad.labs(), ids=lambda one: one.name)
def test_start_fails_and_solution_passes(lab):
    if lab.points == 0:
        return
    assert not lab.check().passed
    solved = lab.check(lab.solution, journal=lab.solution_journal)
    assert solved.passed, str(solved)
    own = lab.check(lab.solution, journal=lab.solution_journal, student="s42")
    assert own.seed == student_seed("s42") and own.passed, str(own)


def test_the_reasons_are_the_commands(tmp_path):
    lab = postroad.lab(5)
    ran = command("check", "5", "--json")
    told = [json.loads(line) for line in ran.stdout.splitlines()]
    mine = lab.check()
    assert [one["why"] for one in mine.checks] == [one["why"] for one in told if "check" in one]
    assert mine.earned == told[-1]["earned"]


def test_a_prediction_is_recorded_before_and_answered_after():
    lab = postroad.lab(5).predict("both-up", "mx2")
    report = lab.check()
    said = {one["id"]: one for one in report.predictions}["both-up"]
    assert said["predicted"] == "mx2" and not said["right"] and said["answer"] == "mx1"
    assert "least" in said["misconception_says"]
    assert "it was" in str(report) and "mx1" in report._repr_html_()
    with pytest.raises(postroad.LabError):
        lab.predict("both-up", "the moon")
    with pytest.raises(postroad.LabError):
        lab.predict("no-such-question", "1")


def test_an_unknown_lab_has_a_near_name():
    with pytest.raises(postroad.LabError, match="the-mx-ladder"):
        postroad.lab("the-mx-laddr")


def test_a_run_without_packets_cannot_be_graded():
    lab = postroad.lab(5)
    with pytest.raises(postroad.PostroadError, match="depth"):
        lab.check(lab.scenario.world(depth="summary").run())


@pytest.fixture
def submissions(tmp_path):
    lab = postroad.lab(5)
    lab.solution.save(tmp_path / "ann.toml")
    lab.scenario.save(tmp_path / "ben.toml")
    (tmp_path / "cy.toml").write_text("postroad = 1\n[host.x]\n", encoding="utf-8")
    (tmp_path / "dot").mkdir()
    lab.solution.save(tmp_path / "dot" / "scenario.toml")
    (tmp_path / "dot" / "predictions.toml").write_text('both-up = "mx1"\n', encoding="utf-8")
    return tmp_path


def test_a_folder_is_graded_and_one_bad_file_stops_nobody(submissions):
    book = grade_folder(postroad.lab(5), submissions)
    points = {row["student_id"]: row["score"] for row in book.rows()}
    assert points == {"ann": 9, "ben": postroad.lab(5).check().earned, "cy": 0, "dot": 9}
    assert "did you mean" in book.refused["cy"]
    file = io.StringIO()
    book.write_csv(file)
    rows = list(csv.DictReader(io.StringIO(file.getvalue())))
    assert rows[0]["max_score"] == "9" and rows[0]["check_1"] == "3"
    assert rows[1]["feedback"]
    assert "3 graded, 1 could not be run" in book.summary() and "missed" in book.summary()


def test_the_gradebook_is_a_command(submissions, tmp_path, capsys):
    assert main(["5", str(submissions), "--csv", str(tmp_path / "book.csv"),
                 "--json", str(tmp_path / "book.json"), "--own-seeds"]) == 0
    assert "The MX ladder" in capsys.readouterr().out
    rows = [json.loads(line) for line in (tmp_path / "book.json").read_text().splitlines()]
    assert {row["student"]: row["earned"] == row["points"] for row in rows}["ann"]
    assert main(["99", str(submissions)]) == 2


def test_a_cell_runs_a_scenario_and_is_graded():
    from postroad.magic import postroad_cell
    names: dict = {}
    lab = postroad.lab(5)
    report = postroad_cell("lab=5 into=mine", lab.solution.to_toml(), names)
    assert report.passed and names["mine"].now > 0
    ladder = postroad_cell("until=5s seed=3", lab.scenario.to_toml(), names)
    assert "svg" in ladder.svg and names["world"].seed == 3
    with pytest.raises(ValueError, match="usage"):
        postroad_cell("labb=5", "", names)


def test_a_cell_with_a_mistake_shows_its_line(capsys):
    from postroad.magic import postroad_cell
    assert postroad_cell("", "postroad = 1\ntitel = 'x'\n", {}) is None
    assert "<cell>:2:1" in capsys.readouterr().out


CHECK_PY = """
    from postroad.checks import check

    @check("Nobody waits longer than four minutes", points=4)
    def quick(run):
        late = (run.trace.deliveries.delay_s > 240).sum()
        return late == 0, f"{late} messages waited longer"

    @check("Half of it is right", points=2)
    def half(run):
        return 1

    @check("What is not there cannot be judged", points=1)
    def broken(run):
        return run.trace.deliveries.no_such_column.max() > 0
"""

VARIANTS = """
[[variant]]
name = "impatient"
set = { "hosts.mail.queue.retry" = "1m" }

[[variant]]
name = "patient"
set = { "hosts.mail.queue.retry" = ["4m", "8m"], title = "The MX ladder, slowly" }

[[check]]
points = 4
says = "Three things in their order"
partial = true
order = [ { connect = { to = "mx1:25" } }, { delivered = { to = "bob@example.net" } },
          { delivered = { to = "nobody@example.net" } }, { bounce = { to = "x@example.org" } } ]
"""


@pytest.fixture
def own_lab(tmp_path):
    """The MX ladder with a check.py, variants and a check with parts."""
    folder = tmp_path / "labs" / "05-the-mx-ladder"
    shutil.copytree(postroad.lab(5).folder, folder)
    (folder / "check.py").write_text(textwrap.dedent(CHECK_PY), encoding="utf-8")
    with open(folder / "lab.toml", "a", encoding="utf-8") as file:
        file.write(VARIANTS)
    return postroad.Lab(folder)


def test_check_py_adds_its_points_and_its_reasons(own_lab):
    before = postroad.lab(5)
    assert own_lab.points == before.points + 4 + 7
    report = own_lab.check(own_lab.solution)
    quick, half, broken = report.checks[-3:]
    assert (quick["earned"], half["earned"], broken["earned"]) == (4, 1, 0)
    assert quick["why"] == "0 messages waited longer" and half["why"] == "1 of 2 points"
    assert "no_such_column" in broken["why"] and not report.passed
    assert sum(one["points"] for one in report.checks) == report.points == own_lab.points


def test_the_command_asks_check_py_too(own_lab):
    path = str(own_lab.folder / "solution" / "scenario.toml")
    for words in ([], ["--student", "ann"]):
        ran = command("check", str(own_lab.folder), "--scenario", path, "--json", *words)
        told = [json.loads(line) for line in ran.stdout.splitlines()]
        mine = own_lab.check(path, student=words[1] if words else None)
        assert [(one["check"], one["earned"], one["why"]) for one in told if "check" in one] == [
            (one["says"], one["earned"], one["why"]) for one in mine.checks], ran.stderr
        assert told[-1]["points"] == own_lab.points


def test_a_check_py_with_a_mistake_is_told(own_lab):
    (own_lab.folder / "check.py").write_text("import no_such_module\n", encoding="utf-8")
    with pytest.raises(postroad.LabError, match="no_such_module"):
        own_lab.check()
    ran = command("check", str(own_lab.folder), "--json")
    assert ran.returncode == 2 and "no_such_module" in ran.stderr


def test_part_of_an_order_earns_part_of_the_points(own_lab):
    ordered = own_lab.check().checks[-4]
    assert ordered["earned"] == 2 and ordered["points"] == 4
    assert ordered["why"].startswith("2 of 4: ") and "nobody@example.net" in ordered["why"]


def test_students_have_variants_and_each_always_the_same(own_lab):
    students = [f"s{number}" for number in range(20)]
    names = {student: own_lab.variant(student) for student in students}
    assert set(names.values()) == {"impatient", "patient"}
    assert {own_lab.variant(student.upper() + " ") for student in students[:1]} == {names["s0"]}
    slow = next(student for student in students if names[student] == "patient")
    world = own_lab.world(student=slow)
    assert world.scenario.title == "The MX ladder, slowly" and world.seed == student_seed(slow)
    ran = command("run", str(own_lab.folder), "--student", slow, "--json")
    assert json.loads(ran.stdout)["fingerprint"] == world.run().fingerprint
    assert postroad.lab(5).variant("s0") == "" and postroad.lab(5).own("s0") == postroad.lab(5).scenario
    report = own_lab.check(own_lab.solution, student=slow)
    assert report.seed == student_seed(slow)


def test_a_variant_that_cannot_be_is_told_at_its_place(own_lab):
    text = (own_lab.folder / "lab.toml").read_text(encoding="utf-8")
    (own_lab.folder / "lab.toml").write_text(text.replace("hosts.mail.queue.retry", "hosts.mail.qeue"),
                                             encoding="utf-8")
    with pytest.raises(postroad.LabError, match="does not fit.*qeue"):
        postroad.Lab(own_lab.folder).own("ann")
    ran = command("run", str(own_lab.folder), "--student", "ann")
    assert ran.returncode == 2 and "lab.toml" in ran.stderr and "cannot set hosts.mail.qeue" in ran.stderr


def test_whoever_was_told_the_answers_predicts_no_more():
    lab = postroad.lab(5).predict("both-up", "mx2")
    lab.check()
    with pytest.raises(postroad.LabError, match="before the"):
        lab.predict("both-up", "mx1")
    assert lab.predictions == {"both-up": "mx2"}


def test_a_gradebook_goes_to_learning_platforms(submissions):
    book = grade_folder(postroad.lab(5), submissions)

    def written(format):
        file = io.StringIO()
        book.write_lms(file, format)
        return list(csv.reader(io.StringIO(file.getvalue())))
    moodle = written("moodle")
    assert moodle[0] == ["ID number", "The MX ladder", "The MX ladder (feedback)"]
    assert moodle[1][:2] == ["ann", "9"] and "mx1" in moodle[1][2]
    canvas = written("canvas")
    assert canvas[1][0].strip() == "Points Possible" and canvas[1][5] == "9"
    assert canvas[2][2:6] == ["ann", "ann", "", "9"]
    nbgrader = written("nbgrader")
    assert dict(zip(*nbgrader[:2]))["score"] == "9" and len(nbgrader) == 5
    with pytest.raises(ValueError, match="moodle"):
        book.write_lms(io.StringIO(), "blackboard")


def test_the_command_grades_a_folder(submissions, tmp_path):
    (submissions / "dot" / "predictions.toml").write_text(
        '[05-the-mx-ladder]\n"both-up" = "mx2"\n[02-other]\n"x" = "y"\n', encoding="utf-8")
    ran = command("grade", "5", str(submissions), "--csv", str(tmp_path / "book.csv"),
                  "--format", "nbgrader", "--json", str(tmp_path / "book.json"))
    assert ran.returncode == 0, ran.stderr
    assert "The MX ladder: 3 graded, 1 could not be run" in ran.stdout
    rows = list(csv.DictReader(open(tmp_path / "book.csv", encoding="utf-8")))
    assert {row["student_id"]: row["score"] for row in rows}["ann"] == "9"
    told = [json.loads(line) for line in open(tmp_path / "book.json", encoding="utf-8")]
    dot = next(one for one in told if one["student"] == "dot")
    assert [one["predicted"] for one in dot["predictions"]][0] == "mx2"
    assert command("grade", "99", str(submissions)).returncode == 2
