"""Two runs side by side: what differs in what was declared, and where what happened parts."""
from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from . import _core

if TYPE_CHECKING:
    from .world import World

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True)
class Comparison:
    """What `compare(a, b)` found."""

    same: bool
    """Not a single recorded row differs."""
    common_rows: int
    """Rows at the beginning that are the same in both."""
    first_a: dict[str, Any] | None
    """The first row that differs, as `postroad run --trace` writes it; None: a has no more."""
    first_b: dict[str, Any] | None
    scenario_diff: str
    """The scenarios' difference as a unified diff; empty: the same."""
    setup: dict[str, tuple[Any, Any]]
    """Seed and journal, where they differ: (a's, b's)."""
    counts: pd.DataFrame
    """Rows of each table: a, b, and b - a."""

    @property
    def first_divergence_s(self) -> float | None:
        """Seconds since the start; None: there is none."""
        moments = [one["t_ns"] for one in (self.first_a, self.first_b) if one]
        return min(moments) / 1e9 if moments else None

    def __str__(self) -> str:
        if self.same:
            return f"the same: {self.common_rows} rows"
        out = [f"the same for {self.common_rows} rows, until {self.first_divergence_s:g} s; then"]
        for name, row in (("a", self.first_a), ("b", self.first_b)):
            out.append(f"  {name}: {_words(row)}")
        for name, (a, b) in self.setup.items():
            out.append(f"{name}: {a!r} against {b!r}")
        if self.scenario_diff:
            out.append(self.scenario_diff)
        changed = self.counts[self.counts["difference"] != 0]
        if len(changed):
            out.append(changed.to_string())
        return "\n".join(out)

    def _repr_html_(self) -> str:
        from html import escape
        return f"<pre>{escape(str(self))}</pre>"


def _words(row: dict[str, Any] | None) -> str:
    if row is None:
        return "nothing more"
    known = {"t_ns", "time", "node", "fact"}
    rest = ", ".join(f"{name} {value}" for name, value in row.items() if name not in known)
    return f"{row['t_ns'] / 1e9:.6f} s {row.get('node', '')} {row['fact']}: {rest}"


def compare(a: World, b: World) -> Comparison:
    """What differs between two runs, and where they part.

    >>> import postroad
    >>> a = postroad.lab("first-message").world().run("500ms")
    >>> b = a.fork()
    >>> b = b.send("bob", "alice", subject="Hi").run()
    >>> found = compare(a.run(), b)
    >>> found.same, found.first_divergence_s, found.first_b["fact"]
    (False, 0.5, 'change')
    """
    if a is b:
        b = a.fork()
    common, row_a, row_b = _core.first_difference(a._core, b._core)
    toml_a, toml_b = (one.scenario.to_toml().splitlines() for one in (a, b))
    setup = {name: (getattr(a, name), getattr(b, name)) for name in ("seed", "journal")
             if getattr(a, name) != getattr(b, name)}
    counts = pd.DataFrame(
        {side: {name: len(world.trace.table(name)) for name in world.trace.names}
         for side, world in (("a", a), ("b", b))})
    counts["difference"] = counts["b"] - counts["a"]
    return Comparison(
        same=not row_a and not row_b, common_rows=common,
        first_a=json.loads(row_a) if row_a else None, first_b=json.loads(row_b) if row_b else None,
        scenario_diff="\n".join(difflib.unified_diff(toml_a, toml_b, "a", "b", lineterm="", n=1)),
        setup=setup, counts=counts)
