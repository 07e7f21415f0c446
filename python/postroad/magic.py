"""The cell magic %%postroad: a scenario written in a cell is run, looked at, and checked."""
from __future__ import annotations

import shlex
from typing import Any

from .errors import ScenarioError
from .labs import lab
from .scenario import Scenario

__all__ = ["postroad_cell", "register"]

_USAGE = "%%postroad [lab=NAME] [student=ID] [seed=N] [until=MOMENT] [into=VARIABLE]"


def postroad_cell(line: str, cell: str, namespace: dict[str, Any]) -> Any:
    """Runs the cell's scenario; the world becomes the variable `world` (or `into`). With `lab`,
    gives the lab's report, else the world's ladder. Mistakes are shown at their line."""
    options = dict(word.split("=", 1) for word in shlex.split(line) if "=" in word)
    unknown = set(options) - {"lab", "student", "seed", "until", "into"}
    if unknown or any("=" not in word for word in shlex.split(line)):
        raise ValueError(f"usage: {_USAGE}")
    about = lab(options["lab"]) if "lab" in options else None
    try:
        scenario = Scenario.parse(cell, file="<cell>", folder=about.folder if about else None)
    except ScenarioError as error:
        print(error)
        return None
    from .labs import student_seed
    seed = int(options["seed"]) if "seed" in options else (
        student_seed(options["student"]) if "student" in options else None)
    if about is not None and "student" in options:
        scenario = about.own(options["student"], scenario)
    world = scenario.world(seed=seed, depth="bytes").run(options.get("until"))
    namespace[options.get("into", "world")] = world
    if about is None:
        return world.ladder()
    kept = namespace.get("predictions")
    return about.check(world, student=options.get("student"),
                       predictions=kept if isinstance(kept, dict) else None)


def register(shell: Any) -> None:
    """For `%load_ext postroad`."""
    def magic(line: str, cell: str) -> Any:
        return postroad_cell(line, cell, shell.user_ns)
    shell.register_magic_function(magic, "cell", "postroad")
