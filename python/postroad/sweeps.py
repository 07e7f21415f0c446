"""Many runs of one scenario with some keys changed: spread over processes, resumable, one table."""
from __future__ import annotations

import hashlib
import itertools
import json
import multiprocessing
import os
import random
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from .errors import SweepError
from .moments import Moment
from .scenario import Scenario
from .world import World

__all__ = ["Sweep", "sweep"]

Point = dict[str, Any]

# A batch is about this long, so that handing it out costs little beside it.
_BATCH_S = 0.2


@dataclass
class Sweep:
    """What a sweep came to."""

    table: pd.DataFrame
    """A row a point, in the points' order: its keys, what was measured, `fingerprint`."""
    failures: list[dict[str, Any]] = field(default_factory=list)
    """Points that failed: `point`, `error`, `traceback`, and the command that `replay`s the run."""
    ran: int = 0
    """Points that were run now; the others were there already."""

    def __repr__(self) -> str:
        return (f"<Sweep: {len(self.table)} points, {self.ran} run now, "
                f"{len(self.failures)} failed>")

    def _repr_html_(self) -> str:
        from html import escape
        told = "".join(f"<li>{escape(str(one['point']))}: {escape(one['error'])}<br>"
                       f"<code>{escape(one['replay'])}</code></li>" for one in self.failures)
        return self.table.to_html(max_rows=60) + (f"<p>failed:</p><ul>{told}</ul>" if told else "")


@dataclass(frozen=True)
class _Task:
    """What every point of a sweep has in common; it is sent to each worker once."""

    scenario: Scenario
    measure: Callable[[World], Any]
    until: Moment | None
    depth: str | None
    prepare: Callable[[World], Any] | None = None

    def scenario_at(self, point: Point) -> Scenario:
        keys = {path: value for path, value in point.items() if path != "seed"}
        return self.scenario.copy().set_all(keys) if keys else self.scenario

    def run(self, point: Point) -> dict[str, Any]:
        """The point's row, or what went wrong; never raises but for Ctrl-C."""
        world = None
        try:
            world = self.scenario_at(point).world(seed=point.get("seed"), depth=self.depth)
            if self.prepare is not None:
                self.prepare(world)
            world.run(self.until, progress=False)
            measured = self.measure(world)
            if not isinstance(measured, Mapping):
                measured = {"value": measured}
            return {"measured": {str(k): _plain(v) for k, v in measured.items()},
                    "fingerprint": world.fingerprint}
        except Exception as error:  # noqa: BLE001  # whatever a measure raises is reported
            # What hooks have answered is no part of the scenario: a replay needs it.
            journal = "" if world is None or self.prepare is None else world.journal
            return {"error": f"{type(error).__name__}: {error}",
                    "traceback": traceback.format_exc(), "journal": journal}


def _plain(value: Any) -> Any:
    """A number of numpy's as one of Python's, so that JSON has it exactly."""
    value = value.item() if hasattr(value, "item") else value
    json.dumps(value)  # TypeError here is the point's own
    return value


def _run_batch(task: _Task, batch: list[Point]) -> tuple[float, list[dict[str, Any]]]:
    began = time.perf_counter()
    rows = [task.run(point) for point in batch]
    return time.perf_counter() - began, rows


_task: _Task | None = None  # in a worker process


def _begin_worker(task: _Task) -> None:
    global _task
    _task = task


def _in_worker(batch: list[Point]) -> tuple[float, list[dict[str, Any]]]:
    assert _task is not None
    return _run_batch(_task, batch)


