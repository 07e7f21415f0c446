"""A world that runs: forward, back to any moment, and aside as a fork with something changed."""
from __future__ import annotations

import datetime
import random
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import _core
from .changes import Firewall, Host, Link, Zone, words_of
from .errors import MomentError, PostroadError, RunLimit
from .moments import Moment, to_ns
from .progress import Bar

if TYPE_CHECKING:
    from .scenario import Scenario
    from .trace import Trace

__all__ = ["World"]


class World:
    """One run of a scenario. Scenario, seed and changes determine every byte of it.

    >>> import postroad
    >>> world = postroad.lab("first-message").world()
    >>> world.run().events
    84
    >>> world.trace.lines.text.iloc[1]
    'EHLO alice-pc.example.org'

    One world is for one thread at a time; give each thread a `fork()`, which costs almost nothing.
    """

    def __init__(self, scenario: Scenario, seed: int | None = None, depth: str | None = None) -> None:
        """`seed`: of all chances, the scenario's when left out. `depth`: what is recorded,
        "summary", "lines" or "bytes"; None: as the scenario says."""
        self.scenario = scenario
        self._core = _core.World(scenario.core, seed, depth or "")
        self._trace: Trace | None = None
        self._hooks: Hooks | None = None

    @classmethod
    def _of(cls, scenario: Scenario, core: _core.World) -> World:
        out = cls.__new__(cls)
        out.scenario, out._core, out._trace, out._hooks = scenario, core, None, None
        return out

    # --- time ------------------------------------------------------------------------------
    @property
    def now(self) -> float:
        """Seconds since the world's start."""
        return self._core.now_ns / 1e9

    @property
    def now_ns(self) -> int:
        """Nanoseconds since the world's start, exactly."""
        return self._core.now_ns

    @property
    def time(self) -> datetime.datetime:
        """The world's clock, UTC, to the microsecond."""
        start = datetime.datetime.fromtimestamp(self._core.start_unix_s, datetime.timezone.utc)
        return start + datetime.timedelta(microseconds=self._core.now_ns // 1000)

    @property
    def events(self) -> int:
        """Events that have happened."""
        return self._core.events

    @property
    def seed(self) -> int:
        return self._core.seed

    @property
    def quiet(self) -> bool:
        """Whether nothing at all is left to happen."""
        return self._core.quiet

    # --- going on --------------------------------------------------------------------------
    def run(self, until: Moment | None = None, *, events_max: int | None = None,
            progress: bool | None = None) -> World:
        """Goes on until that moment; None: to the scenario's end, where `postroad run` ends.

        `events_max`: RunLimit is raised after so many events more. `progress`: a bar with
        simulated time and events a second; None: when it takes longer than a second and somebody
        looks. Other Python threads go on meanwhile; Ctrl-C interrupts, and the world can go on
        from there.
        """
        end = None if until is None else self._ns(until)
        if end is not None and end < self._core.now_ns:
            raise MomentError(f"{until} is over: it is {self.now:g} s now; at() goes back")
        bar_end = end if end is not None else self.scenario.core.until_ns
        with Bar(self._core.now_ns, self._core.events, bar_end, progress) as bar:
            stopped = self._core.run(end, 2**64 - 1 if events_max is None else events_max, bar.show)
            bar.finish(self._core.now_ns, self._core.events)
        if stopped == "limit" and events_max is not None:
            raise RunLimit(f"stopped after {events_max} events at {self.now:g} s; "
                           "more was left to happen")
        return self

    def step(self, events: int = 1) -> int:
        """So many events. Gives how many there were."""
        if events < 0:
            raise MomentError("step() goes forward; at() goes back")
        return self._core.step(events)

    def run_until(self, predicate: Callable[[World], bool], *, every: int = 1,
                  until: Moment | None = None) -> bool:
        """Goes on until `predicate(world)`, asked before the first event and after each `every`.

        Gives whether it came true; False: nothing is left to happen, or `until` has come.
        """
        end = None if until is None else self._ns(until)
        while not predicate(self):
            if end is not None and self._core.now_ns >= end:
                return False
            if self._core.step(every) == 0:
                return False
        return True

    # --- back and aside --------------------------------------------------------------------
    def at(self, moment: Moment) -> World:
        """Goes to that moment, back or forward, and gives itself. Nothing is forgotten: what has
        been run is there again by `at()` or `run()`, byte by byte. `world.at("12.5s").fork()` is
        a world of its own."""
        ns = self._ns(moment)
        if ns > self._core.frontier_ns:
            return self.run(moment)
        self._core.seek(ns)
        return self

    def at_event(self, count: int) -> World:
        """Goes to the moment behind its first `count` events: `at_event(w.events - 1)` is one
        step back."""
        if count < 0:
            raise MomentError("no world has had fewer events than none")
        self._core.seek_event(count)
        return self

    def fork(self) -> World:
        """A copy that goes its own way from this moment; the past is shared."""
        out = World._of(self.scenario, self._core.fork())
        if self._hooks is not None:
            if self._at_the_front:
                self._hooks.memory.look_at_all()
                self._hooks.memory.remember(self._core.now_ns)
            out._hooks = self._hooks.at(self._core.now_ns, out._core)
        return out

    # --- Python plays a part ---------------------------------------------------------------
    def on_client(self, hook: Hook | None) -> World:
        """Lets a Python function decide, from now on, whether a client may go on when it says EHLO
        or HELO to a server: `hook(question)` gives None (the host's own policy stands), True,
        False, an SMTP code, (code, words), or Later("30s"): nothing is said yet, ask me again then.

        That is so for every hook: it is asked once a question and its answers are journalled, so
        going back and replaying never call it, and a fork calls it only past its moment. Keep what
        it remembers in `question.state` and draw from `question.rng("name")`: both go with forks.
        What it raises stops the run at that moment, as a HookError. None: no more. What is asked
        is in postroad.hooks.Question.
        """
        return self._on("client", hook)

    def on_sender(self, hook: Hook | None) -> World:
        """The same for MAIL: whom a server takes mail from."""
        return self._on("sender", hook)

    def on_recipient(self, hook: Hook | None) -> World:
        """The same for RCPT: each recipient that a server is given."""
        return self._on("recipient", hook)

    def on_message(self, hook: Hook | None) -> World:
        """The same for the end of data: `question.content`, or `question.message` parsed."""
        return self._on("message", hook)

    def on_route(self, hook: Hook | None) -> World:
        """Where a host sends a mail next, for the domain `question.words`: None (its own routing),
        a host's name ("mx2", "mx2:2525"), Later("10m"), False or (code, words): it comes back, or
        with a 4yz waits in the queue."""
        return self._on("route", hook)

    def on_retry(self, hook: Hook | None) -> World:
        """When a deferred recipient is tried again: None (the host's schedule), "5m", seconds, or
        False: given up. `question.number`: tries so far; `question.words`: why it was deferred."""
        return self._on("retry", hook)

    def workload(self, hook: Hook, *, after: Moment = 0) -> World:
        """Lets a Python function make mail: `hook(question)` gives Mail(sender, to, then="5s"),
        which is sent now, and is asked again after `then`; Later("1m"), or None: no more. `after`:
        how long until it is asked first. A run without an end goes on as long as it does.

        >>> import postroad
        >>> world = postroad.lab("first-message").scenario.world()
        >>> world = world.workload(lambda q: postroad.Mail("alice", "bob", then="1m")
        ...                        if q.number < 3 else None, after="5m").run()
        >>> len(world.trace.deliveries)
        4
        """
        hooks = self._own_hooks()
        if not hooks.generators:
            hooks.first_generator = self._core.journal.count(" generate ")
        hooks.generators.append((hook, self._ns(after)))
        try:
            hooks.connect(self._core)
            first = self.scenario.topology["hosts"][0]["name"]
            number = hooks.first_generator + len(hooks.generators) - 1
            self._core.enter("generate", first, number)
        except BaseException:
            hooks.generators.pop()
            raise
        return self

    def _on(self, kind: str, hook: Hook | None) -> World:
        hooks = self._own_hooks()
        before = dict(hooks.hooks)
        hooks.hooks.pop(kind, None)
        if hook is not None:
            hooks.hooks[kind] = hook
        try:
            hooks.connect(self._core)
        except BaseException:
            hooks.hooks = before
            raise
        return self

    def _own_hooks(self) -> Hooks:
        from .hooks import Hooks
        if self._hooks is None:
            from .memory import Memory
            self._hooks = Hooks(self._core, Memory(self.seed))
        return self._hooks

    @property
    def _at_the_front(self) -> bool:
        return self._core.now_ns >= self._core.frontier_ns

    @property
    def state(self) -> dict[str, Any]:
        """What hooks remember, yours to fill: picklable. After going back it is a copy of what was
        remembered then."""
        return self._memory.state

    def rng(self, name: str) -> random.Random:
        """A random generator of this world's, the same for the same seed and name; it goes with
        forks and, like `state`, is remembered."""
        return self._memory.rng(name)

    @property
    def _memory(self) -> Memory:
        memory = self._own_hooks().memory
        return memory if self._at_the_front else memory.as_of(self._core.now_ns)

    def compare(self, other: World) -> Comparison:
        """What differs between two runs, and where they part: `a.compare(b)`."""
        from .compare import compare
        return compare(self, other)

    # --- changes, now and journalled -------------------------------------------------------
    def change(self, **action: Any) -> World:
        """Does what a `[[timeline]]` entry of these keys would do, now: `change(host={"host":
        "mx1", "state": "down"})`. Raises ChangeError, and nothing has changed, when it cannot."""
        self._core.change(words_of(action))
        return self

    def firewall(self, name: str) -> Firewall:
        """A firewall, to be edited: `.insert(rule)`, `.append(rule)`, `.remove(position)`."""
        return Firewall(self, name)

    def link(self, name: str) -> Link:
        """A link, by its name or "a--b": `.down()`, `.up()`, `.set(latency="300ms")`."""
        return Link(self, name)

    @property
    def links(self) -> list[str]:
        """The names of all links, those of hosts to their networks first."""
        return self._core.links

    def host(self, name: str) -> Host:
        """A host: `.down()`, `.crash()`, `.up()`, `.start("pop3")`, `.stop("mta")`."""
        return Host(self, name)

    def zone(self, origin: str) -> Zone:
        """A zone: `.set(record)`, `.add(record)`, `.remove(record)`."""
        return Zone(self, origin)

    def set(self, path: str, value: Any) -> World:
        """Gives a key of the scenario another value from now on."""
        return self.change(set={"path": path, "value": value})

    def send(self, sender: str, to: str | list[str], **keys: Any) -> World:
        """Somebody sends a message now: `send("alice", "bob", subject="Hi", body="…")`."""
        return self.change(send={"from": sender, "to": to, **keys})

    def fetch(self, person: str) -> World:
        """Somebody collects mail now."""
        return self.change(fetch=person)

    def talk(self, where: str, *, at: str | None = None) -> Talk:
        """Opens a connection to "host:port" to type a protocol by hand, from the host `at`, or from
        the first that has a mail program. Raises PostroadError when there is no such place."""
        from .talk import Talk
        return Talk(self, where, at)

    @property
    def journal(self) -> str:
        """Every change from outside with its moment: `postroad run FILE --journal` replays it."""
        return self._core.journal

    def replay(self, journal: str | Path) -> World:
        """Lets a journal's entries happen at their moments; for a world that has not begun."""
        text = journal.read_text(encoding="utf-8") if isinstance(journal, Path) else journal
        self._core.replay(text)
        return self

    # --- what happened ---------------------------------------------------------------------
    @property
    def trace(self) -> Trace:
        """Everything that happened up to now, as tables."""
        from .trace import Trace
        if self._trace is None or not self._trace.is_of(self._core):
            self._trace = Trace(self)
        return self._trace

    @property
    def fingerprint(self) -> str:
        """Of what happened so far: 16 hex digits, the same from Python, command and visualiser."""
        return self._core.fingerprint

    @property
    def state_fingerprint(self) -> str:
        """Of the whole state: queues, caches, mailboxes, connections, clocks."""
        return self._core.state_fingerprint

    def pcapng(self, path: str | Path, at: str = "") -> None:
        """Writes a capture for Wireshark; `at`: "all", a host or a link; empty: each conversation
        where it was begun. Raises OSError when the file cannot be written."""
        self._core.write_pcapng(str(path), at)

    def walkthrough(self, message: int | str = 1) -> str:
        """One message's journey as a story, by its number, queue id or Message-ID."""
        return self._core.walkthrough(str(message))

    def ladder(self, **choice: Any) -> Ladder:
        """Who said what to whom, as a picture: see postroad.pictures.Ladder."""
        from .pictures.ladder import Ladder
        return Ladder(self, **choice)

    def journey(self, message: int | str = 1) -> Journey:
        """One message across its hosts, as a picture: see postroad.pictures.Journey."""
        from .pictures.journey import Journey
        return Journey(self, message)

    def player(self, **choice: Any) -> Player:
        """What has happened, to be played: play, pause, step, scrub; a widget in a notebook, and a
        page by `.save("run.html")`: see postroad.pictures.Player."""
        from .pictures.player import Player
        return Player(self, **choice)

    def _ns(self, moment: Moment) -> int:
        return to_ns(moment, self._core.start_unix_s)

    def __repr__(self) -> str:
        return (f'<World "{self.scenario.title}": seed {self.seed}, {self.now:g} s, '
                f"{self.events} events>")

    def __getstate__(self) -> dict[str, Any]:
        raise PostroadError("a world is not pickled: send its scenario, seed and journal, "
                            "which make the same world")


if TYPE_CHECKING:
    from .compare import Comparison
    from .pictures.journey import Journey
    from .pictures.ladder import Ladder
    from .pictures.player import Player
    from .hooks import Hook, Hooks
    from .memory import Memory
    from .talk import Talk
