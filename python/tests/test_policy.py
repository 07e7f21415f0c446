"""A Python function decides; it is asked once, whatever is replayed."""
import pytest

import postroad


def greylist(question):
    """Refuses whom it has not seen for five minutes."""
    key = question.client, question.reverse_path, question.forward_path
    first = question.state.setdefault(key, question.now)
    question.state["asked"] = question.state.get("asked", 0) + 1
    question.state["drawn"] = question.rng("lot").random()
    return None if question.now - first >= 300 else (451, "greylisted")


@pytest.fixture
def pair():
    return (postroad.Scenario(until="2h")
            .host("mail", domains="example.org", queue={"retry": ["2m"]})
            .host("mx", domains="example.net")
            .person("alice", address="alice@example.org").person("bob", address="bob@example.net")
            .at("1s", send={"from": "alice", "to": "bob", "subject": "first"})
            .at("20m", send={"from": "alice", "to": "bob", "subject": "second"}))


def at_mx(question):
    return greylist(question) if question.host == "mx" else None


def test_greylisting_in_python_delays_the_first_message_alone(pair):
    trace = pair.world().on_recipient(at_mx).run().trace
    delays = dict(zip(trace.deliveries.subject, trace.deliveries.delay_s))
    assert 300 < delays["first"] < 500 and delays["second"] < 5
    said = trace.lines[trace.lines.code == 451]
    assert "451 4.7.1 greylisted" in set(said.text)
    ruled = trace.decisions[trace.decisions.reason == "ruled"]
    assert len(ruled) == len(said) and "bob@example.net" in ruled.sentence.iloc[0]


def test_going_back_asks_nobody_and_the_run_is_the_same(pair):
    asked = []

    def counting(question):
        asked.append(question.now)
        return at_mx(question)
    world = pair.world().on_recipient(counting).run()
    fingerprint, count = world.fingerprint, len(asked)
    world.at("1m")
    world.at(world._core.frontier_ns / 1e9)
    assert world.fingerprint == fingerprint and len(asked) == count > 3


def test_the_journal_makes_the_run_again_without_python_and_in_the_command(pair, tmp_path):
    world = pair.world().on_recipient(at_mx).run()
    again = pair.world().replay(world.journal).run()
    assert again.fingerprint == world.fingerprint != pair.world().run().fingerprint
    assert again.journal == world.journal
    pair.save(tmp_path / "pair.toml")
    (tmp_path / "journal.txt").write_text(world.journal, encoding="utf-8")
    from conftest import fingerprint_by_command
    assert fingerprint_by_command(str(tmp_path / "pair.toml"), "--journal",
                                  str(tmp_path / "journal.txt")) == world.fingerprint


def test_a_fork_asks_only_past_its_moment_and_remembers_what_was_known_then(pair):
    asked = []

    def counting(question):
        asked.append((question.now, question.state.get("asked", 0)))
        return at_mx(question)
    world = pair.world().on_recipient(counting).run()
    before = list(asked)
    other = world.at("3m").fork()
    known = [now for now, _ in before if now <= 180]
    assert known and other.state["asked"] < world.state["asked"]
    other.run()
    assert asked[len(before):] == [one for one in before if one[0] > 180]
    assert other.fingerprint == world.at("2h").fingerprint
    assert other.state == world.state


def test_the_same_seed_draws_the_same_and_another_does_not(pair):
    drawn = [pair.world(seed=seed).on_recipient(at_mx).run().state["drawn"] for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_a_hook_that_raises_stops_the_run_at_its_moment_with_its_traceback(pair):
    def broken(question):
        if question.host == "mx":
            raise ZeroDivisionError(f"at {question.now:.1f} s")
    world = pair.world().on_recipient(broken)
    with pytest.raises(ZeroDivisionError, match="at 1") as raised:
        world.run()
    assert raised.traceback[-1].name == "broken"
    assert 1 < world.now < 3
    # The server has answered 451, as one whose policy is away would; without the hook it goes on.
    world.on_recipient(None).run()
    assert sorted(world.trace.deliveries.subject) == ["first", "second"]
    world.at("1s")
    world.at("2h")


@pytest.mark.parametrize("said", [354, (550, "two\nlines"), "yes", (250, "ok", 3)])
def test_what_is_no_ruling_is_an_error_of_the_hook(pair, said):
    with pytest.raises((ValueError, TypeError)):
        pair.world().on_recipient(lambda question: said).run()


def test_a_hook_may_open_what_the_server_would_refuse(pair):
    pair.at("1m", send={"from": "alice", "to": "nobody@example.net", "subject": "none"})
    refused = pair.world().run().trace.lines
    assert (refused.code == 550).any()
    seen = []
    world = pair.world().on_recipient(lambda q: seen.append(q.accepted) or True)
    assert not (world.run("90s").trace.lines.code == 550).any()
    assert False in seen and True in seen


def test_a_hook_is_set_at_the_front_alone(pair):
    world = pair.world().run("10m")
    with pytest.raises(postroad.ChangeError):
        world.at("1m").on_recipient(at_mx)
