"""Pictures: well-formed, with what was said in them, and readable without eyes."""
import xml.etree.ElementTree as ElementTree

import matplotlib
import pytest

import postroad
from postroad import pictures

matplotlib.use("Agg")


def words_of(svg: str) -> str:
    root = ElementTree.fromstring(svg)
    assert root.tag.endswith("svg") and root[0].tag.endswith("title") and root[0].text
    return " ".join(text for text in root.itertext())


def test_a_ladder_shows_what_was_said_by_whom_and_by_which_rule(first):
    words = words_of(first.ladder().svg)
    for part in ("EHLO alice-pc.example.org", "RFC 5321 §4.1.1.1", "354", "RETR 1", "post", "bob-pc"):
        assert part in words, part
    assert "MX 10 post" in words  # a reason


def test_a_ladder_of_one_conversation_has_its_two_hosts_alone(first):
    lines = first.trace.lines
    number = int(lines.conversation[lines.text.astype(str).str.startswith("EHLO")].iloc[0])
    words = words_of(first.ladder(conversation=number, reasons=False).svg)
    assert "alice-pc" in words and "bob-pc" not in words
    assert "SYN" not in words and "SYN" in words_of(first.ladder(conversation=number, segments=True).svg)


def test_a_ladder_folds_segments_and_has_a_text(first):
    html = first.ladder(message=1)._repr_html_()
    assert html.count("<details>") == 2 and "with every TCP segment" in html
    assert "&lt;bob@example.net&gt;" in html or "bob@example.net" in html


def test_a_ladder_folds_the_tls_handshakes():
    world = postroad.lab("the-wrong-name").world().run()
    html = world.ladder()._repr_html_()
    assert html.count("<details>") == 3 and "ends of handshakes" in html
    assert all(word in html for word in set(world.trace.tls.fault.astype(str)))


def test_a_long_ladder_says_what_it_left_out(busy):
    svg = busy.world().run().ladder(most=50).svg
    assert "rows more" in words_of(svg)


@pytest.mark.parametrize("choice", [{"conversation": 999}, {"message": "no-such"}, {"node": "moon"}])
def test_a_ladder_of_nothing_is_refused(first, choice):
    with pytest.raises(postroad.PostroadError):
        str(first.ladder(**choice)) + first.ladder(**choice).svg


def test_text_from_the_wire_cannot_break_a_picture():
    scenario = postroad.lab("first-message").scenario
    scenario.at("3s", send={"from": "alice", "to": "bob", "subject": "<script>&'\"]]>\u202e"})
    world = scenario.world().run("10s")
    words_of(world.ladder().svg)
    assert "<script>" not in world.ladder().html
    assert "<script>" not in world.journey(2)._repr_html_()


def test_a_journey_passes_every_responsible_host(first, tmp_path):
    journey = first.journey(1)
    words = words_of(journey.svg)
    for part in ("composed", "accepted", "handed over", "delivered", "fetched", "mail", "post"):
        assert part in words, part
    by_id = first.journey(str(journey.steps.queue_id.iloc[1]))
    assert by_id.number == journey.number
    journey.save(tmp_path / "journey.html")
    assert "Hello" in (tmp_path / "journey.html").read_text(encoding="utf-8")
    assert str(journey).splitlines()[0].split()[-1] == "composed"


def test_every_labs_map_has_all_hosts():
    for lab in postroad.labs():
        words = words_of(pictures.topology_svg(lab.scenario))
        for host in lab.scenario.topology["hosts"][:10]:
            assert host["name"] in words


def test_plots_draw_what_the_tables_say(busy):
    busy.set("hosts.mail.queue.concurrency", 1)
    busy.at("30s", host={"host": "mx", "state": "down"}).at("60s", host={"host": "mx", "state": "up"})
    world = busy.world().run("2h")
    depth = pictures.queue_depth(world, "mail")
    heights = depth.lines[0].get_ydata()
    assert heights.max() > 5 and heights[-1] == 0
    share = pictures.delays(world, label="busy").lines[0]
    assert len(share.get_xdata()) == len(world.trace.deliveries) and share.get_ydata()[-1] == 1
    assert pictures.retries(world).collections
    assert pictures.dns_cache(world).collections
    matplotlib.pyplot.close("all")


def test_firewall_hits_are_counted():
    world = postroad.lab("port-25-is-blocked").world().run()
    bars = pictures.firewall_hits(world).patches
    assert sum(one.get_width() for one in bars) == len(
        world.trace.firewall.dropna(subset=["firewall"]))
    matplotlib.pyplot.close("all")
