"""A tqdm bar for long calls: simulated seconds, and events a second of real time."""
from __future__ import annotations

import sys
import time
from typing import Any

__all__ = ["Bar", "somebody_looks"]

_SHOWN_AFTER_S = 1.0


def somebody_looks() -> bool:
    """In a notebook or at a terminal."""
    return "ipykernel" in sys.modules or bool(getattr(sys.stderr, "isatty", lambda: False)())


class Bar:
    """Shown when `wanted`, or, when that is None, once a call takes longer than a second."""

    def __init__(self, now_ns: int, events: int, end_ns: int | None, wanted: bool | None) -> None:
        self._from_ns, self._events, self._end_ns = now_ns, events, end_ns
        self._shown_after = 0.0 if wanted else _SHOWN_AFTER_S
        self._may = wanted if wanted is not None else somebody_looks()
        self._began = time.monotonic()
        self._bar: Any = None

    @property
    def show(self):
        """What the simulator calls now and then; None: nothing is ever shown."""
        return self._show if self._may else None

    def _show(self, now_ns: int, events: int) -> None:
        took = time.monotonic() - self._began
        if took < self._shown_after:
            return
        if self._bar is None:
            from tqdm.auto import tqdm
            total = None if self._end_ns is None else (self._end_ns - self._from_ns) / 1e9
            self._bar = tqdm(total=total, unit="s", desc="simulated", leave=False,
                             bar_format=None if total is None else
                             "{desc}: {percentage:3.0f}%|{bar}| {n:.0f}/{total:.0f} s{postfix}")
        self._bar.n = (now_ns - self._from_ns) / 1e9
        if took > 0:
            self._bar.set_postfix_str(f"{(events - self._events) / took:,.0f} events/s",
                                      refresh=False)
        self._bar.refresh()

    def finish(self, now_ns: int, events: int) -> None:
        """The last state, for who asked for a bar and got no look at a short run."""
        if self._may and self._shown_after == 0.0:
            self._show(now_ns, events)

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()
