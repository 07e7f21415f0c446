"""Moments and stretches of simulated time, as people write them: "2m30s", 90, a timedelta, a date."""
from __future__ import annotations

import datetime
import math
from typing import Union

from . import _core
from .errors import MomentError

Moment = Union[str, int, float, datetime.timedelta, datetime.datetime]
"""Seconds as a number, "2m30s", "+1h", a timedelta since the world's start, or a moment in UTC
("2010-09-01T08:05:00Z" or a datetime with its zone)."""

__all__ = ["Moment", "duration_words", "to_ns"]


def to_ns(moment: Moment, start_unix_s: int = 0) -> int:
    """Nanoseconds since the world's start.

    `start_unix_s`: the world's start in seconds of Unix time, for moments that are dates.
    Raises MomentError for what is no moment, or before the start.

    >>> to_ns("1m30s"), to_ns(1.5), to_ns("+250ms")
    (90000000000, 1500000000, 250000000)
    """
    if isinstance(moment, bool):
        raise MomentError("True and False are no moments: write seconds or \"1m30s\"")
    if isinstance(moment, datetime.datetime):
        if moment.tzinfo is None:
            raise MomentError(f"{moment} says no time zone: give it tzinfo=datetime.timezone.utc")
        since = moment - datetime.datetime.fromtimestamp(start_unix_s, datetime.timezone.utc)
        return _not_negative(_of_timedelta(since), moment)
    if isinstance(moment, datetime.timedelta):
        return _not_negative(_of_timedelta(moment), moment)
    if isinstance(moment, (int, float)):
        if not math.isfinite(moment):
            raise MomentError(f"{moment} is no moment")
        return _not_negative(round(moment * 1_000_000_000), moment)
    if not isinstance(moment, str):
        raise MomentError(f"{moment!r} is no moment: write seconds or \"1m30s\"")
    words = moment.removeprefix("+")
    ns = _core.duration_ns(words)
    if ns is not None:
        return ns
    unix_s = _core.instant_unix_s(words)
    if unix_s is not None:
        return _not_negative((unix_s - start_unix_s) * 1_000_000_000, moment)
    if words.startswith("-"):
        raise MomentError(f'"{moment}" is before the world\'s start')
    raise MomentError(f'"{moment}" is no moment: write "90s", "2m30s", "5d" or '
                      '"2010-09-01T08:05:00Z"')


def _of_timedelta(delta: datetime.timedelta) -> int:
    return ((delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds) * 1_000


def _not_negative(ns: int, moment: object) -> int:
    if ns < 0:
        raise MomentError(f"{moment} is before the world's start")
    return ns


def duration_words(moment: Moment) -> str:
    """The same stretch in the scenario's words.

    >>> duration_words(90), duration_words("2m"), duration_words(0.0015)
    ('90s', '2m', '1500us')
    """
    if isinstance(moment, str):
        to_ns(moment)
        return moment.removeprefix("+")
    ns = to_ns(moment)
    for unit, size in (("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000)):
        if ns % size == 0:
            return f"{ns // size}{unit}"
    return f"{ns}ns"
