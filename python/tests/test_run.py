"""Worlds run, stop, go back and fork; the same run is the same everywhere."""
import signal
import threading
import time

import pytest

import postroad
from conftest import fingerprint_by_command


def test_python_and_the_command_give_one_fingerprint():
    for lab in postroad.labs():
        world = lab.world().run()
        assert world.fingerprint == fingerprint_by_command(lab.name), lab.name
        assert lab.world(student="ann").run().fingerprint == fingerprint_by_command(
            lab.name, "--seed", str(lab.world(student="ann").seed)), lab.name


def test_a_run_in_slices_is_the_run_in_one_go(busy):
    whole = busy.world().run()
    sliced = busy.world()
    while sliced.now_ns < whole.now_ns:
        sliced.run(min(sliced.now_ns + 7_300_000_000, whole.now_ns) / 1e9)
        sliced.step(13)
        sliced.at(sliced.now_ns // 2 / 1e9)
        sliced.at(sliced._core.frontier_ns / 1e9)
    assert (sliced.fingerprint, sliced.state_fingerprint) == (
        whole.fingerprint, whole.state_fingerprint)


def test_going_back_shows_the_world_as_it_was(busy):
    world = busy.world().run("20s")
    then, depth = world.state_fingerprint, len(world.trace.lines)
    world.run()
    assert world.state_fingerprint != then
    world.at("20s")
    assert world.state_fingerprint == then
    assert len(world.trace.lines) == depth
    assert world.at(20).now == 20.0


def test_one_step_back_is_one_event(busy):
    world = busy.world().run("10s")
    before = world.state_fingerprint
    world.step()
    assert world.events > 0 and world.state_fingerprint != before
    world.at_event(world.events - 1)
    assert world.events == busy.world().run("10s").events


def test_run_until_a_predicate_stops_behind_the_event_that_made_it_true(busy):
    world = busy.world()
    assert world.run_until(lambda w: len(w.trace.deliveries) >= 3, every=20)
    assert len(world.trace.deliveries) >= 3
    assert not world.run_until(lambda w: False, every=500, until="30s")
    assert world.now >= 30


def test_a_fork_goes_its_own_way(busy):
    world = busy.world().run("10s")
    other = world.fork()
    other.host("mx").down()
    other.run()
    world.run()
    assert len(world.trace.deliveries) > len(other.trace.deliveries)
    assert world.fingerprint == busy.world().run().fingerprint


def test_a_fork_of_an_earlier_moment_can_be_changed_and_the_past_cannot(busy):
    world = busy.world().run("30s")
    world.at("10s")
    with pytest.raises(postroad.ChangeError, match="fork"):
        world.host("mx").down()
    other = world.fork().host("mx").down().run("30s")
    assert world.at("30s").compare(other).first_divergence_s == 10.0


def test_changes_are_journalled_and_the_journal_makes_the_same_run(busy):
    world = busy.world().run("10s")
    world.link("example-net--internet").set(latency="300ms")
    world.run("20s").send("bob", "alice", subject="Back").run()
    again = busy.world().replay(world.journal).run(world.now)
    assert again.fingerprint == world.fingerprint
    assert "300ms" in world.journal


def test_every_kind_of_change_takes_effect():
    scenario = postroad.Scenario(until="5m").host("mail", domains="example.org").host(
        "mx", domains="example.net").person("alice", address="alice@example.org").person(
        "bob", address="bob@example.net").firewall("wall", policy="accept")
    scenario.network("internet", kind="internet").network(
        "office", firewall="wall").host("mail", network="office")
    world = scenario.world()
    world.firewall("wall").insert("tcp dport 25 drop")
    world.send("alice", "bob", subject="Stuck").run("2m")
    assert len(world.trace.deliveries) == 0
    assert "drop" in set(world.trace.firewall.verdict)
    world.firewall("wall").remove(1)
    world.set("hosts.mail.smtp.vrfy", True)
    world.zone("example.net").add("www 300 IN A 192.0.2.80")
    world.host("mx").stop("pop3")
    world.fetch("bob").run()
    words = " ".join(world.trace.changes.words.astype(str))
    for part in ("remove", "vrfy", "192.0.2.80", "pop3"):
        assert part in words
    assert world.run("4h").trace.deliveries.subject.tolist() == ["Stuck"]


@pytest.mark.parametrize("change", [
    lambda w: w.firewall("no-such").append("accept"),
    lambda w: w.link("example-net--internet").set(latency="300 parsecs"),
    lambda w: w.send("nobody", "bob"),
    lambda w: w.change(explode=True),
    lambda w: w.zone("example.net").add("www IN A not-an-address"),
])
def test_a_change_that_cannot_be_changes_nothing(busy, change):
    world = busy.world().run("5s")
    before = world.state_fingerprint, world.journal
    with pytest.raises(postroad.ChangeError) as raised:
        change(world)
    assert len(str(raised.value)) > 10
    assert (world.state_fingerprint, world.journal) == before


def test_a_change_that_cannot_be_has_its_place_and_a_suggestion(busy):
    world = busy.world().run("1s")
    with pytest.raises(postroad.ChangeError) as raised:
        world.change(host={"host": "mx", "sate": "down"})
    assert (raised.value.line, raised.value.column) == (1, 23) and "state" in raised.value.suggestion, str(raised.value)
    assert "example-net--internet" in world.links


@pytest.mark.parametrize("moment", ["-3s", -1, "3 parsecs", True, None.__class__, "1999-01-01T00:00:00Z"])
def test_what_is_no_moment_is_said_so(busy, moment):
    with pytest.raises(postroad.MomentError):
        busy.world().at(moment)


def test_running_to_a_moment_that_is_over_is_refused(busy):
    world = busy.world().run("10s")
    with pytest.raises(postroad.MomentError, match="at\\(\\)"):
        world.run("5s")


def test_a_limit_stops_a_run_which_can_go_on(busy):
    world = busy.world()
    with pytest.raises(postroad.RunLimit):
        world.run(events_max=1000)
    assert world.events == 1000
    assert world.run().fingerprint == busy.world().run().fingerprint


def long_world() -> postroad.World:
    """Hours of work at this machine's speed."""
    return (postroad.Scenario(record="summary", until="300d")
            .host("mail", domains="example.org").host("mx", domains="example.net")
            .person("alice", address="alice@example.org").person("bob", address="bob@example.net")
            .workload(from_="alice", to="bob", rate="600/min", until="+300d")).world()


def test_ctrl_c_interrupts_a_long_run_and_the_world_goes_on_from_there():
    world = long_world()
    timer = threading.Timer(0.3, signal.raise_signal, [signal.SIGINT])
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        world.run()
    stopped = world.now_ns
    assert 0 < stopped < 300 * 86400 * 10**9
    world.run(stopped / 1e9 + 1)
    fresh = long_world().run(world.now)
    assert fresh.fingerprint == world.fingerprint


def test_other_threads_go_on_while_a_world_runs():
    world, counted = long_world(), 0
    def run():
        with pytest.raises(postroad.RunLimit):
            world.run(events_max=1_000_000)
    thread = threading.Thread(target=run)
    thread.start()
    while thread.is_alive():
        counted += 1
        time.sleep(0.001)  # gives the lock away; nothing is synchronised by it
    thread.join()
    assert counted > 10


def test_a_world_in_use_refuses_a_second_thread():
    world, refused = long_world(), []
    began = threading.Event()

    def look(_now: int, _events: int) -> None:
        if began.is_set():
            return
        try:
            world.fork()
        except postroad.PostroadError as error:
            refused.append(str(error))
        began.set()
        raise StopIteration
    with pytest.raises(StopIteration):
        world._core.run(None, progress=look)
    assert "busy" in refused[0]


def test_progress_is_shown_in_simulated_time(busy, capsys):
    busy.world().run(progress=True)
    shown = capsys.readouterr().err
    assert "simulated" in shown and "events/s" in shown


def test_two_worlds_run_at_once_in_two_threads(busy):
    base = busy.world().run("30s")
    worlds = [base.fork() for _ in range(4)]
    threads = [threading.Thread(target=one.run) for one in worlds]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert {one.fingerprint for one in worlds} == {busy.world().run().fingerprint}


def test_a_session_typed_by_hand_is_graded_and_replayed():
    lab = postroad.lab("smtp-by-hand")
    world = lab.world()
    session = world.talk("mx:25", at="alice-pc")
    assert session.say("EHLO alice-pc.example.net")[-1].startswith("250 ")
    answers = session.say_all("MAIL FROM:<alice@example.net>\nRCPT TO:<bob@example.org>\nDATA")
    assert [one[:3] for one in answers] == ["250", "250", "354"]
    assert session.say_all("From: alice@example.net\nTo: bob@example.org\nSubject: By hand\n\n"
                           "I typed this.\n..profile is a hidden file") == []
    assert session.say(".")[0].startswith("250")
    assert session.say("QUIT")[0].startswith("221")
    assert not session.open
    with pytest.raises(postroad.PostroadError, match="over"):
        session.say("NOOP")
    world.run()
    report = lab.check(world)
    assert report.passed, str(report)
    assert lab.check(journal=world.journal).fingerprint == report.fingerprint


def test_nobody_answers_at_a_port_where_nobody_listens(busy):
    world = busy.world()
    session = world.talk("mx:4711")
    assert session.greeting == [] and not session.open
    with pytest.raises(postroad.PostroadError, match="no host and port"):
        world.talk("moon:25")
