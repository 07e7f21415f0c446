"""A run as something to play: a map and a ladder that follow a moment, in a notebook or a page."""
from __future__ import annotations

import json
from collections import deque
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from .ladder import Ladder, Step
from .topology import Box, layout

if TYPE_CHECKING:
    from ..world import World

__all__ = ["Player"]

_SCRIPT = Path(__file__).with_name("player.js")
_ROOM_FOR_BADGE = 60.0


class Player:
    """Play, pause, step and scrub through what has happened in a world, up to now.

    In JupyterLab it is a widget (anywidget) whose `moment` goes both ways: `player.moment = 12.5`
    moves it, and `player.world` is the world at the moment that is shown. `save("run.html")` writes
    a page that any browser plays by itself; a notebook that was saved shows the same page. Choose
    what the ladder has by `conversation`, `message` or `node`, as for postroad.pictures.Ladder.

    >>> import postroad
    >>> player = postroad.lab("first-message").world().run().player(message=1)
    >>> player.data["steps"][1][1:3], "</script>" in player.html
    (['alice-pc', None], True)
    """

    def __init__(self, world: World, *, most: int = 3000, **choice: Any) -> None:
        """`most`: no more steps than that are in it, the first ones."""
        self._world = world
        self._widget: Any = None
        self._moment = 0.0
        title, steps = Ladder(world, **choice).steps()
        steps += _changed(world)
        steps.sort(key=lambda one: (one.t_s, one.order))
        self.data = {"title": f"{world.scenario.title or 'A run'}, step by step", "end": world.now,
                     "steps": [_row(one) for one in steps[:most]],
                     "left_out": max(0, len(steps) - most), **_map(world),
                     "queued": _counts(world.trace.queue, "entered", "left"),
                     "mailbox": _counts(world.trace.deliveries, "", "")}
        """What the page is made from: plain lists and numbers."""

    # --- where it is -----------------------------------------------------------------------
    @property
    def moment(self) -> float:
        """The moment shown, in seconds since the world's start."""
        return self._moment if self._widget is None else self._widget.moment

    @moment.setter
    def moment(self, seconds: float) -> None:
        self._moment = float(seconds)
        if self._widget is not None:
            self._widget.moment = self._moment

    @property
    def world(self) -> World:
        """A fork of the world, at the moment that is shown."""
        here = self._world.now
        try:
            return self._world.at(self.moment).fork()
        finally:
            self._world.at(here)

    # --- to be seen ------------------------------------------------------------------------
    @property
    def widget(self) -> Any:
        """The anywidget. ImportError when there is no anywidget (`pip install postroad[notebook]`)."""
        if self._widget is None:
            self._widget = _widget_class()(data=self.data, moment=self._moment)
        return self._widget

    @property
    def html(self) -> str:
        """A whole page that needs nothing but itself."""
        data = json.dumps(self.data, ensure_ascii=True).replace("<", "\\u003c")
        return (f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(self.data['title'])}"
                '</title><body style="margin:12px"><div id=player></div>'
                f'<script type="application/json" id=data>{data}</script>'
                f'<script type="module">{_SCRIPT.read_text(encoding="utf-8")}\n'
                'mount(document.getElementById("player"), '
                'JSON.parse(document.getElementById("data").textContent));</script></body></html>')

    def save(self, path: str | Path) -> None:
        """Writes the page."""
        Path(path).write_text(self.html, encoding="utf-8")

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        # The page in a frame: what is shown without a kernel, and where there is no anywidget.
        frame = (f'<iframe title="{escape(self.data["title"])}" sandbox="allow-scripts" '
                 f'srcdoc="{escape(self.html)}" style="width:100%;height:640px;border:0"></iframe>')
        try:
            bundle = self.widget._repr_mimebundle_(include=include, exclude=exclude)
        except ImportError:
            return {"text/html": frame, "text/plain": repr(self)}
        data, about = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**data, "text/html": frame, "text/plain": repr(self)}, about

    def __repr__(self) -> str:
        return f"<Player: {len(self.data['steps'])} steps up to {self.data['end']:g} s>"