def sweep(scenario: Scenario, grid: Mapping[str, Iterable[Any] | Callable[[random.Random], Any]] | Sequence[Point],
          measure: Callable[[World], Any], *, until: Moment | None = None,
          depth: str | None = None, folder: str | Path | None = None, workers: int | None = None,
          client: Any = None, progress: bool | None = None,
          prepare: Callable[[World], Any] | None = None, samples: int = 1) -> Sweep:
    """Runs the scenario at every point and measures each run.

    `grid`: values by the scenario's keys, all combined with all ("hosts.mail.queue.retry": [...]);
    "seed" is the seed. Instead of values there may be a distribution, a function of a random.Random:
    `{"links.x.latency": lambda rng: f"{rng.uniform(1, 50)}ms"}`; each of the combined values is run
    `samples` times with values drawn, the same ones each time, each under a seed of its own. Or a
    list of points. `measure(world)` gives a number or a dict of them. `folder`: finished points are
    kept there, and a sweep that was killed goes on where it was. `prepare(world)` is called before
    each run, to set hooks. `workers`: processes, one a core when left out; 0: in this process.
    `client`: a dask.distributed.Client that runs the points instead. The table is the same in every
    case, whatever is finished first.

    >>> import postroad
    >>> lab = postroad.lab("first-message")
    >>> found = postroad.sweep(lab.scenario, {"seed": [1, 2, 3]}, workers=0,
    ...                        measure=lambda world: {"events": world.events})
    >>> list(found.table.columns), len(found.table), found.failures
    (['seed', 'events', 'fingerprint'], 3, [])
    """
    task = _Task(scenario, measure, until, depth, prepare)
    points = _points(grid, samples, scenario.seed)
    store = _Store(folder, task)
    waiting = [i for i, point in enumerate(points) if _key(point) not in store.done]
    with _bar(len(points), len(points) - len(waiting), progress) as bar:
        for index, row in _spread(task, points, waiting, workers, client):
            store.add(points[index], row)
            bar.update(1)
    return _result(task, points, store, len(waiting))


def _points(grid: Mapping[str, Any] | Sequence[Point], samples: int, seed: int) -> list[Point]:
    if isinstance(grid, Mapping):
        given = {path: list(values) for path, values in grid.items() if not callable(values)}
        drawn = {path: draw for path, draw in grid.items() if callable(draw)}
        if samples != 1 and not drawn:
            raise SweepError("samples are of distributions, and there is none: give \"seed\" values")
        # Each value has a stream of its own: another key more, and the others stay as they were.
        streams = {path: random.Random(f"sweep/{path}") for path in drawn}
        out = [{path: one[path] if path in one else drawn[path](streams[path]) for path in grid}
               | ({} if "seed" in grid or not drawn else {"seed": seed + number})
               for one in (dict(zip(given, values)) for values in itertools.product(*given.values()))
               for number in range(samples)]
    else:
        out = [dict(point) for point in grid]
    out = [{name: value.item() if hasattr(value, "item") else value
            for name, value in point.items()} for point in out]
    if len({_key(point) for point in out}) != len(out):
        raise SweepError("a point is there twice: what would its second run tell?")
    return out


def _key(point: Point) -> str:
    return json.dumps(point, sort_keys=True, default=str)


