"""Tables: right, of no other memory than the columns', and as they were when the run goes on."""
import json

import numpy as np
import pandas as pd
import pytest

import postroad
from conftest import command


def rows_by_command(tmp_path, lab: str) -> list[dict]:
    world = postroad.lab(lab).world().run()
    return [json.loads(line) for line in world._core.json_rows().splitlines()]


@pytest.mark.parametrize("lab", ["first-message", "the-mx-ladder", "port-25-is-blocked",
                                 "the-wrong-name"])
def test_tables_say_what_the_json_rows_say(lab, tmp_path):
    world = postroad.lab(lab).world().run()
    rows = [json.loads(line) for line in world._core.json_rows().splitlines()]
    trace = world.trace
    for fact, name in (("packet", "packets"), ("line", "lines"), ("decision", "decisions"),
                       ("lookup", "dns"), ("verdict", "firewall"), ("queue", "queue"),
                       ("custody", "custody"), ("lost", "losses"), ("change", "changes"),
                       ("tls", "tls")):
        of = [row for row in rows if row["fact"] == fact]
        table = trace.table(name)
        assert len(table) == len(of), name
        if not of:
            continue
        ns = (table.time - pd.Timestamp("2010-09-01T08:00:00")).to_numpy().astype("int64")
        assert ns.tolist() == [row["t_ns"] for row in of], name
        assert table.t_s.tolist() == [row["t_ns"] / 1e9 for row in of]
        assert table.node.tolist() == [row.get("node", np.nan) for row in of], name
    packets = [row for row in rows if row["fact"] == "packet"]
    for column in ("source", "target", "payload_octets", "ttl"):
        assert trace.packets[column].tolist() == [row[column] for row in packets]
    lines = [row for row in rows if row["fact"] == "line" and row["speech"] != "content"]
    said = trace.lines[trace.lines.speech != "content"]
    assert said.text.tolist() == [row["text"].rstrip("\r\n") for row in lines]
    assert said.code.tolist() == [row.get("code", 0) for row in lines]
    assert said.section.astype(object).fillna("").tolist() == [row.get("section", "") for row in lines]
    reasons = [row for row in rows if row["fact"] == "decision"]
    assert trace.decisions.sentence.tolist() == [row["sentence"] for row in reasons]
    assert trace.decisions.reason.tolist() == [row["reason"] for row in reasons]
    asked = [row for row in rows if row["fact"] == "lookup"]
    assert trace.dns.answer.tolist() == [", ".join(row["answers"]) for row in asked]
    assert trace.dns.rcode.tolist() == [row["rcode"] for row in asked]
    secured = [row for row in rows if row["fact"] == "tls"]
    for column in ("initiator", "fault"):
        assert trace.tls[column].tolist() == [row[column] for row in secured]
    for column in ("suite", "server_name", "names", "issuer"):
        shown = trace.tls[column].astype(object).fillna("")
        assert shown.tolist() == [row.get(column, "") for row in secured]
    names = {0: "", 0x303: "TLS 1.2", 0x304: "TLS 1.3"}
    assert trace.tls.version.astype(object).fillna("").tolist() == [
        names[row["version"]] for row in secured]
    kept = [row for row in rows if row["fact"] == "custody"]
    assert trace.custody.move.tolist() == [row["move"] for row in kept]
    assert trace.custody.reverse_path.tolist()[0] == kept[0]["reverse_path"]


def test_conversations_are_numbered_as_postroad_show_numbers_them(first):
    shown = command("show", "first-message", "--conn", "2")
    assert shown.returncode == 0
    mine = first.trace.lines[first.trace.lines.conversation == 2]
    for text in mine[mine.speech == "command"].text:
        assert text[:20] in shown.stdout


def test_a_delivery_knows_its_message_and_its_delay(busy):
    trace = busy.world().run().trace
    found = trace.deliveries
    assert len(found) == 120 and found.message.is_unique
    custody = trace.custody
    composed = custody[custody.move == "composed"].set_index("message").t_s
    delivered = custody[custody.move == "delivered"].set_index("message").t_s
    expected = (delivered - composed).loc[found.message].to_numpy()
    assert np.allclose(found.delay_s, expected)
    assert set(found.mailbox) == {"bob@example.net"} and set(found.hops) == {2}


def shares_memory_with_its_columns(world: postroad.World, name: str) -> None:
    columns = world._core.table(name, world._core.trace_position)
    from postroad.trace import _frame
    frame = _frame(columns)
    for column, of in columns.items():
        if isinstance(of, tuple):
            assert np.shares_memory(frame[column].cat.codes.to_numpy(), of[0]) or np.shares_memory(
                frame[column].array.codes, of[0]), column
        else:
            assert np.shares_memory(frame[column].to_numpy(), of), column
        assert (of[0] if isinstance(of, tuple) else of).base is not None, column


