"""Labs from Python: the lesson's scenario, the questions before the run, and the check after it."""
from __future__ import annotations

import json
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import _core, checks
from .errors import LabError, ScenarioError
from .scenario import Scenario

if TYPE_CHECKING:
    from .world import World

__all__ = ["Lab", "Report", "lab", "labs", "student_seed"]


def _folder() -> Path:
    """Where the labs are: beside the sources in a clone, below share/ once installed."""
    places = [Path(__file__).resolve().parents[2] / "labs",
              Path(sysconfig.get_path("data")) / "share/postroad/labs"]
    for place in places:
        if (place / "00-first-message").is_dir():
            return place
    raise LabError("no folder of labs was found, neither " + " nor ".join(map(str, places)))


def student_seed(student: str) -> int:
    """A student's own seed, from their name or number: everybody's run is another, and the same
    each time, as with `postroad check --student`.

    >>> student_seed("s1234567") == student_seed(" S1234567 ")
    True
    """
    return _core.student_seed(student)


@dataclass(frozen=True)
class Report:
    """What a check came to: points, and a reason for each that was or was not earned."""

    lab: str
    earned: int
    points: int
    checks: list[dict[str, Any]]
    """`says`, `points`, `earned`, `why`, `time_ns`, `conversation`."""
    predictions: list[dict[str, Any]]
    """What was predicted before the run: `asks`, `predicted`, `answer`, `right`, `why`, `misconception_says`."""
    fingerprint: str = ""
    """Of the run that was graded."""
    seed: int = 1
    student: str = ""
    context: dict[str, Any] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether every point was earned."""
        return self.earned == self.points

    def __str__(self) -> str:
        out = []
        for one in self.checks:
            mark = "x" if one["earned"] == one["points"] else " "
            out.append(f"[{mark}]  {one['earned']}/{one['points']}  {one['says']}")
            out.append(f"          {one['why']}")
        for one in self.predictions:
            if not one["predicted"]:
                continue
            out.append(f"{'=' if one['right'] else '/'}  {one['asks']}  you said: {one['predicted']}")
            if not one["right"]:
                out.append(f"   it was: {one['answer']}. {one['why']}")
        return "\n".join(out + [f"{self.earned} of {self.points} points"])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{'&#10003;' if one['earned'] == one['points'] else '&#10007;'}</td>"
            f"<td>{one['earned']}/{one['points']}</td><td><b>{escape(one['says'])}</b><br>"
            f"{escape(one['why'])}</td></tr>" for one in self.checks)
        told = "".join(
            f"<li>{escape(one['asks'])} You said <i>{escape(one['predicted'])}</i>"
            + ("." if one["right"] else f"; it was <i>{escape(one['answer'])}</i>.")
            + f" {escape(one['why'])} {escape(one['misconception_says'])}</li>"
            for one in self.predictions if one["predicted"])
        return (f"<table>{rows}</table>" + (f"<ul>{told}</ul>" if told else "")
                + f"<p>{self.earned} of {self.points} points</p>")

    def to_json(self) -> str:
        """One object on one line, for a gradebook."""
        return json.dumps({"lab": self.lab, "student": self.student, "seed": self.seed,
                           "earned": self.earned, "points": self.points,
                           "fingerprint": self.fingerprint, "checks": self.checks,
                           "predictions": self.predictions}, ensure_ascii=False)


class Lab:
    """One lab: read, predict, run, look, mend, check.

    >>> import postroad
    >>> mx = postroad.lab("the-mx-ladder")
    >>> mx.check().passed, mx.check(mx.solution).passed
    (False, True)
    """

    def __init__(self, folder: str | Path) -> None:
        """Raises LabError with every mistake in lab.toml."""
        self.folder = Path(folder)
        self._core = _core.Lab(str(self.folder))
        self.predictions: dict[str, str] = {}
        """What has been predicted, by the question's id."""
        self._told = False

    @property
    def name(self) -> str:
        """The folder's name, "05-the-mx-ladder"."""
        return self.folder.name

    @property
    def title(self) -> str:
        return self._core.title

    @property
    def goal(self) -> str:
        return self._core.goal

    @property
    def points(self) -> int:
        """The most that can be earned; 0: watched, not graded."""
        return self._core.points + sum(one.points for one in checks.read(self.folder))

    @property
    def by_hand(self) -> bool:
        """Graded from the journal of what a student typed with `postroad talk`."""
        return self._core.by_hand

    @property
    def scenario(self) -> Scenario:
        """The lab's own scenario, read anew: change it as you like."""
        return Scenario.load(self.folder / "scenario.toml")

    @property
    def solution(self) -> Scenario:
        """The teacher's scenario; OSError in a student edition."""
        path = self.folder / "solution" / "scenario.toml"
        return Scenario.load(path) if path.exists() or not self.by_hand else self.scenario

    @property
    def solution_journal(self) -> Path | None:
        """The teacher's typed session, for labs done by hand."""
        path = self.folder / "solution" / "journal.txt"
        return path if path.exists() else None

    @property
    def lesson(self) -> str:
        """The lesson, as Markdown."""
        return (self.folder / "README.md").read_text(encoding="utf-8")

    def own(self, student: str, scenario: Scenario | None = None) -> Scenario:
        """A student's variant of this scenario, or of the lab's own; the same when the lab has no
        variants. LabError when the variant's keys cannot be set in it."""
        scenario = scenario or self.scenario
        variant = self._core.variant(student)
        if variant is None:
            return scenario
        try:
            text = scenario.core.with_values(variant[1])
        except ScenarioError as error:
            raise LabError(f'the variant "{variant[0]}" does not fit: {error}') from error
        return Scenario.parse(text, file=scenario.file, folder=self.folder)

    def variant(self, student: str) -> str:
        """The name of a student's variant; empty when the lab has none."""
        found = self._core.variant(student)
        return "" if found is None else found[0]

    def world(self, scenario: Scenario | None = None, *, student: str | None = None) -> World:
        """A world of this scenario, or of the lab's own, at its first moment; a student's has their
        own seed and variant."""
        if student is None:
            return (scenario or self.scenario).world(depth="bytes")
        return self.own(student, scenario).world(seed=student_seed(student), depth="bytes")

    @property
    def questions(self) -> list[dict[str, Any]]:
        """What is asked before the run: `id`, `asks`, `choices` (empty: a number is asked for)."""
        return self._core.questions

    def predict(self, question: str, answer: str | int) -> Lab:
        """Records a prediction; a choice by its words or its number from 1. Raises LabError when
        the lab asks no such question, it is no answer to it, or check() has told the answers."""
        if self._told:
            raise LabError("the answers of this lab have been told: a prediction is made before the "
                           "check (postroad.lab() gives the lab anew)")
        why = self._core.answer_error(question, str(answer))
        if why:
            raise LabError(why)
        self.predictions[question] = str(answer)
        return self

    def check(self, mine: Scenario | World | str | Path | None = None, *,
              student: str | None = None, journal: str | Path | None = None,
              predictions: Mapping[str, str] | None = None) -> Report:
        """Runs a scenario and grades it, as `postroad check` does.

        `mine`: the student's scenario, its file, or a world that has been run; None: the lab's own.
        `student`: their seed and variant are used. `journal`: what they typed, for labs done by hand.
        """
        from .world import World
        if isinstance(mine, World):
            world = mine
        else:
            scenario = Scenario.load(mine) if isinstance(mine, (str, Path)) else mine
            world = self.world(scenario, student=student)
            if journal is not None:
                world.replay(journal)
            world.run(progress=False)
        given = world
        if self.questions and (mine is not None or journal is not None):
            own = self.scenario if student is None else self.own(student)
            given = own.world(seed=world.seed, depth="bytes").run(progress=False)
        said = dict(self.predictions if predictions is None else predictions)
        found = self._core.grade(world._core, said, given._core)
        for row in checks.judge(self, checks.Run(world, world.scenario, said)):
            found["checks"].append(row)
            found["points"] += row["points"]
            found["earned"] += row["earned"]
        self._told = self._told or bool(self.predictions)
        return Report(lab=self.name, fingerprint=world.fingerprint, seed=world.seed,
                      student=student or "", **found)

    def __repr__(self) -> str:
        return f'<Lab {self.name}: {self.points} points>'


def lab(name: str | int | Path) -> Lab:
    """A lab by its name, its number or its folder. Raises LabError when there is none.

    >>> import postroad
    >>> postroad.lab(5).title
    'The MX ladder'
    """
    if (Path(str(name)) / "lab.toml").is_file():
        return Lab(Path(str(name)))
    return Lab(_core.find_lab(str(_folder()), str(name)))


def labs() -> list[Lab]:
    """All labs, by number."""
    return [Lab(folder) for folder in _core.list_labs(str(_folder()))]
