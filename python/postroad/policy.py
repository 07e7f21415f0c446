"""A Python function as a server's policy: asked once a recipient, its answers journalled."""
from __future__ import annotations

import pickle
import random
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Union

from . import _core

__all__ = ["Hook", "Policy", "Question"]

Ruling = Union[None, bool, int, tuple[int, str]]
_CODES = {250, 450, 451, 452, 550, 551, 552, 553}  # what RCPT may be answered with


@dataclass(frozen=True)
class Question:
    """A server has been given a recipient. Whoever decides remembers things in `state`, not in
    variables of their own, and draws from `rng`: then a fork has its own, as of its moment."""

    host: str
    """Who asks: the host's name in the scenario."""
    client: str
    """The client's IP address, as the server sees it."""
    helo: str
    reverse_path: str
    """Empty: the null reverse-path."""
    forward_path: str
    now: float
    """Seconds since the world's start."""
    accepted: bool
    """What the server's own policy says."""
    state: dict[str, Any]
    """Yours; what is in it must be picklable."""
    _policy: Policy

    def rng(self, name: str) -> random.Random:
        """A generator of this world's, the same for the same seed and name."""
        return self._policy.rng(name)


Hook = Callable[[Question], Ruling]


class Policy:
    """A hook with what it remembers, and what it remembered after each answer.

    >>> import postroad
    >>> world = postroad.lab("first-message").world()
    >>> world = world.on_recipient(lambda question: (550, "not today")).run()
    >>> len(world.trace.deliveries)
    0
    """

    def __init__(self, hook: Hook, seed: int, core: _core.World, remembered: bytes = b"") -> None:
        self._hook, self._seed = hook, seed
        self.state: dict[str, Any] = {}
        self._rngs: dict[str, random.Random] = {}
        if remembered:
            self.state, self._rngs = pickle.loads(remembered)
        self._times, self._kept = [core.now_ns], [remembered]
        core.set_policy(self._ask)

    def at(self, moment_ns: int, core: _core.World) -> Policy:
        """The same hook in a fork, with what it remembered at that moment."""
        place = bisect_right(self._times, moment_ns) - 1
        return Policy(self._hook, self._seed, core, self._kept[max(place, 0)])

    def rng(self, name: str) -> random.Random:
        if name not in self._rngs:
            self._rngs[name] = random.Random(f"{self._seed}/{name}")
        return self._rngs[name]

    def _ask(self, host: str, client: str, helo: str, reverse_path: str, forward_path: str,
             now_ns: int, accepted: bool) -> tuple[int, str]:
        said = _ruling(self._hook(Question(host, client, helo, reverse_path, forward_path,
                                           now_ns / 1e9, accepted, self.state, self)))
        remembered = pickle.dumps((self.state, self._rngs))
        if remembered != self._kept[-1]:
            self._times.append(now_ns)
            self._kept.append(remembered)
        return said


def _ruling(said: Ruling) -> tuple[int, str]:
    if said is None:
        return 0, ""
    if said is True:
        return 250, "recipient ok"
    if said is False:
        return 550, "refused by policy"
    code, words = said if isinstance(said, tuple) else (said, "")
    if code not in _CODES:
        raise ValueError(f"RCPT is not answered with {code!r}, but with one of {sorted(_CODES)}")
    if not words:
        words = "recipient ok" if code == 250 else "try again later" if code < 500 else \
            "refused by policy"
    if not words.isascii() or not words.isprintable() or len(words) > 400:
        raise ValueError(f"a reply's words are printable ASCII, 400 at most: {words!r}")
    return code, words
