"""Python values as TOML text: what a scenario that was built in Python is read from."""
from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any

__all__ = ["document", "value"]


def _string(text: str) -> str:
    out = []
    for one in text:
        if one in '"\\':
            out.append("\\" + one)
        elif one == "\n":
            out.append("\\n")
        elif one == "\r":
            out.append("\\r")
        elif one == "\t":
            out.append("\\t")
        elif ord(one) < 32 or ord(one) == 127:
            out.append(f"\\u{ord(one):04x}")
        else:
            out.append(one)
    return '"' + "".join(out) + '"'


def key(name: str) -> str:
    """A key, quoted where it must be.

    >>> key("mail"), key("example.org")
    ('mail', '"example.org"')
    """
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _string(name)


def value(of: Any) -> str:
    """A value on one line; tables become inline tables.

    >>> value({"to": ["bob", "carol"], "padding": "1 KiB", "ok": True})
    '{ to = ["bob", "carol"], padding = "1 KiB", ok = true }'
    """
    if isinstance(of, bool):
        return "true" if of else "false"
    if isinstance(of, (int, float)):
        return repr(of)
    if isinstance(of, str):
        return _string(of)
    if isinstance(of, datetime.timedelta):
        from .moments import duration_words
        return _string(duration_words(of))
    if isinstance(of, datetime.datetime):
        return of.isoformat().replace("+00:00", "Z")
    if isinstance(of, Mapping):
        inner = ", ".join(f"{key(str(name))} = {value(one)}" for name, one in of.items())
        return "{ " + inner + " }" if inner else "{}"
    if isinstance(of, (list, tuple)):
        return "[" + ", ".join(value(one) for one in of) + "]"
    raise TypeError(f"a scenario has no place for {type(of).__name__}: {of!r}")


def _is_tables(of: Any) -> bool:
    return isinstance(of, list) and bool(of) and all(isinstance(one, Mapping) for one in of)


def document(tables: Mapping[str, Any]) -> str:
    """A whole file: plain keys first, then [tables] and [[lists of tables]]."""
    out: list[str] = []
    for name, one in tables.items():
        if not isinstance(one, Mapping) and not _is_tables(one):
            out.append(f"{key(name)} = {value(one)}")
    for name, one in tables.items():
        if isinstance(one, Mapping):
            for inner, fields in one.items():
                out.append(f"\n[{key(name)}.{key(inner)}]")
                out += [f"{key(field)} = {value(it)}" for field, it in fields.items()]
        elif _is_tables(one):
            for fields in one:
                out.append(f"\n[[{key(name)}]]")
                out += [f"{key(field)} = {value(it)}" for field, it in fields.items()]
    return "\n".join(out) + "\n"
