"""A scenario: the declared world, from a file, from text, or built in Python."""
from __future__ import annotations

import copy
import tomllib
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import _core, toml_text
from .errors import ScenarioError, ScenarioWarning
from .moments import Moment, duration_words

if TYPE_CHECKING:
    from .world import World

__all__ = ["Scenario"]

_BUILT = "<scenario>"


class Scenario:
    """What a world is made from. The keys are those of the scenario's file (labs/README.md).

    Build one from keywords and methods, each of which returns the scenario itself:

    >>> s = Scenario(title="Two servers", until="10m")
    >>> s = s.host("mail", domains="example.org").host("mx", domains="example.net")
    >>> s = s.person("alice", address="alice@example.org")
    >>> s = s.person("bob", address="bob@example.net")
    >>> s = s.at("5s", send={"from": "alice", "to": "bob", "subject": "Hello"})
    >>> len(s.world().run().trace.deliveries)
    1

    or read one: `Scenario.load("scenario.toml")`, `Scenario.parse(text)`. A mistake is a
    ScenarioError with its place; it is raised when the scenario is read or first used.
    """

    def __init__(self, **keys: Any) -> None:
        """`keys`: top-level keys, for example `title`, `until` ("10m"), `seed`, `record`
        ("summary", "lines", "bytes"), and whole tables: `hosts={"mail": {...}}`,
        `timeline=[{...}]`."""
        self._tables: dict[str, Any] = {"postroad": 1, **copy.deepcopy(keys)}
        self._core: _core.Scenario | None = None
        self._folder: str | None = None
        self._file = _BUILT

    # --- reading ---------------------------------------------------------------------------
    @classmethod
    def load(cls, path: str | Path) -> Scenario:
        """Reads a scenario file, or a lab's folder, with the files beside it.

        Raises ScenarioError with every mistake in it, and OSError when it cannot be read.
        """
        path = Path(path)
        if path.is_dir():
            path = path / "scenario.toml"
        data = path.read_bytes()
        return cls.parse(data, file=str(path), folder=path.parent)

    @classmethod
    def parse(cls, text: str | bytes, file: str = "<text>",
              folder: str | Path | None = None) -> Scenario:
        """Reads a scenario's text. `file`: the name that mistakes are told with. `folder`: where
        the files lie that it names; none: it may name no file."""
        out = cls()
        out._tables = {}
        out._folder = None if folder is None else str(folder)
        out._file = file
        out._core = _read(text, file, out._folder)
        return out

    # --- building --------------------------------------------------------------------------
    def network(self, name: str, **keys: Any) -> Scenario:
        """Adds or changes `[networks.NAME]`: `kind`, `subnet`, `latency`, `nat`, `blocks` …"""
        return self._put("networks", name, keys)

    def host(self, name: str, **keys: Any) -> Scenario:
        """Adds or changes `[hosts.NAME]`: `domains`, `network`, `services`, `queue={…}` …"""
        return self._put("hosts", name, keys)

    def domain(self, name: str, **keys: Any) -> Scenario:
        """Adds or changes `[domains."NAME"]`: `mx`, `ttl`, `records` …"""
        return self._put("domains", name, keys)

    def zone(self, origin: str, **keys: Any) -> Scenario:
        """Adds or changes `[zones."ORIGIN"]`: `text` (a BIND master file) or `file`."""
        return self._put("zones", origin, keys)

    def firewall(self, name: str, **keys: Any) -> Scenario:
        """Adds or changes `[firewalls.NAME]`: `policy`, `rules` (nftables' words, one a line)."""
        return self._put("firewalls", name, keys)

    def person(self, name: str, **keys: Any) -> Scenario:
        """Adds or changes `[people.NAME]`: `address`, `device`, `fetch={"every": "5m"}` …"""
        return self._put("people", name, keys)

    def link(self, *between: str, **keys: Any) -> Scenario:
        """Adds a `[[links]]` entry between two networks: `latency`, `bandwidth`, `loss` …"""
        return self._append("links", {"between": list(between), **keys})

    def at(self, moment: Moment, **action: Any) -> Scenario:
        """Adds a `[[timeline]]` entry: `send={…}`, `fetch="bob"`, `link={…}`, `firewall={…}`,
        `record={…}`, `host={…}`, `service={…}`, `set={…}`, `bookmark="text"`."""
        return self._append("timeline", {"at": "+" + duration_words(moment), **action})

    def workload(self, **keys: Any) -> Scenario:
        """Adds a `[[workloads]]` entry: `rate` ("12/min"), `count`, `from_` (people), `size` …"""
        return self._append("workloads", {name.rstrip("_"): one for name, one in keys.items()})

    def set(self, path: str, value: Any) -> Scenario:
        """Gives one key another value, by its path: `set("hosts.mail.smtp.open_relay", True)`.
        Raises ScenarioError, and changes nothing, when there is no such key or value."""
        return self.set_all({path: value})

    def set_all(self, values: Mapping[str, Any]) -> Scenario:
        """Several keys at once, by their paths; all or none of them."""
        text = self.core.with_values(
            [(path, toml_text.value(value)) for path, value in values.items()])
        self._core = _read(text, self._file, self._folder)
        self._tables = {}
        return self

    @property
    def tables(self) -> dict[str, Any]:
        """The file's tables as Python's dicts and lists, to be changed in place:
        `s.tables["timeline"][0]["send"]["bcc"] = "dave"`."""
        if not self._tables:
            self._tables = tomllib.loads(self.core.to_toml())
        self._core = None
        return self._tables

    def copy(self) -> Scenario:
        """One that can be changed without changing this."""
        out = copy.copy(self)
        out._tables = copy.deepcopy(self._tables)
        return out

    # --- using -----------------------------------------------------------------------------
    @property
    def core(self) -> _core.Scenario:
        """The scenario as the simulator has it. Raises ScenarioError when it has mistakes."""
        if self._core is None:
            self._core = _read(toml_text.document(self._tables), self._file, self._folder)
        return self._core

    def world(self, seed: int | None = None, depth: str | None = None) -> World:
        """A world at its first moment. `seed`: the scenario's when left out. `depth`: what is
        recorded, "summary", "lines" or "bytes"; the outcome is the same at each."""
        from .world import World
        return World(self, seed=seed, depth=depth)

    def to_toml(self) -> str:
        """The scenario as a file, canonically: `Scenario.parse(s.to_toml())` equals `s`."""
        return self.core.to_toml()

    @property
    def title(self) -> str:
        return self.core.title

    @property
    def seed(self) -> int:
        return self.core.seed

    @property
    def file(self) -> str:
        """The name that its mistakes are told with."""
        return self._file

    @property
    def topology(self) -> dict[str, list[dict[str, Any]]]:
        """Networks, hosts and links, complete with what the scenario left out."""
        return self.core.topology()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self.to_toml() == other.to_toml()

    __hash__ = None  # type: ignore[assignment]  # it can be changed

    def __repr__(self) -> str:
        try:
            counts = {name: len(rows) for name, rows in self.topology.items()}
        except ScenarioError as error:
            return f"<Scenario with mistakes: {error.what}>"
        return (f'<Scenario "{self.title}": {counts["networks"]} networks, '
                f'{counts["hosts"]} hosts, {counts["links"]} links>')

    def _repr_svg_(self) -> str:
        from .pictures.topology import topology_svg
        return topology_svg(self)

    def save(self, path: str | Path) -> None:
        """Writes `to_toml()` to a file."""
        Path(path).write_text(self.to_toml(), encoding="utf-8")

    def __getstate__(self) -> dict[str, Any]:  # for worker processes: text, no simulator
        return {"text": self.to_toml(), "file": self._file, "folder": self._folder}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._tables, self._folder, self._file = {}, state["folder"], state["file"]
        self._core = _core.Scenario(state["text"], state["file"], state["folder"])

    # --- within ----------------------------------------------------------------------------
    def _put(self, table: str, name: str, keys: dict[str, Any]) -> Scenario:
        entries = self.tables.setdefault(table, {})
        entries.setdefault(name, {}).update(copy.deepcopy(keys))
        return self

    def _append(self, table: str, entry: dict[str, Any]) -> Scenario:
        self.tables.setdefault(table, []).append(copy.deepcopy(entry))
        return self


def _read(text: str | bytes, file: str, folder: str | None) -> _core.Scenario:
    out = _core.Scenario(text, file, folder)
    for problem in out.problems:
        place = f"{problem.file}:{problem.line}:{problem.column}: " if problem.line else ""
        warnings.warn(place + problem.what, ScenarioWarning, stacklevel=3)
    return out
