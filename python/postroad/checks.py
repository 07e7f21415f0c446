"""What facts in lab.toml cannot say: a lab's `check.py`, whose functions judge a run in Python.

    from postroad.checks import check

    @check("No message waits longer than ten minutes", points=3)
    def quick(run):
        late = (run.trace.deliveries.delay_s > 600).sum()
        return late == 0, f"{late} messages waited longer"

A function gives True or False, how many of the points are earned, or one of these and why.
"""
from __future__ import annotations

import argparse
import runpy
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union

from .errors import LabError, PostroadError

if TYPE_CHECKING:
    from .labs import Lab
    from .scenario import Scenario
    from .trace import Trace
    from .world import World

__all__ = ["Run", "check", "judge"]


@dataclass(frozen=True)
class Run:
    """What a check is given."""

    world: World
    """The student's, at its end: ask it, go back in it, or change a `fork()` of it."""
    scenario: Scenario
    """The scenario that was run."""
    predictions: dict[str, str]

    @property
    def trace(self) -> Trace:
        return self.world.trace


Verdict = Union[bool, int, tuple[Union[bool, int], str]]


@dataclass(frozen=True)
class _Check:
    says: str
    points: int
    judge: Callable[[Run], Verdict]


def check(says: str,
          points: int = 1) -> Callable[[Callable[[Run], Verdict]], Callable[[Run], Verdict]]:
    """Declares a check of a lab's: the sentence that must hold, and what it is worth."""
    if points < 1:
        raise ValueError(f"a check is worth a point or more, not {points}")

    def declare(function: Callable[[Run], Verdict]) -> Callable[[Run], Verdict]:
        function.postroad_check = _Check(says, points, function)  # type: ignore[attr-defined]
        return function
    return declare


def read(folder: Path) -> list[_Check]:
    """The checks of a lab's check.py, in the order they stand; none when there is no such file.
    LabError when it cannot be read."""
    path = folder / "check.py"
    if not path.is_file():
        return []
    try:
        names = runpy.run_path(str(path))
    except Exception as error:
        raise LabError(f"{path} cannot be read: {type(error).__name__}: {error}") from error
    out = [one.postroad_check for one in names.values() if hasattr(one, "postroad_check")]
    if not out:
        raise LabError(f"{path} has no check: write "
                       '@postroad.checks.check("what must hold", points=1)')
    return out


def judge(lab: Lab, run: Run) -> list[dict[str, Any]]:
    """Every check of the lab's check.py as a row of a Report: says, points, earned, why."""
    return [_judge(one, run) for one in read(lab.folder)]


def _judge(one: _Check, run: Run) -> dict[str, Any]:
    try:
        said = one.judge(run)
        earned, why = said if isinstance(said, tuple) else (said, "")
        earned = int(one.points if earned is True or _is_true(earned) else earned)
    except Exception as error:  # what a run lacks (an empty table) is no reason to stop grading
        earned, why = 0, f"it could not be judged: {type(error).__name__}: {error}"
    earned = max(0, min(one.points, earned))
    return {"says": one.says, "points": one.points, "earned": earned, "time_ns": 0,
            "conversation": 0, "why": why or ("it holds" if earned == one.points else
                                              "it does not hold" if earned == 0 else
                                              f"{earned} of {one.points} points")}


def _is_true(value: Any) -> bool:
    """numpy's True is no bool of Python's, and is not the number 1 either."""
    return getattr(getattr(value, "dtype", None), "kind", "") == "b" and bool(value)


def main(words: Sequence[str] | None = None) -> int:
    """For `postroad check`: a line a check, its parts behind tabs."""
    from .labs import lab
    from .scenario import Scenario
    parser = argparse.ArgumentParser(prog="python3 -m postroad.checks")
    parser.add_argument("lab")
    for name in ("scenario", "seed", "student", "journal", "until"):
        parser.add_argument(f"--{name}")
    options = parser.parse_args(words)
    try:
        about = lab(options.lab)
        scenario = Scenario.load(options.scenario) if options.scenario else about.scenario
        if options.student:
            scenario = about.own(options.student, scenario)
        world = scenario.world(seed=int(options.seed) if options.seed else None, depth="bytes")
        if options.journal:
            world.replay(Path(options.journal))
        world.run(options.until, progress=False)
        for row in judge(about, Run(world, scenario, {})):
            print(row["points"], row["earned"], _line(row["says"]), _line(row["why"]), sep="\t")
    except (PostroadError, OSError) as error:
        print(f"postroad: {error}", file=sys.stderr)
        return 2
    return 0


def _line(words: str) -> str:
    return " ".join(str(words).split())


if __name__ == "__main__":
    sys.exit(main())