def _spread(task: _Task, points: list[Point], waiting: list[int], workers: int | None,
            client: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    if client is not None:
        yield from _by_dask(task, points, waiting, client)
        return
    count = min(os.cpu_count() or 1 if workers is None else workers, len(waiting))
    if count == 0:
        for index in waiting:
            yield index, task.run(points[index])
        return
    # Forked, so that a measure may be any function of a notebook's.
    pool = ProcessPoolExecutor(count, multiprocessing.get_context("fork"), _begin_worker, (task,))
    left, size = list(waiting), 1
    running: dict[Any, list[int]] = {}
    try:
        while left or running:
            while left and len(running) < 2 * count:
                batch, left = left[:size], left[size:]
                running[pool.submit(_in_worker, [points[i] for i in batch])] = batch
            for ended in wait(running, return_when=FIRST_COMPLETED).done:
                batch = running.pop(ended)
                took, rows = ended.result()
                yield from zip(batch, rows)
                size = max(1, min(round(_BATCH_S * len(rows) / max(took, 1e-6)),
                                  1 + len(left) // (2 * count)))
    except BrokenProcessPool as error:
        lost = ", ".join(str(points[i]) for batch in running.values() for i in batch)
        raise SweepError("a worker process died (out of memory?); finished points are kept. It was "
                         f"among these: {lost}") from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _by_dask(task: _Task, points: list[Point], waiting: list[int],
             client: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    from distributed import as_completed
    threads = max(1, sum(client.nthreads().values()))
    size = max(1, min(20, len(waiting) // (4 * threads)))
    shared = client.scatter(task, broadcast=True)
    batches = {}
    for at in range(0, len(waiting), size):
        batch = waiting[at:at + size]
        future = client.submit(_run_batch, shared, [points[i] for i in batch], pure=False)
        batches[future.key] = batch, future
    for ended in as_completed([future for _, future in batches.values()]):
        yield from zip(batches[ended.key][0], ended.result()[1])


class _Store:
    """Finished points: in memory, and a line each in FOLDER/points.jsonl."""

    def __init__(self, folder: str | Path | None, task: _Task) -> None:
        self.done: dict[str, dict[str, Any]] = {}
        self.folder = None if folder is None else Path(folder)
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        name = getattr(task.measure, "__qualname__", type(task.measure).__name__)
        if task.prepare is not None:
            name += " " + getattr(task.prepare, "__qualname__", type(task.prepare).__name__)
        whole = "\n".join([task.scenario.to_toml(), str(task.until), str(task.depth), name])
        identity = hashlib.sha256(whole.encode()).hexdigest()
        mark = self.folder / "sweep.json"
        if mark.exists() and json.loads(mark.read_text())["identity"] != identity:
            raise SweepError(f"{self.folder} has another sweep's points: its scenario, measure or "
                             "end is not this one's. Name a new folder.")
        mark.write_text(json.dumps({"identity": identity, "measure": name}))
        self._read(self.folder / "points.jsonl")

    def _read(self, path: Path) -> None:
        if not path.exists():
            return
        text = path.read_bytes()
        whole = text[:text.rfind(b"\n") + 1]
        if len(whole) != len(text):  # killed while it wrote
            path.write_bytes(whole)
        for line in whole.decode("utf-8").splitlines():
            row = json.loads(line)
            if "error" not in row["row"]:  # what failed is tried again
                self.done[row["key"]] = row["row"]

    def add(self, point: Point, row: dict[str, Any]) -> None:
        self.done[_key(point)] = row
        if self.folder is not None:
            with open(self.folder / "points.jsonl", "a", encoding="utf-8") as file:
                file.write(json.dumps({"key": _key(point), "row": row}) + "\n")


def _result(task: _Task, points: list[Point], store: _Store, ran: int) -> Sweep:
    rows, failures = [], []
    for number, point in enumerate(points):
        row = store.done[_key(point)]
        shown = {name: value if isinstance(value, (str, int, float, bool)) else json.dumps(value)
                 for name, value in point.items()}
        if "error" not in row:
            rows.append({**shown, **row["measured"], "fingerprint": row["fingerprint"]})
            continue
        rows.append({**shown, "fingerprint": None})
        failures.append({"point": point, "error": row["error"], "traceback": row["traceback"],
                         "replay": _replay(task, point, number, store, row.get("journal", ""))})
    return Sweep(pd.DataFrame(rows), failures, ran)


def _replay(task: _Task, point: Point, number: int, store: _Store, journal: str) -> str:
    """The command that runs a failed point again; its scenario is written to a file for that."""
    try:
        scenario = task.scenario_at(point)
        text = scenario.to_toml()
    except Exception:  # noqa: BLE001  # a point that is no scenario has nothing to run
        return "(the point makes no scenario: see its error)"
    if store.folder is None:
        store.folder = Path(tempfile.mkdtemp(prefix="postroad-sweep-"))
    path = store.folder / f"failed-{number}.toml"
    path.write_text(text, encoding="utf-8")
    seed = point.get("seed", scenario.seed)
    until = "" if task.until is None else f" --until {task.until}"
    if journal:
        path.with_suffix(".journal").write_text(journal, encoding="utf-8")
        until += f" --journal {path.with_suffix('.journal')}"
    return f"postroad run {path} --seed {seed}{until}"


def _bar(total: int, done: int, wanted: bool | None) -> Any:
    from tqdm.auto import tqdm

    from .progress import somebody_looks
    off = not (somebody_looks() if wanted is None else wanted)
    return tqdm(total=total, initial=done, unit="run", desc="sweep", disable=off, leave=False)
