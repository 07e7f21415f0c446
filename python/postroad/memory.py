"""What hooks remember, at every moment: only what has changed is kept, so that much can be remembered."""
from __future__ import annotations

import pickle
import random
from collections.abc import Iterator
from typing import Any

__all__ = ["Memory", "State"]


class State(dict[str, Any]):
    """A dict that knows which of its values may have changed: those that were set or looked at."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.seen: set[Any] = set(self)

    def __getitem__(self, key: Any) -> Any:
        self.seen.add(key)
        return super().__getitem__(key)

    def get(self, key: Any, default: Any = None) -> Any:
        self.seen.add(key)
        return super().get(key, default)

    def setdefault(self, key: Any, default: Any = None) -> Any:
        self.seen.add(key)
        return super().setdefault(key, default)

    def __setitem__(self, key: Any, value: Any) -> None:
        self.seen.add(key)
        super().__setitem__(key, value)

    def __delitem__(self, key: Any) -> None:
        self.seen.add(key)
        super().__delitem__(key)

    def pop(self, key: Any, *default: Any) -> Any:
        self.seen.add(key)
        return super().pop(key, *default)

    def popitem(self) -> Any:
        self.seen.update(self)
        return super().popitem()

    def clear(self) -> None:
        self.seen.update(self)
        super().clear()

    def update(self, *given: Any, **keys: Any) -> None:
        self.seen.update(dict(*given, **keys))
        super().update(*given, **keys)

    def __ior__(self, other: Any) -> State:  # type: ignore[override, misc]
        self.update(other)
        return self

    def values(self) -> Any:
        self.seen.update(self)
        return super().values()

    def items(self) -> Any:
        self.seen.update(self)
        return super().items()

    def __iter__(self) -> Iterator[Any]:
        return super().__iter__()

    def __reduce__(self) -> Any:
        return State, (dict(self),)


class Memory:
    """A state and random generators by name, and what they were at earlier moments.

    >>> memory = Memory(seed=1)
    >>> memory.state["count"] = 1
    >>> memory.remember(10)
    >>> memory.state["count"] += 1
    >>> memory.remember(20)
    >>> memory.as_of(15).state, memory.as_of(20).state
    ({'count': 1}, {'count': 2})
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.state = State()
        self._rngs: dict[str, random.Random] = {}
        self._drawn: set[str] = set()
        # Every change with its moment, values pickled by ("state" or "rng", key); None: gone.
        self._log: list[tuple[int, dict[tuple[str, Any], bytes | None]]] = []
        self._last: dict[tuple[str, Any], bytes] = {}

    def rng(self, name: str) -> random.Random:
        """A generator; the same for the same seed and name."""
        self._drawn.add(name)
        if name not in self._rngs:
            self._rngs[name] = random.Random(f"{self.seed}/{name}")
        return self._rngs[name]

    def remember(self, now_ns: int) -> None:
        """Keeps what may have changed since the last time. Raises what pickle does."""
        changed: dict[tuple[str, Any], bytes | None] = {}
        for key in self.state.seen:
            there = dict.__contains__(self.state, key)
            self._note(changed, ("state", key), dict.__getitem__(self.state, key) if there else None,
                       there)
        for name in self._drawn:
            self._note(changed, ("rng", name), self._rngs[name], True)
        self.state.seen, self._drawn = set(), set()
        if changed:
            self._log.append((now_ns, changed))

    def _note(self, changed: dict[tuple[str, Any], bytes | None], key: tuple[str, Any], value: Any,
              there: bool) -> None:
        new = pickle.dumps(value) if there else None
        if new == self._last.get(key):
            return
        changed[key] = new
        if new is None:
            del self._last[key]
        else:
            self._last[key] = new

    def as_of(self, now_ns: int) -> Memory:
        """One that goes its own way from what was remembered at that moment."""
        out = Memory(self.seed)
        for at, changed in self._log:
            if at > now_ns:
                break
            for key, value in changed.items():
                if value is None:
                    out._last.pop(key, None)
                else:
                    out._last[key] = value
        if out._last:
            out._log.append((now_ns, dict(out._last)))
        for (kind, name), value in out._last.items():
            if kind == "state":
                dict.__setitem__(out.state, name, pickle.loads(value))
            else:
                out._rngs[name] = pickle.loads(value)
        return out

    def look_at_all(self) -> None:
        """Whoever keeps a value of the state outside may have changed it unseen."""
        self.state.seen.update(self.state)
        self._drawn.update(self._rngs)
