"""Python functions that play a part in a world: asked once a question, their answers journalled."""
from __future__ import annotations

import random
import traceback
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from typing import Any, NoReturn, Union

from . import _core
from .changes import words_of
from .errors import HookError
from .memory import Memory
from .moments import Moment, to_ns

__all__ = ["Hook", "Hooks", "Later", "Mail", "Question"]

# In the order of sim::Asked (sim/world/run.hpp).
KINDS = ("client", "sender", "recipient", "message", "route", "retry", "work")
# What each ask of an SMTP server may be answered with: the codes of its row in the server's table.
_CODES = {"client": {250, 421, 450, 550, 554}, "sender": {250, 450, 451, 452, 550, 552, 553},
          "recipient": {250, 450, 451, 452, 550, 551, 552, 553},
          "message": {250, 450, 451, 452, 550, 552, 554}}


@dataclass(frozen=True)
class Later:
    """No answer yet: an SMTP client hears nothing and the hook is asked again after `delay`; a mail
    that is to be routed waits so long; a generator sends nothing until then."""

    delay: Moment


@dataclass(frozen=True)
class Mail:
    """What a generator sends now; it is asked again after `then` (None: never)."""

    sender: str
    """A person of the scenario."""
    to: str | list[str]
    then: Moment | None = None
    subject: str = ""
    body: str = ""
    more: dict[str, Any] | None = None
    """Other keys of `[[timeline]] send`: `cc`, `bcc`, `size`, `header` …"""

    def words(self) -> str:
        keys = {"from": self.sender, "to": self.to, "subject": self.subject, "body": self.body}
        return words_of({"send": {**{name: one for name, one in keys.items() if one},
                                  **(self.more or {})}})


Answer = Union[None, bool, int, str, tuple[int, str], Later, Mail, float]


@dataclass(frozen=True)
class Question:
    """What a hook is asked. Whoever decides remembers things in `state`, not in variables of their
    own, and draws from `rng`: then a fork has its own, as of its moment."""

    what: str
    """"client", "sender", "recipient", "message", "route", "retry", "work"."""
    host: str
    """Who asks: the host's name in the scenario."""
    client: str
    """The client's IP address, as the server sees it; empty for route, retry and work."""
    helo: str
    """The name the client gave with EHLO or HELO."""
    reverse_path: str
    """Empty: the null reverse-path, or none yet."""
    forward_path: str
    now: float
    """Seconds since the world's start."""
    accepted: bool
    """What the host's own policy says."""
    content: bytes
    """message: the mail as it was received, header and body."""
    words: str
    """route: the domain the mail is for; retry: what the last try was told."""
    number: int
    """retry, route: how many tries there were; work: how often this generator was asked before."""
    _hooks: Hooks

    @property
    def state(self) -> dict[str, Any]:
        """The world's `state`: yours; what is in it must be picklable, each value by itself."""
        return self._hooks.memory.state

    def rng(self, name: str) -> random.Random:
        """A generator of this world's, the same for the same seed and name."""
        return self._hooks.memory.rng(name)

    @property
    def message(self) -> Message:
        """message: `content`, parsed."""
        import email.policy
        return email.message_from_bytes(self.content, policy=email.policy.SMTP)


Hook = Callable[[Question], Answer]


class Hooks:
    """The hooks of a world with what they remember, and what that was after each answer.

    >>> import postroad
    >>> world = postroad.lab("first-message").world()
    >>> world = world.on_recipient(lambda question: (550, "not today")).run()
    >>> len(world.trace.deliveries)
    0
    """

    def __init__(self, core: _core.World, memory: Memory) -> None:
        self._core = weakref.ref(core)  # which holds us: no ring, or neither would ever go
        self.memory = memory
        self.hooks: dict[str, Hook] = {}
        self.generators: list[tuple[Hook, int]] = []
        """Each with how long it waits, in ns, before it is asked for the first time."""
        self.first_generator = 0
        """The number of the first: those before it are a replayed journal's, and not ours to ask."""

    def at(self, now_ns: int, core: _core.World) -> Hooks:
        """The same hooks in a fork, with what they remembered at that moment."""
        out = Hooks(core, self.memory.as_of(now_ns))
        out.hooks, out.generators = dict(self.hooks), list(self.generators)
        out.first_generator = self.first_generator
        out.connect(core)
        return out

    # --- being asked -----------------------------------------------------------------------
    def connect(self, core: _core.World) -> None:
        """Lets the world ask what there is a hook for. ChangeError when it has been gone back in."""
        bits = sum(1 << KINDS.index(kind) for kind in self.hooks)
        if self.generators:
            bits |= 1 << KINDS.index("work")
        core.set_policy(self._ask if bits else None, bits)

    def _ask(self, kind: int, host: str, about: int, client: str, helo: str, reverse_path: str,
             forward_path: str, now_ns: int, accepted: bool, words: str | bytes,
             number: int) -> tuple[int, int, str]:
        what = KINDS[kind]
        hook = self.hooks.get(what)
        if what == "work":
            place = about - self.first_generator
            if not 0 <= place < len(self.generators):
                return 0, 0, ""
            hook, wait_ns = self.generators[place]
            if wait_ns and number == 0:
                return 250, wait_ns, ""
            number -= 1 if wait_ns else 0
        assert hook is not None
        question = Question(what, host, client, helo, reverse_path, forward_path, now_ns / 1e9,
                            accepted, words if isinstance(words, bytes) else b"",
                            "" if isinstance(words, bytes) else words, number, self)
        try:
            said = _read(what, hook(question))
            core = self._core()
            if core is not None:
                core.check_ruling(kind, said[0], said[2])
            self.memory.remember(now_ns)
        except Exception as error:  # whatever it is: it is the hook's, and told as such
            _blame(question, hook, error)
        return said


