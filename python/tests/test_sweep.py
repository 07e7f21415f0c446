"""Sweeps: one table whatever ran first, where, and after how many interruptions."""
import os
import signal
import subprocess
import sys
import textwrap

import pandas as pd
import pytest

import postroad

GRID = {"hosts.mx.smtp.recipients_max": [1, 50], "seed": [1, 2, 3, 4]}


def events(world: postroad.World) -> dict[str, float]:
    return {"events": world.events, "delay_s": world.trace.deliveries.delay_s.mean()}


def test_workers_and_this_process_give_one_table(busy):
    here = postroad.sweep(busy, GRID, events, workers=0, until="20s")
    there = postroad.sweep(busy, GRID, events, workers=3, until="20s")
    pd.testing.assert_frame_equal(here.table, there.table)
    assert list(here.table.seed) == [1, 2, 3, 4] * 2
    assert here.ran == 8 and not here.failures
    world = busy.copy().set("hosts.mx.smtp.recipients_max", 50).world(seed=3).run("20s")
    assert here.table.fingerprint[6] == world.fingerprint


def test_a_measure_may_be_any_function_and_give_a_number(busy):
    factor = 2
    found = postroad.sweep(busy, [{"seed": 5}], lambda world: world.events * factor, until="5s")
    assert found.table.value[0] == busy.world(seed=5).run("5s").events * 2


def test_a_failed_point_is_told_with_the_command_that_replays_it(busy, tmp_path):
    def measure(world):
        if world.seed == 2:
            raise ValueError("no such luck")
        return world.events
    found = postroad.sweep(busy, {"seed": [1, 2, 3]}, measure, until="5s", folder=tmp_path)
    assert found.table.value.notna().tolist() == [True, False, True]
    failure, = found.failures
    assert failure["point"] == {"seed": 2} and "no such luck" in failure["error"]
    assert "in measure" in failure["traceback"]
    words = failure["replay"].split()
    assert words[:2] == ["postroad", "run"] and words[3:] == ["--seed", "2", "--until", "5s"]
    from conftest import fingerprint_by_command
    assert fingerprint_by_command(*words[2:]) == busy.world(seed=2).run("5s").fingerprint


def test_a_point_that_is_no_scenario_fails_alone(busy):
    found = postroad.sweep(busy, {"hosts.mail.smtp.timeout": ["1m", "1 parsec"]}, events,
                           until="5s", workers=0)
    assert "ScenarioError" in found.failures[0]["error"] and found.table.events.notna()[0]
    assert "parsec" in repr(found.table) and "1 failed" in repr(found)


def test_a_point_that_is_there_twice_is_refused(busy):
    with pytest.raises(postroad.SweepError):
        postroad.sweep(busy, [{"seed": 1}, {"seed": 1}], events)


def test_a_folder_of_another_sweep_is_refused(busy, tmp_path):
    postroad.sweep(busy, {"seed": [1]}, events, until="2s", folder=tmp_path, workers=0)
    with pytest.raises(postroad.SweepError, match="another sweep"):
        postroad.sweep(busy, {"seed": [1]}, events, until="3s", folder=tmp_path, workers=0)


def test_finished_points_are_not_run_again(busy, tmp_path):
    first = postroad.sweep(busy, {"seed": [1, 2]}, events, until="5s", folder=tmp_path)
    with open(tmp_path / "points.jsonl", "a", encoding="utf-8") as file:
        file.write('{"key": "{\\"seed\\": 3}", "row"')  # killed while it wrote
    more = postroad.sweep(busy, {"seed": [1, 2, 3]}, events, until="5s", folder=tmp_path)
    assert (first.ran, more.ran) == (2, 1)
    pd.testing.assert_frame_equal(more.table[:2], first.table)


def test_a_sweep_that_was_killed_goes_on_where_it_was(busy, tmp_path):
    busy.save(tmp_path / "busy.toml")
    program = textwrap.dedent("""
        import os, signal, sys, postroad
        def measure(world):
            if world.seed == 4 and sys.argv[2] == "die":
                os.kill(os.getpid(), signal.SIGKILL)
            return world.events
        found = postroad.sweep(postroad.load(sys.argv[1] + "/busy.toml"), {"seed": range(1, 7)},
                               measure, until="5s", workers=0, folder=sys.argv[1] + "/kept")
        print(found.ran, *found.table.value)
    """)
    def run(how):
        return subprocess.run([sys.executable, "-c", program, str(tmp_path), how], timeout=60,
                              capture_output=True, text=True, check=False)
    assert run("die").returncode == -signal.SIGKILL
    words = run("live").stdout.split()
    assert words[0] == "3"
    assert words[1:] == [str(busy.world(seed=s).run("5s").events) for s in range(1, 7)]


def test_a_worker_that_dies_is_told(busy):
    def measure(world):
        os.kill(os.getpid(), signal.SIGKILL)
    with pytest.raises(postroad.SweepError, match="worker process died"):
        postroad.sweep(busy, {"seed": [1, 2]}, measure, until="1s", workers=2)


def test_a_dask_cluster_gives_the_same_table(busy):
    from distributed import Client

    def events(world):  # goes to the workers by value: they do not know this file
        return {"events": world.events, "delay_s": world.trace.deliveries.delay_s.mean()}
    with Client(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as client:
        there = postroad.sweep(busy, GRID, events, until="20s", client=client)
    here = postroad.sweep(busy, GRID, events, until="20s", workers=0)
    pd.testing.assert_frame_equal(here.table, there.table)


def test_values_may_be_drawn_and_are_the_same_each_time(busy):
    grid = {"hosts.mx.smtp.recipients_max": [1, 50],
            "hosts.mail.queue.concurrency": lambda rng: rng.randint(1, 9)}
    a, b = (postroad.sweep(busy, grid, events, until="3s", workers=workers, samples=3)
            for workers in (0, 2))
    pd.testing.assert_frame_equal(a.table, b.table)
    assert len(a.table) == 6 and a.table["hosts.mail.queue.concurrency"].nunique() > 1
    more = postroad.sweep(busy, {**grid, "seed": lambda rng: rng.randrange(99)}, events, until="3s",
                          workers=0, samples=3)
    assert (more.table["hosts.mail.queue.concurrency"] ==
            a.table["hosts.mail.queue.concurrency"]).all()
    with pytest.raises(postroad.SweepError, match="samples"):
        postroad.sweep(busy, {"seed": [1]}, events, samples=2)


def test_each_run_may_be_given_hooks_and_a_failed_one_replays_with_their_answers(busy, tmp_path):
    def refusing(world):
        return world.on_recipient(lambda q: (451, "not yet") if q.host == "mx" and q.now < 10
                                  else None)

    def measure(world):
        if world.seed == 2:
            raise ValueError("no such luck")
        return (world.trace.lines.code == 451).sum()
    found = postroad.sweep(busy, {"seed": [1, 2]}, measure, until="20s", folder=tmp_path,
                           prepare=refusing, workers=2)
    assert found.table.value[0] > 3
    from conftest import fingerprint_by_command
    words = found.failures[0]["replay"].split()
    assert "--journal" in words
    assert fingerprint_by_command(*words[2:]) == refusing(busy.world(seed=2)).run("20s").fingerprint
