"""Python functions play a part; each is asked once, whatever is replayed."""
import gc
import pickle
import weakref

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
    assert known and other.state["asked"] == world.state["asked"] > 0
    other.run()
    assert asked[len(before):] == [one for one in before if one[0] > 180]
    assert other.fingerprint == world.at("2h").fingerprint
    assert other.state == world.state and world.state["asked"] == other.state["asked"] > before[len(known)][1]


def test_the_same_seed_draws_the_same_and_another_does_not(pair):
    drawn = [pair.world(seed=seed).on_recipient(at_mx).run().state["drawn"] for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_a_hook_that_raises_stops_the_run_at_its_moment_with_its_traceback(pair):
    def broken(question):
        if question.host == "mx":
            raise ZeroDivisionError(f"at {question.now:.1f} s")
    world = pair.world().on_recipient(broken)
    with pytest.raises(postroad.HookError, match="at 1.* s the hook for recipient of mx") as raised:
        world.run()
    told = raised.value
    assert isinstance(told.__cause__, ZeroDivisionError) and told.__cause__.__traceback__
    assert told.file == __file__ and "raise ZeroDivisionError" in open(told.file).readlines()[told.line - 1]
    assert 1 < told.moment_s == world.now < 3 and (told.host, told.what) == ("mx", "recipient")
    assert pickle.loads(pickle.dumps(told)).line == told.line
    # The server has answered 451, as one whose policy is away would; without the hook it goes on.
    world.on_recipient(None).run()
    assert sorted(world.trace.deliveries.subject) == ["first", "second"]
    world.at("1s")
    world.at("2h")


@pytest.mark.parametrize("said", [354, (550, "two\nlines"), "yes", (250, "ok", 3)])
def test_what_is_no_ruling_is_an_error_of_the_hook(pair, said):
    with pytest.raises(postroad.HookError) as raised:
        pair.world().on_recipient(lambda question: said).run()
    assert isinstance(raised.value.__cause__, (ValueError, TypeError))


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


def replies(world, host):
    lines = world.trace.lines
    return [text for text, node in zip(lines.text.astype(str), lines.node) if node == host]


def test_a_client_is_turned_away_by_its_name(pair):
    seen = []

    def no_strangers(question):
        if question.host == "mx":
            seen.append((question.helo, question.client, question.accepted))
            return (550, "not this name")
    world = pair.world().on_client(no_strangers).run("10m")
    assert seen[0][0] == "mail.example.org" and seen[0][2]
    assert seen[0][1] in set(world.trace.conversations.source)
    assert "550 not this name" in replies(world, "mx")
    assert "bob@example.net" not in set(world.trace.deliveries.mailbox)
    assert not (world.trace.lines.text.astype(str).str.startswith("MAIL")
                & (world.trace.lines.node == "mail")).any()


def test_a_sender_is_refused_and_gets_a_report(pair):
    world = pair.world().on_sender(
        lambda q: False if q.host == "mx" and q.reverse_path == "alice@example.org" else None).run()
    assert "550 5.7.1 refused by policy" in replies(world, "mx")
    assert "bounced" in set(world.trace.custody.move)


def test_a_message_is_judged_by_its_content(pair):
    seen = []

    def by_subject(question):
        if question.host == "mx":
            seen.append(question.message["Subject"])
            return question.message["Subject"] != "second"
    world = pair.world().on_message(by_subject).run()
    assert seen[:2] == ["first", "second"]
    assert list(world.trace.deliveries.subject.dropna())[:1] == ["first"]
    assert "second" not in set(world.trace.deliveries.subject[
        world.trace.deliveries.mailbox == "bob@example.net"])
    assert any(text.startswith("550 5.7.1") for text in replies(world, "mx"))


def test_an_answer_may_come_later_and_the_client_waits(pair):
    moments = []

    def slow(question):
        if question.host != "mx":
            return None
        moments.append(question.now)
        return postroad.Later("20s") if len(moments) % 2 else True
    world = pair.world().on_sender(slow).run("5m")
    assert moments[1] - moments[0] == pytest.approx(20)
    assert 20 < world.trace.deliveries.delay_s.iloc[0] < 25
    again = pair.world().replay(world.journal).run("5m")
    assert again.fingerprint == world.fingerprint


def test_a_script_chooses_the_next_host_or_holds_the_mail(pair):
    pair.host("relay", network="example-org", services="mta", smtp={"relay_for": ["example-org"]})
    domains, tries = [], []

    def route(question):
        if question.host != "mail":
            return None
        domains.append(question.words)
        tries.append(question.number)
        return postroad.Later("7m") if question.number == 0 else "relay"
    world = pair.world().on_route(route).run("10m")
    assert domains[0] == "example.net" and tries[:2] == [0, 1]
    delivered = world.trace.deliveries
    assert 420 < delivered.delay_s.iloc[0] < 430 and delivered.hops.iloc[0] == 3
    ruled = world.trace.decisions[world.trace.decisions.reason == "ruled"].sentence.astype(str)
    assert any("relay" in one for one in ruled)


@pytest.mark.parametrize("said", ["no-such-host", "mx:port", 3, (200, "x")])
def test_a_route_that_leads_nowhere_is_an_error_of_the_hook(pair, said):
    with pytest.raises(postroad.HookError, match="route of mail"):
        pair.world().on_route(lambda question: said).run()


def test_a_script_says_when_to_try_again_or_to_give_up(pair):
    pair.at("500ms", host={"host": "mx", "state": "down"})
    waits = []

    def retry(question):
        waits.append((question.number, question.words != ""))
        return "3m" if question.number < 3 else False
    world = pair.world().on_retry(retry).run("19m")
    assert [number for number, _ in waits][:3] == [1, 2, 3]
    deferred = world.trace.queue[world.trace.queue.move == "deferred"]
    assert (deferred.due_s - deferred.t_s).round().iloc[0] == 180
    assert "bounced" in set(world.trace.custody.move)


def make_mail(question):
    if question.number == 5:
        return None
    gap = question.rng("gaps").uniform(1, 30)
    question.state["made"] = question.state.get("made", 0) + 1
    return postroad.Mail("alice", "bob", subject=f"made {question.number}", then=gap)


def test_a_generator_makes_mail_and_its_journal_makes_it_again(pair, tmp_path):
    world = pair.world().workload(make_mail, after="1m").run()
    made = world.trace.deliveries.subject.astype(str)
    assert sorted(one for one in made if one.startswith("made")) == [f"made {i}" for i in range(5)]
    assert world.state["made"] == 5
    assert world.trace.deliveries.sent_s[made == "made 0"].iloc[0] == 60
    fingerprint = world.fingerprint
    assert world.at("70s").at("2h").fingerprint == fingerprint
    again = pair.world().replay(world.journal).run()
    assert again.fingerprint == fingerprint and again.journal == world.journal
    pair.save(tmp_path / "pair.toml")
    (tmp_path / "journal.txt").write_text(world.journal, encoding="utf-8")
    from conftest import fingerprint_by_command
    assert fingerprint_by_command(str(tmp_path / "pair.toml"), "--journal",
                                  str(tmp_path / "journal.txt")) == fingerprint


def test_a_replayed_generator_is_not_another_ones_to_ask(pair):
    journal = pair.world().workload(make_mail, after="1m").run("90s").journal
    world = pair.world().replay(journal).run("70s")
    world.workload(lambda q: postroad.Mail("alice", "bob", subject=f"other {q.number}", then="5m")
                   if q.number < 2 else None).run("30m")
    subjects = world.trace.deliveries.subject.astype(str)
    assert sorted(one for one in subjects if one.startswith("other")) == ["other 0", "other 1"]
    assert 1 < sum(one.startswith("made") for one in subjects) < 5


def test_a_fork_of_a_generator_makes_its_own_mail_past_the_fork(pair):
    called = []

    def counted(question):
        called.append(question.now)
        return make_mail(question)
    world = pair.world().workload(counted, after="1m").run()
    before = list(called)
    other = world.at("65s").fork().run()
    assert called[len(before):] == [now for now in before if now > 65]
    assert other.fingerprint == world.at("2h").fingerprint


def test_a_generator_that_names_nobody_is_an_error_of_the_hook(pair):
    world = pair.world()
    with pytest.raises(postroad.HookError, match="work of"):
        world.workload(lambda q: postroad.Mail("alice", "bob", more={"sise": 3})).run()
    with pytest.raises(postroad.HookError, match="Mail, Later or None"):
        pair.world().workload(lambda q: "mail").run()


def test_state_and_chance_are_the_worlds_with_and_without_hooks(pair):
    world = pair.world(seed=7)
    world.state["limit"] = 3
    drawn = world.rng("lot").random()
    other = world.fork()
    assert other.state == {"limit": 3} and other.rng("lot").random() == world.rng("lot").random()
    assert pair.world(seed=7).rng("lot").random() == drawn != pair.world(seed=8).rng("lot").random()
    world.on_recipient(lambda q: None if q.host != "mx" else
                       (451, "no") if q.state["limit"] > 3 else None).run()
    assert len(world.trace.deliveries) == 2


def test_much_can_be_remembered_and_each_moment_has_its_own():
    from postroad.memory import Memory
    memory = Memory(seed=1)
    for moment in range(2000):
        memory.state[moment % 500] = [moment]
        memory.state[moment % 500].append("more")
        if moment % 7 == 0:
            memory.state.pop(moment % 400, None)
        memory.remember(moment)
    kept = sum(len(value or b"") for _, changed in memory._log for value in changed.values())
    assert kept < 200_000  # and not a copy of everything for each moment
    again = memory.as_of(1999)
    assert again.state == memory.state and again.as_of(1999).state == memory.state
    assert memory.as_of(3).state == {1: [1, "more"], 2: [2, "more"], 3: [3, "more"]}
    outside = again.state[5]
    again.remember(2000)
    outside.append("unseen")
    again.look_at_all()
    again.remember(2001)
    assert again.as_of(2000).state[5] == memory.state[5]
    assert again.as_of(2001).state[5][-1] == "unseen"


def test_what_cannot_be_remembered_is_an_error_of_the_hook(pair):
    def keeps_a_function(question):
        question.state["why"] = lambda: None
    with pytest.raises(postroad.HookError, match="pickle|local"):
        pair.world().on_recipient(keeps_a_function).run()


def test_a_fork_before_later_changes_can_be_changed_and_they_still_come(pair):
    world = pair.world().run("5m")
    world.zone("example.net").add("@ 60 IN MX 20 mx.example.net.")
    world.run("30m")
    other = world.at("2m").fork()
    other.link("example-net--internet").down()
    other.on_recipient(at_mx).run("30m")
    changes = other.trace.changes
    assert list(changes.t_s[(changes.t_s > 100) & (changes.t_s < 1000)]) == [120, 300]
    again = pair.world().replay(other.journal).run("30m")
    assert again.fingerprint == other.fingerprint
    assert other.at("1m").at("30m").fingerprint == again.fingerprint


def test_a_world_with_hooks_is_let_go_with_its_last_reference(pair):
    world = pair.world().on_recipient(at_mx).run("10s")
    gone = weakref.ref(world._core)
    del world
    gc.collect()
    assert gone() is None
