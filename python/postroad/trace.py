"""Everything that happened, as pandas DataFrames over the arrays that C++ has filled."""
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from . import _core

if TYPE_CHECKING:
    from .world import World

__all__ = ["Trace"]

_MOMENTS = {"time", "begun", "established", "ended", "due", "sent"}


class Trace:
    """The tables of a run up to the moment it was taken from the world.

    Every table begins with `time` (UTC, to the nanosecond) and `t_s` (seconds since the world's
    start, float64); names, addresses and texts are Categoricals. A table is built when it is first
    asked for, in memory of its own: what the world does later changes no table that you hold.
    Columns are numpy arrays that nothing was copied into. `message` and `conversation` are the
    numbers of `postroad show`, from 1; 0 is none.

    >>> import postroad
    >>> trace = postroad.lab("first-message").world().run().trace
    >>> list(trace.deliveries[["subject", "mailbox"]].iloc[0])
    ['Hello', 'bob@example.net']
    """

    def __init__(self, world: World) -> None:
        self._world = world._core
        self._position = world._core.trace_position
        self._moment = world._core.now_ns
        self._tables: dict[str, pd.DataFrame] = {}

    def is_of(self, core: _core.World) -> bool:
        """Whether this is still the whole of what has happened in that world."""
        return (self._world is core and self._position == core.trace_position
                and self._moment == core.now_ns)

    def table(self, name: str) -> pd.DataFrame:
        """A table by its name; `Trace.names` has all of them. KeyError when there is none."""
        if name not in self._tables:
            self._tables[name] = _frame(self._world.table(name, self._position))
        return self._tables[name]

    names: tuple[str, ...] = tuple(_core.tables)
    """The names of all tables."""

    @property
    def packets(self) -> pd.DataFrame:
        """Packets as they left their hosts (depth "bytes"): addresses, ports, protocol, TCP flags,
        seq, ack, window, payload_octets, ttl, and why each was sent."""
        return self.table("packets")

    @property
    def lines(self) -> pd.DataFrame:
        """What was said (depth "lines"): node (the speaker), conversation, speech (command, reply,
        content), code, section (of which RFC), octets on the wire, text."""
        return self.table("lines")

    @property
    def decisions(self) -> pd.DataFrame:
        """What was decided and why: reason (its name), sentence, section."""
        return self.table("decisions")

    @property
    def dns(self) -> pd.DataFrame:
        """Questions and answers as the asking host saw them: name, type, rcode, answer, ttl_s,
        server, from_cache, timed_out."""
        return self.table("dns")

    @property
    def firewall(self) -> pd.DataFrame:
        """Verdicts: firewall, rule (from 1; 0: the policy), verdict, addresses and ports. New
        connections always, single packets when they were dropped or rejected."""
        return self.table("firewall")

    @property
    def tls(self) -> pd.DataFrame:
        """TLS handshakes as each end saw them: initiator (the end that began), up, version, suite,
        server_name (asked for), names (in the certificate), issuer, fault (what is wrong with the
        certificate; "none"), modelled_us (not 0: modelled TLS, and the CPU time the end would have
        spent)."""
        return self.table("tls")

    @property
    def queue(self) -> pd.DataFrame:
        """Moves in the hosts' queues: message, queue_id, move, recipient, code, attempt, due (the
        next try), words."""
        return self.table("queue")

    @property
    def custody(self) -> pd.DataFrame:
        """Who is responsible for a message: message, queue_id, move (composed, accepted,
        handed_over, delivered, fetched, bounced, discarded), envelope, mailbox."""
        return self.table("custody")

    @property
    def deliveries(self) -> pd.DataFrame:
        """Copies that came into mailboxes: message, mailbox, sent, delay_s (from composing to the
        mailbox), subject, hops (servers that took responsibility before)."""
        return self.table("deliveries")

    @property
    def conversations(self) -> pd.DataFrame:
        """TCP connections and UDP exchanges: who, from where to where, service, begun,
        established, ended, how, lines, mails, packets, lost, sent_again."""
        return self.table("conversations")

    @property
    def losses(self) -> pd.DataFrame:
        """Packets that never arrived: link, why."""
        return self.table("losses")

    @property
    def changes(self) -> pd.DataFrame:
        """What the timeline or a fork changed, in the scenario's words."""
        return self.table("changes")

    # --- out of Python ---------------------------------------------------------------------
    def to_arrow(self, name: str) -> Any:
        """One table as a pyarrow.Table; texts become dictionaries. Octets that are no UTF-8 are
        written \\xNN. Needs pyarrow (`pip install postroad[arrow]`)."""
        import pyarrow
        frame = self.table(name)
        arrays = []
        for column in frame.columns:
            of = frame[column]
            if isinstance(of.dtype, pd.CategoricalDtype):
                words = [one.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
                         for one in of.cat.categories]
                codes = of.cat.codes.to_numpy()
                arrays.append(pyarrow.DictionaryArray.from_arrays(
                    pyarrow.array(codes, mask=codes < 0), pyarrow.array(words, pyarrow.string())))
            else:
                arrays.append(pyarrow.array(of.to_numpy(), from_pandas=of.dtype.kind == "M"))
        return pyarrow.Table.from_arrays(arrays, names=list(frame.columns))

    def to_parquet(self, folder: str | Path, names: tuple[str, ...] | None = None) -> list[Path]:
        """Writes tables as FOLDER/NAME.parquet and gives their paths. Needs pyarrow."""
        import pyarrow.parquet
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        out = []
        for name in names or self.names:
            out.append(place / f"{name}.parquet")
            pyarrow.parquet.write_table(self.to_arrow(name), out[-1])
        return out

    def __repr__(self) -> str:
        return f"<Trace up to {self._moment / 1e9:g} s: {', '.join(self.names)}>"


def _column(name: str, of: Any) -> Any:
    if isinstance(of, tuple):
        codes, words = of
        dtype = pd.CategoricalDtype(pd.Index(words, dtype=object))
        return pd.Categorical.from_codes(codes, dtype=dtype, validate=False)
    if name in _MOMENTS:
        return of.view("datetime64[ns]")
    return of


def _frame(columns: dict[str, Any]) -> pd.DataFrame:
    """A DataFrame that shares the columns' memory."""
    made = {name: _column(name, of) for name, of in columns.items()}
    rows = len(next(iter(made.values()))) if made else 0
    return pd.DataFrame(made, index=pd.RangeIndex(rows), copy=False)
