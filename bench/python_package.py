"""The Python package's speed: against the command's, into DataFrames, and a sweep's overhead.

usage: bench.py [--rows N] [--json]    (./postroad bench python)
"""
import argparse
import json
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

import postroad


def workload(messages: int, record: str) -> postroad.Scenario:
    """So many messages from one server to another, ten a second."""
    return (postroad.Scenario(title="bench", record=record)
            .host("mail", domains="example.org").host("mx", domains="example.net")
            .person("alice", address="alice@example.org").person("bob", address="bob@example.net")
            .workload(from_="alice", to="bob", rate="600/min", count=messages))


def best(times: int, act) -> float:
    """The shortest of some tries, in seconds: the machine's other work only adds."""
    out = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        out.append(time.perf_counter() - began)
    return min(out)


def events_per_s(tell) -> None:
    scenario = workload(20_000, "summary")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.toml"
        scenario.save(path)
        command = Path(sysconfig.get_path("scripts")) / "postroad"
        native, ours = [], []
        for _ in range(5):  # taking turns, so that both meet the same machine
            ran = subprocess.run([str(command), "run", str(path), "--json"], check=True,
                                 capture_output=True, text=True)
            native.append(json.loads(ran.stdout)["events_per_s"])
            world = scenario.world()
            ours.append(_rate(world))
        assert world.fingerprint == json.loads(ran.stdout)["fingerprint"]
    tell("run", max(ours), "events/s", "the command", max(native))


def _rate(world: postroad.World) -> float:
    took = best(1, lambda: world.run(progress=False))
    return world.events / took


def resident_mb() -> float:
    """What this process has in memory now."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def rows_per_s(tell, rows: int) -> None:
    messages = rows // 42  # lines a message
    before = resident_mb()
    world = workload(messages, "lines").world().run()
    run_mb = resident_mb() - before
    frame = postroad.Trace(world).lines
    tell(f"lines, {len(frame)} rows, memory added", resident_mb() - before - run_mb, "MB",
         "the run's own", run_mb)
    del frame
    for name in ("lines", "decisions", "custody"):
        took = best(3, lambda: postroad.Trace(world).table(name))
        count = len(world.trace.table(name))
        tell(f"{name}, {count} rows", count / took, "rows/s")
        tell(f"{name}, {count} rows", took, "s")


def sweep_overhead(tell) -> None:
    scenario = workload(200, "summary")
    points = [{"seed": seed} for seed in range(1, 201)]
    alone = best(2, lambda: [scenario.world(seed=one["seed"]).run(progress=False) for one in points])
    swept = best(2, lambda: postroad.sweep(scenario, points, lambda world: world.events, workers=1))
    tell(f"sweep of runs of {alone / len(points) * 1000:.1f} ms, one process", swept, "s",
         "the runs alone", alone)


def main() -> int:
    parser = argparse.ArgumentParser(prog="postroad bench python")
    parser.add_argument("--rows", type=int, default=2_000_000, help="rows of the largest table")
    parser.add_argument("--json", action="store_true", help="an object a line")
    options = parser.parse_args()

    def tell(case: str, value: float, unit: str, rival: str = "", rival_value: float = 0.0) -> None:
        if options.json:
            print(json.dumps({"bench": "python", "case": case, "value": value, "unit": unit,
                              "rival": rival or None, "rival_value": rival_value or None,
                              "ratio": value / rival_value if rival_value else None}))
            return
        shown = f"{value:,.0f}" if value > 1000 else f"{value:.3f}"
        against = f"   {rival}: {rival_value:,.3f}  ({value / rival_value:.2f})" if rival else ""
        print(f"{case:<44} {shown:>14} {unit}{against}", flush=True)

    events_per_s(tell)
    rows_per_s(tell, options.rows)
    sweep_overhead(tell)
    return 0


if __name__ == "__main__":
    sys.exit(main())