def test_a_dataframe_is_the_columns_memory_and_no_copy(busy):
    world = busy.world().run()
    for name in ("packets", "lines", "dns", "custody", "queue", "conversations"):
        shares_memory_with_its_columns(world, name)


def test_tables_stay_as_they_were_when_the_world_goes_on(busy):
    world = busy.world().run("20s")
    trace, lines = world.trace, world.trace.lines
    kept = lines.copy(deep=True)
    world.run()
    world.at("5s")
    world.run("15s")
    pd.testing.assert_frame_equal(lines, kept)
    # What was not asked for before is still that moment's.
    pd.testing.assert_frame_equal(trace.packets, busy.world().run("20s").trace.packets)
    assert len(trace.packets) > len(world.trace.packets)
    del world, trace
    pd.testing.assert_frame_equal(lines, kept)


def test_a_world_that_went_back_shows_no_future(busy):
    world = busy.world().run()
    world.at("10s")
    assert world.trace.packets.t_s.max() <= 10
    assert len(world.trace.deliveries) < 120
    assert "10" in repr(world.trace)


def test_what_was_not_recorded_is_an_empty_table(busy):
    trace = busy.world(depth="summary").run().trace
    assert len(trace.packets) == 0 and len(trace.lines) == 0
    assert len(trace.deliveries) == 120
    assert list(trace.packets.columns) == list(busy.world().run("1s").trace.packets.columns)


def test_many_rows_are_filled_by_several_threads_to_the_same_columns():
    def lines(count):
        scenario = (postroad.Scenario(record="lines", until="1h").host("mail", domains="example.org")
                    .host("mx", domains="example.net").person("alice", address="alice@example.org")
                    .person("bob", address="bob@example.net")
                    .workload(from_="alice", to="bob", rate="100/s", count=count))
        return scenario.world().run().trace.lines
    few, many = lines(300), lines(3000)
    assert len(few) < 100_000 < len(many)
    same = many[many.t_s < 2].reset_index(drop=True)
    for column in few.columns:
        a, b = few[few.t_s < 2][column], same[column]
        assert a.astype(object).fillna("").tolist() == b.astype(object).fillna("").tolist(), column
    # Codes are given in the order in which words are first met, whoever fills the column.
    assert (pd.Series(many.text.cat.codes)[lambda codes: codes >= 0].drop_duplicates().to_numpy()
            == np.arange(len(many.text.cat.categories))).all()


def test_a_packet_that_somebody_took_is_told_so():
    scenario = postroad.lab("the-stripper").scenario
    for attacker in scenario.tables["attackers"]:
        attacker["drop_tls"] = True
        del attacker["strip_starttls"]
    losses = scenario.world().run().trace.losses
    assert "taken" in set(losses.why) and losses.why.notna().all()


def test_an_unknown_table_is_a_key_error(first):
    with pytest.raises(KeyError):
        first.trace.table("pakets")




def test_arrow_and_parquet_have_the_same_values(first, tmp_path):
    import pyarrow.parquet
    paths = first.trace.to_parquet(tmp_path)
    assert {path.stem for path in paths} == set(first.trace.names)
    for path in paths:
        frame = first.trace.table(path.stem)
        again = pyarrow.parquet.read_table(path).to_pandas()
        assert list(again.columns) == list(frame.columns)
        for column in frame.columns:
            a, b = frame[column], again[column]
            if isinstance(a.dtype, pd.CategoricalDtype):
                a, b = a.astype(object).fillna(""), b.astype(object).fillna("")
            assert a.tolist() == b.tolist() or (a.isna() == b.isna()).all(), (path.stem, column)


def test_two_runs_part_where_they_were_made_to(busy):
    a = busy.world().run("30s")
    b = a.fork().link("example-net--internet").down().run("60s")
    found = a.run("60s").compare(b)
    assert not found.same and found.first_divergence_s == 30.0
    assert found.first_b["fact"] == "change" and found.first_a["t_ns"] >= 30e9
    assert "down" in str(found) or "up = false" in str(found)
    assert found.counts.loc["deliveries", "difference"] < 0
    assert "journal" in found.setup


def test_a_run_is_the_same_as_itself_and_as_its_lesser_recorded_self(busy):
    a = busy.world().run()
    assert a.compare(a).same and a.compare(busy.world().run()).same
    assert a.compare(busy.world(depth="summary").run()).same
    other = busy.world(seed=2).run()
    assert a.compare(other).setup["seed"] == (1, 2) and not a.compare(other).same
    changed = busy.copy().set("hosts.mx.smtp.vrfy", True).world().run()
    assert "vrfy = true" in a.compare(changed).scenario_diff
