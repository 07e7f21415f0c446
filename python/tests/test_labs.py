"""Labs from Python grade as the command does, for one student and for a class."""
import csv
import io
import json

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
