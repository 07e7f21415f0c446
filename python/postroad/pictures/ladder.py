"""The ladder: who said what to whom, when, by which section of which RFC, and why."""
from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..errors import PostroadError
from .svg import Page, shortened, width_of

if TYPE_CHECKING:
    from ..world import World

__all__ = ["Ladder", "Step"]

_LANE = 260.0
_ROW = 21.0
_LEFT = 90.0


@dataclass
class Step:
    """A row of a ladder: something said, sent or decided."""

    t_s: float
    order: int
    source: str
    target: str | None  # None: a note at `source`
    words: str
    section: str
    kind: str


class Ladder:
    """A ladder diagram: in a notebook it shows itself, `str()` is the command's text, `svg` and
    `html` are for files. Choose by `conversation` (its number), `message` (number, queue id or
    Message-ID) or `node` (a host); `segments` adds every TCP segment; `reasons=False` leaves the
    decisions out; `most` rows are drawn.

    >>> import postroad
    >>> world = postroad.lab("first-message").world().run()
    >>> "EHLO mail.example.org" in world.ladder(conversation=2).svg or "EHLO" in str(world.ladder())
    True
    """

    def __init__(self, world: World, *, conversation: int = 0, message: int | str = "",
                 node: str = "", segments: bool = False, reasons: bool = True,
                 most: int = 400) -> None:
        self._world = world
        self._choice: dict[str, Any] = {"conversation": conversation, "message": str(message), "node": node}
        self._segments, self._reasons, self._most = segments, reasons, most
        if world._core.depth == "summary":
            raise PostroadError("a ladder needs what was said: make the world with depth=\"lines\"")

    def __str__(self) -> str:
        return self._world._core.ladder(**self._choice, segments=self._segments)

    @property
    def svg(self) -> str:
        """The picture, as a whole SVG document."""
        return _draw(*self._gather(self._segments), self._most)

    @property
    def html(self) -> str:
        """The picture, with the TCP segments and the TLS handshakes folded away below it, and the
        text for who cannot see it."""
        out = self.svg
        if not self._segments and self._world._core.depth == "bytes":
            out += ("<details><summary>with every TCP segment</summary>"
                    + _draw(*self._gather(True), self._most) + "</details>")
        out += self._handshakes()
        return (out + "<details><summary>as text</summary><pre>" + escape(str(self))
                + "</pre></details>")

    def _repr_html_(self) -> str:
        return self.html

    def save(self, path: str | Path) -> None:
        """Writes a .svg or .html file."""
        path = Path(path)
        text = self.svg if path.suffix == ".svg" else "<!doctype html><meta charset=utf-8>" + self.html
        path.write_text(text, encoding="utf-8")

    def steps(self) -> tuple[str, list[Step]]:
        """What it has: a title, and its rows in their order."""
        return self._gather(self._segments)

    # --- within ----------------------------------------------------------------------------
    def _conversations(self) -> pd.DataFrame:
        trace, choice = self._world.trace, self._choice
        all_of = trace.conversations.set_index("conversation")
        if choice["conversation"]:
            if choice["conversation"] not in all_of.index:
                raise PostroadError(f"there is no conversation {choice['conversation']}: "
                                    f"there are {len(all_of)}")
            return all_of.loc[[choice["conversation"]]]
        if choice["message"]:
            carried = trace.custody
            number = _message_number(self._world, choice["message"])
            return all_of.loc[sorted(set(carried.conversation[carried.message == number]) - {0})]
        if choice["node"]:
            return all_of[(all_of.initiator == choice["node"]) | (all_of.acceptor == choice["node"])]
        return all_of[all_of.lines > 0]

    def _handshakes(self) -> str:
        tls = self._world.trace.tls
        mine = tls[tls.conversation.isin(list(self._conversations().index))]
        if mine.empty:
            return ""
        shown = mine[["t_s", "node", "conversation", "version", "suite", "server_name", "names",
                      "issuer", "fault"]]
        return (f"<details><summary>TLS: {len(mine)} ends of handshakes</summary>"
                + shown.to_html(index=False, na_rep="") + "</details>")

    def _gather(self, segments: bool) -> tuple[str, list[Step]]:
        ends = self._conversations()
        steps = _said(self._world.trace.lines, ends)
        if segments:
            steps += _sent(self._world.trace.packets, ends)
        if self._reasons:
            steps += _decided(self._world.trace.decisions, ends, self._choice, self._world)
        steps.sort(key=lambda one: (one.t_s, one.order))
        title = f"Who said what to whom in {self._world.scenario.title or 'this run'}"
        return title, steps