def _blame(question: Question, hook: Hook, error: Exception) -> NoReturn:
    """HookError from what a hook raised, with the place in the hook and the simulated moment."""
    code = getattr(hook, "__code__", None)
    file, line = (code.co_filename, code.co_firstlineno) if code else ("", 0)
    for frame, at in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename == file:
            line = at
    raise HookError(
        f"at {question.now:.9g} s the hook for {question.what} of {question.host} failed: "
        f"{type(error).__name__}: {error}", moment_s=question.now, host=question.host,
        what=question.what, file=file, line=line) from error


def _read(what: str, said: Answer) -> tuple[int, int, str]:
    """An answer as the simulator takes it: (code, ns until asked again, text)."""
    if what in _CODES:
        return _of_server(what, said)
    if what == "route":
        return _of_route(said)
    if what == "retry":
        if said is None:
            return 0, 0, ""
        if said is False:
            return 550, 0, "given up"
        if isinstance(said, Later):
            said = said.delay  # type: ignore[assignment]
        if isinstance(said, (bool, tuple, Mail)):
            raise TypeError(f"when to try again is a stretch of time, or False, not {said!r}")
        return 250, max(1, to_ns(said)), "tried again then"
    if said is None:
        return 0, 0, ""
    if isinstance(said, Later):
        return 250, max(1, to_ns(said.delay)), ""
    if isinstance(said, Mail):
        # Asked again never: once more, far beyond every run's end, would keep the run alive.
        return (251, 0, said.words()) if said.then is None else (250, to_ns(said.then), said.words())
    raise TypeError(f"a generator gives a Mail, Later or None, not {said!r}")


def _of_server(what: str, said: Answer) -> tuple[int, int, str]:
    if said is None:
        return 0, 0, ""
    if isinstance(said, Later):
        return 0, max(1, to_ns(said.delay)), ""
    if said is True:
        return 250, 0, _words_for(250)
    if said is False:
        return 550, 0, _words_for(550)
    code, words = said if isinstance(said, tuple) else (said, "")
    if code not in _CODES[what]:
        raise ValueError(f"{_VERB[what]} is not answered with {code!r}, but with one of "
                         f"{sorted(_CODES[what])}")
    return int(code), 0, _printable(words or _words_for(int(code)))


_VERB = {"client": "EHLO", "sender": "MAIL", "recipient": "RCPT", "message": "a message"}


def _words_for(code: int) -> str:
    return "recipient ok" if code < 300 else "try again later" if code < 500 else \
        "refused by policy"


def _printable(words: Any) -> str:
    if not isinstance(words, str) or not words.isascii() or not words.isprintable() or \
            len(words) > 400:
        raise ValueError(f"a reply's words are printable ASCII, 400 at most: {words!r}")
    return words


def _of_route(said: Answer) -> tuple[int, int, str]:
    if said is None:
        return 0, 0, ""
    if isinstance(said, Later):
        return 450, max(1, to_ns(said.delay)), "held by a script"
    if said is False:
        return 550, 0, "5.7.1 not sent on: a script forbids it"
    if isinstance(said, str):
        host, _, port = said.partition(":")
        if port and not (port.isdecimal() and 0 < int(port) < 65536):
            raise ValueError(f'the next host is written "mx2" or "mx2:25", not {said!r}')
        return 250, 0, f"{host}:{port}" if port else host
    if isinstance(said, tuple) and said[0] in range(400, 600):
        return int(said[0]), 0, _printable(said[1])
    raise TypeError("where a mail goes next is a host's name, Later, False or (code, words), "
                    f"not {said!r}")
