"""What can go wrong, each by a name of its own: whoever writes `except` can say what is meant."""
from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ChangeError", "HookError", "LabError", "MomentError", "PostroadError", "Problem",
           "RunLimit", "ScenarioError", "ScenarioWarning", "SweepError"]


@dataclass(frozen=True)
class Problem:
    """One mistake in a scenario's or a lab's file, and what to do about it."""

    severity: str
    """"error" or "warning"."""
    file: str
    """The file's name as it was given; "<scenario>" for one built in Python."""
    line: int
    """From 1; 0: the text was made by Postroad."""
    column: int
    """From 1, in characters."""
    what: str
    why: str
    """The rule behind it, where `what` does not say it."""
    suggestion: str
    """What to write instead; empty when nothing is near."""
    source_line: str


class PostroadError(Exception):
    """The base of all of Postroad's own errors."""


class _WithProblems(PostroadError, ValueError):
    """An error with places. `str()` shows every problem with its line and a caret."""

    def __init__(self, text: str, problems: list[Problem] | None = None) -> None:
        super().__init__(text.rstrip("\n"))
        self.problems: list[Problem] = problems or []

    @property
    def _first(self) -> Problem:
        errors = [one for one in self.problems if one.severity == "error"]
        return (errors or self.problems or
                [Problem("error", "", 0, 0, str(self.args[0]), "", "", "")])[0]

    @property
    def file(self) -> str:
        """The file of the first error."""
        return self._first.file

    @property
    def line(self) -> int:
        """Its line, from 1; 0 when there is none."""
        return self._first.line

    @property
    def column(self) -> int:
        """Its column in characters, from 1."""
        return self._first.column

    @property
    def what(self) -> str:
        """What is wrong, in one clause."""
        return self._first.what

    @property
    def suggestion(self) -> str:
        """What to write instead; empty when nothing is near."""
        return self._first.suggestion

    def __reduce__(self):  # so that it survives the way from a worker process
        return type(self), (self.args[0], self.problems)


class ScenarioError(_WithProblems):
    """A scenario has mistakes; `problems` has all of them, the attributes tell the first.

    >>> import postroad
    >>> try:
    ...     postroad.Scenario.parse('postroad = 1\\n[networks.lan]\\nlatancy = "20ms"\\n')
    ... except postroad.ScenarioError as error:
    ...     print(error.line, error.column, error.suggestion)
    3 1 did you mean "latency"?
    """


class LabError(_WithProblems):
    """A lab's file has mistakes, or there is no such lab."""


class ChangeError(_WithProblems):
    """A running world cannot be changed so; nothing has changed."""


class MomentError(PostroadError, ValueError):
    """A moment that is none: the wrong unit, negative, or before the world's start."""


class HookError(PostroadError):
    """A hook raised something, or gave what is no answer. The run has stopped behind that event and
    can go on. The cause, with its traceback, is `__cause__`."""

    def __init__(self, text: str, *, moment_s: float = 0.0, host: str = "", what: str = "",
                 file: str = "", line: int = 0) -> None:
        super().__init__(text)
        self.moment_s = moment_s
        """When, in seconds since the world's start."""
        self.host = host
        """Which host asked."""
        self.what = what
        """What it asked about: "recipient", "route" …"""
        self.file = file
        """Where the hook stands."""
        self.line = line
        """The hook's line that raised, from 1."""
        self.column = 0
        self.suggestion = "" if not file else f"look at {file}, line {line}"

    def __reduce__(self):  # so that it survives the way from a worker process
        return _hook_error, (str(self), self.moment_s, self.host, self.what, self.file, self.line)


def _hook_error(text: str, moment_s: float, host: str, what: str, file: str,
                line: int) -> HookError:
    return HookError(text, moment_s=moment_s, host=host, what=what, file=file, line=line)


class RunLimit(PostroadError):
    """A run was stopped by `events_max`; the world is where it stopped and can go on."""


class SweepError(PostroadError):
    """A sweep cannot be run, or its folder belongs to another sweep."""


class ScenarioWarning(UserWarning):
    """A scenario can be run and is probably not what was meant."""