_made: list[type] = []


def _widget_class() -> type:
    """Made when it is first asked for: whoever has no anywidget can do everything else."""
    if not _made:
        import anywidget
        import traitlets

        class PlayerWidget(anywidget.AnyWidget):
            _esm = _SCRIPT
            data = traitlets.Dict().tag(sync=True)
            moment = traitlets.Float(0.0).tag(sync=True)
        _made.append(PlayerWidget)
    return _made[0]


def _row(step: Step) -> list[Any]:
    words = step.words.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return [step.t_s, step.source, step.target, words, step.section, step.kind]


def _changed(world: World) -> list[Step]:
    """What the timeline or somebody outside did."""
    rows: Any = world.trace.changes.itertuples()
    return [Step(row.t_s, -1, "the timeline", None, str(row.words).replace("\n", ", "), "", "change")
            for row in rows]


def _counts(table: pd.DataFrame, up: str, down: str) -> dict[str, list[list[float]]]:
    """By host: [[seconds, how many then], …]. Without words each row is one more."""
    out: dict[str, list[list[float]]] = {}
    rows: Any = table.itertuples()
    for row in rows:
        by = 1 if not up or row.move == up else -1 if row.move == down else 0
        if by == 0 or not isinstance(row.node, str):
            continue
        mine = out.setdefault(row.node, [])
        mine.append([row.t_s, (mine[-1][1] if mine else 0) + by])
    return out


def _map(world: World) -> dict[str, Any]:
    boxes, links = layout(world.scenario.topology, services=False, room=_ROOM_FOR_BADGE)
    by_name = {box.name: box for box in boxes}
    hosts = {}
    for box in boxes:
        for number, (name, _) in enumerate(box.hosts):
            hosts.setdefault(name, {"name": name, "network": box.name, "x": box.x + 14,
                                    "y": box.line_y(number) - 4, "right": box.x + box.width})
    shown_links = []
    for one in links:
        (x1, y1), (x2, y2) = by_name[one["from"]].centre, by_name[one["to"]].centre
        shown_links.append({"x1": x1, "y1": y1, "x2": x2, "y2": y2,
                            "words": f"{one['latency_ns'] / 1e6:g} ms"})
    return {"width": 20 + max((box.x + box.width for box in boxes), default=100),
            "height": 20 + max((box.y + box.height for box in boxes), default=100),
            "networks": [{"name": box.name, "x": box.x, "y": box.y, "width": box.width,
                          "height": box.height} for box in boxes],
            "links": shown_links, "hosts": list(hosts.values()),
            "ways": _ways(hosts, by_name, links)}


def _ways(hosts: dict[str, dict[str, Any]], boxes: dict[str, Box],
          links: list[dict[str, Any]]) -> dict[str, list[tuple[float, float]]]:
    """How a packet is drawn from host to host: along the fewest links."""
    near: dict[str, list[str]] = {name: [] for name in boxes}
    for one in links:
        near[one["from"]].append(one["to"])
        near[one["to"]].append(one["from"])
    out = {}
    for a in hosts.values():
        came_from: dict[str, str] = {a["network"]: ""}
        waiting = deque([a["network"]])
        while waiting:
            here = waiting.popleft()
            for other in near[here]:
                if other not in came_from:
                    came_from[other] = here
                    waiting.append(other)
        for b in hosts.values():
            if a is b or b["network"] not in came_from:
                continue
            middle, at = [], b["network"]
            while at and a["network"] != b["network"]:
                middle.append(boxes[at].centre)
                at = came_from[at]
            out[f"{a['name']}>{b['name']}"] = [(a["x"], a["y"]), *reversed(middle), (b["x"], b["y"])]
    return out
