"""One message across its hosts: who was responsible for it, from when to when."""
from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from .ladder import _message_number
from .svg import Page, shortened, width_of

if TYPE_CHECKING:
    from ..world import World

__all__ = ["Journey"]

_KIND = {"handed_over": "faint", "delivered": "good", "fetched": "good", "bounced": "bad", "discarded": "bad"}


class Journey:
    """The custody of one message, as a picture and as a table (`steps`).

    >>> import postroad
    >>> world = postroad.lab("first-message").world().run()
    >>> list(world.journey(1).steps.move.astype(str))[-1]
    'fetched'
    """

    def __init__(self, world: World, message: int | str = 1) -> None:
        """Raises PostroadError when no message has that number, queue id or Message-ID."""
        self.number = _message_number(world, str(message))
        custody = world.trace.custody
        self.steps: pd.DataFrame = custody[custody.message == self.number]
        """The message's rows of `trace.custody`."""
        composed = self.steps.subject.dropna()
        self.subject = str(composed.iloc[0]) if len(composed) else ""

    @property
    def svg(self) -> str:
        """Hosts below each other, time from left to right; steps stand apart however close in
        time they are, and each says its moment."""
        page = Page(f"The journey of message {self.number}: {self.subject}")
        hosts = list(dict.fromkeys(str(one) for one in self.steps.node))
        left = 20 + max((width_of(one) for one in hosts), default=0)
        rows = {host: 50.0 + 64 * i for i, host in enumerate(hosts)}
        page.text(4, 20, shortened(f"message {self.number}: {self.subject}", 80), "host")
        for host, y in rows.items():
            page.text(4, y + 4, host, "host")
            page.line(left, y, left + 150 * len(self.steps), y, "lane")
        before: tuple[float, float] | None = None
        for number, row in enumerate(self.steps.itertuples()):
            x, y = left + 12 + 150 * number, rows[str(row.node)]
            # Who has handed over is told so after the next one has taken it: no way leads back.
            told = row.move == "handed_over"
            if before is not None and not told:
                page.line(*before, x, y, "", arrow=True)
            words = str(row.move).replace("_", " ")
            page.box(x, y - 18, 112, 36, "box")
            page.text(x + 56, y - 3, words, _KIND.get(str(row.move), ""), "middle",
                      tip=_tip(row))
            page.text(x + 56, y + 12, f"{row.t_s:.3f} s", "faint", "middle")
            before = before if told else (x + 112, y)
        return str(page)

    def _repr_html_(self) -> str:
        shown = self.steps[["t_s", "node", "queue_id", "move", "mailbox", "forward_paths"]]
        return (self.svg + "<details><summary>as a table</summary>"
                + shown.to_html(index=False, na_rep="") + "</details>")

    def __str__(self) -> str:
        return "\n".join(f"{row.t_s:12.6f} s  {row.node:<16} {row.move}"
                         for row in self.steps.itertuples())

    def save(self, path: str | Path) -> None:
        """Writes a .svg or .html file."""
        path = Path(path)
        text = self.svg if path.suffix == ".svg" else (
            "<!doctype html><meta charset=utf-8><title>" + escape(self.subject) + "</title>"
            + self._repr_html_())
        path.write_text(text, encoding="utf-8")


def _tip(row) -> str:
    known = {"queue id": row.queue_id, "from": row.reverse_path, "to": row.forward_paths,
             "mailbox": row.mailbox}
    return "\n".join(f"{name}: {value}" for name, value in known.items() if isinstance(value, str))
