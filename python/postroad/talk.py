"""A protocol typed by hand from Python, a line at a time, into a simulated host."""
from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .errors import PostroadError

if TYPE_CHECKING:
    from .world import World

__all__ = ["Talk"]

_PATIENCE_S = 360.0  # longer than a resolver or a policy may take
_SILENCE_S = 0.5     # the server has said all it had to say
_CONTENT_S = 0.05    # after 354 it says nothing until the line with one period


class Talk:
    """One connection. What is typed is journalled, so the session makes the same run again.

    >>> import postroad
    >>> session = postroad.lab("smtp-by-hand").world().talk("mx:25")
    >>> session.greeting
    ['220 mx.example.org ESMTP Postroad']
    >>> session.say("HELO me.example.net")
    ['250 mx.example.org']
    """

    def __init__(self, world: World, where: str, at: str | None = None) -> None:
        self._world = world
        self._host = at or _first_reader(world)
        self._subject = _free_subject(world.journal)
        self._heard = 0
        world._core.enter("connect", self._host, self._subject, where)
        begun = world.trace.conversations
        self.conversation = int(begun.conversation[begun.initiator == self._host].max())
        """Its number in the tables and ladders."""
        self.greeting: list[str] = self._listen(_PATIENCE_S)
        """What the server said first."""

    def say(self, line: str) -> list[str]:
        """Says a line (CRLF is added), lets simulated time pass, and gives the lines answered;
        none after 354 until the line with one period. PostroadError when the connection is over."""
        if not self.open:
            raise PostroadError("the connection is over: open another with world.talk()")
        content = self._expects_content and line != "."
        self._world._core.enter("say", self._host, self._subject,
                                line.encode("utf-8", "surrogateescape") + b"\r\n")
        heard = self._listen(_CONTENT_S if content else _PATIENCE_S)
        self._expects_content = content or bool(heard) and heard[-1].startswith("354")
        return heard

    def say_all(self, text: str) -> list[str]:
        """Says several lines, each when the answer to the one before is there."""
        return [answer for line in text.splitlines() for answer in self.say(line)]

    def hang_up(self) -> None:
        """Closes the connection from this side."""
        if self.open:
            self._world._core.enter("hang_up", self._host, self._subject)

    @property
    def open(self) -> bool:
        """Whether the connection is still there."""
        return self._world._core.connected(self._subject)

    _expects_content = False

    def _listen(self, patience_s: float) -> list[str]:
        world, began = self._world, self._world._core.trace_position
        seen = began

        def answered(now: World) -> bool:
            nonlocal seen
            if now._core.trace_position == seen:
                return not self.open
            seen = now._core.trace_position
            return len(self._replies()) > self._heard or not self.open

        if world.run_until(answered, until=world.now + patience_s):
            world.run(world.now + _SILENCE_S, progress=False)
        heard = self._replies()[self._heard:]
        self._heard += len(heard)
        return heard

    def _replies(self) -> list[str]:
        lines = self._world.trace.lines
        mine = lines[(lines.conversation == self.conversation) & ~lines.from_initiator]
        return [str(one) for one in mine.text]

    def __repr__(self) -> str:
        return f"<Talk from {self._host}, conversation {self.conversation}>"


def _free_subject(journal: str) -> int:
    used = re.findall(r"^\d+ (?:connect|say|hang_up) \d+ (\d+)", journal, re.M)
    return max(map(int, used), default=-1) + 1


def _first_reader(world: World) -> str:
    hosts = world.scenario.topology["hosts"]
    readers = [one["name"] for one in hosts if "mua" in one["services"]]
    return (readers or [one["name"] for one in hosts])[0]