def _message_number(world: World, words: str) -> int:
    custody = world.trace.custody
    if words.isdigit() and int(words) in set(custody.message):
        return int(words)
    bare = words.strip("<>")
    for column in ("queue_id", "message_id"):
        named = custody[custody[column].astype(str).str.strip("<>").str.lower() == bare.lower()]
        if len(named):
            return int(named.message.iloc[0])
    raise PostroadError(f'no message is called "{words}"')


def _name(value: object, otherwise: object) -> str:
    return str(value) if isinstance(value, str) else str(otherwise)


def _both_ends(ends: pd.DataFrame) -> dict[int, tuple[str, str]]:
    return {int(number): (_name(row.initiator, row.source), _name(row.acceptor, row.target))
            for number, row in zip(ends.index, ends.itertuples())}


def _said(lines: pd.DataFrame, ends: pd.DataFrame) -> list[Step]:
    out, both = [], _both_ends(ends)
    chosen = lines[lines.conversation.isin(list(both))]
    rows: Any = chosen.itertuples()
    for order, row in zip(chosen.index, rows):
        a, b = both[row.conversation] if row.from_initiator else both[row.conversation][::-1]
        words = row.text if isinstance(row.text, str) else f"(content: {row.octets} octets)"
        kind = "bad" if row.code >= 400 else "good" if row.speech == "reply" else "command"
        out.append(Step(row.t_s, 2 * order + 1, a, b, words, _name(row.section, ""), kind))
    return out


def _sent(packets: pd.DataFrame, ends: pd.DataFrame) -> list[Step]:
    out, both = [], _both_ends(ends)
    chosen = packets[packets.conversation.isin(list(both)) & (packets.protocol == "tcp")]
    rows: Any = chosen.itertuples()
    for row in rows:
        a, b = both[row.conversation]
        if row.node != a:
            a, b = b, a
        words = f"{row.flags} {row.payload_octets} octets" + (f" ({row.why})" if row.why else "")
        out.append(Step(row.t_s, 0, a, b, words, "", "faint"))
    return out


def _decided(decisions: pd.DataFrame, ends: pd.DataFrame, choice: dict[str, object],
             world: World) -> list[Step]:
    if choice["message"]:
        mine = decisions.message == _message_number(world, str(choice["message"]))
        chosen = decisions[mine | decisions.conversation.isin(list(ends.index))]
    elif choice["conversation"]:
        chosen = decisions[decisions.conversation.isin(list(ends.index))]
    elif choice["node"]:
        chosen = decisions[decisions.node == choice["node"]]
    else:
        chosen = decisions
    rows: Any = chosen.itertuples()
    return [Step(row.t_s, 0, str(row.node), None, str(row.sentence), _name(row.section, ""), "why")
            for row in rows]


def _draw(title: str, steps: list[Step], most: int) -> str:
    page = Page(title)
    left_out = max(0, len(steps) - most)
    steps = steps[:most]
    lanes: dict[str, float] = {}
    for step in steps:
        for host in (step.source, step.target):
            if host is not None and host not in lanes:
                lanes[host] = _LEFT + 40 + _LANE * len(lanes)
    bottom = 40 + _ROW * (len(steps) + 1)
    for host, x in lanes.items():
        page.line(x, 28, x, bottom, "lane")
        page.text(x, 18, host, "host", "middle")
    right = _LEFT + 40 + _LANE * max(1, len(lanes) - 1) + 30
    y, before = 40.0, -1.0
    for step in steps:
        y += _ROW
        if step.t_s != before:
            page.text(4, y, f"{step.t_s:.6f}", "faint mono")
            before = step.t_s
        x, clear = lanes[step.source], right
        if step.target is None:
            words = shortened(step.words, 110)
            page.text(x + 6, y, words, "why", tip=step.words)
            clear = max(right, x + 20 + width_of(words))
        else:
            _arrow(page, step, x, lanes[step.target], y)
        if step.section:
            page.text(clear, y, step.section, "faint")
    if left_out:
        page.text(_LEFT, bottom + 8, f"… and {left_out} rows more: choose a conversation, a message "
                  "or a host, or draw more with most=", "faint")
    return str(page)


def _arrow(page: Page, step: Step, x1: float, x2: float, y: float) -> None:
    line = {"bad": "bad-line", "good": "reply", "command": "command-line"}.get(step.kind, "lane")
    if x1 == x2:
        page.text(x1 + 6, y - 3, shortened(step.words, 36), step.kind + " mono", tip=step.words)
        return
    page.line(x1, y, x2, y, line, arrow=True)
    room = max(12, int(abs(x2 - x1) / 7.2))
    page.text(min(x1, x2) + 8, y - 4, shortened(step.words, room), step.kind + " mono",
              tip=step.words)
