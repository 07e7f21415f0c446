"""Scenarios: read, built, printed back; every mistake has its place."""
import datetime
import pickle
import warnings

import pytest

import postroad


def test_every_lab_prints_back_to_itself():
    for lab in postroad.labs():
        text = lab.scenario.to_toml()
        again = postroad.Scenario.parse(text, folder=lab.folder)
        assert again.to_toml() == text
        assert again == lab.scenario
        assert again.world().run().fingerprint == lab.world().run().fingerprint


def test_a_built_scenario_is_what_its_file_would_be(busy):
    text = """
postroad = 1
title = "Busy"
until = "3m"
[hosts.mail]
domains = "example.org"
[hosts.mx]
domains = "example.net"
[people.alice]
address = "alice@example.org"
[people.bob]
address = "bob@example.net"
[[workloads]]
from = "alice"
to = "bob"
rate = "60/min"
count = 120
"""
    assert busy.to_toml() == postroad.Scenario.parse(text).to_toml()


def test_a_lab_can_be_changed_by_its_builder():
    scenario = postroad.lab("first-message").scenario
    before = scenario.to_toml()
    scenario.at(90, send={"from": "alice", "to": "bob", "subject": 'Quote " and \\', "body": "two\nlines"})
    scenario.network("spare", latency=datetime.timedelta(milliseconds=3))
    assert scenario.to_toml() != before
    assert 'Quote \\" and' in scenario.to_toml()
    assert "3ms" in scenario.to_toml()


def test_a_copy_is_changed_alone(busy):
    before = busy.to_toml()
    other = busy.copy().host("mail", smtp={"vrfy": True}).set("hosts.mx.smtp.size_max", "2 MiB")
    assert busy.to_toml() == before
    assert "vrfy" in other.to_toml() and "2 MiB" in other.to_toml()


def test_a_scenario_goes_to_another_process(busy):
    assert pickle.loads(pickle.dumps(busy)) == busy


@pytest.mark.parametrize("text, line, column, words, suggestion", [
    ('postroad = 1\n[networks.lan]\nlatancy = "20ms"\n', 3, 1, "latancy", "latency"),
    ('postroad = 1\n[networks.lan]\nlatency = "20 parsecs"\n', 3, 11, "parsecs", ""),
    ('postroad = 1\nuntil = "-5m"\n', 2, 9, "-5m", ""),
    ('postroad = 1\n[hosts.mail]\ndomains = "example.org"\n[zones."example.org"]\ntext = """\n'
     '$TTL 1h\n@ SOA ns hostmaster 1 1h 15m 1w 1m\n@ NS ns\nns A 192.0.2.999\n"""\n', 9, 6,
     "192.0.2.999", ""),
    ('postroad = 1\n[firewalls.f]\nrules = "tcp dprt 25 drop"\n', 3, 14, "dprt", "dport"),
    ("postroad = \n", 1, 12, "", ""),
])
def test_a_mistake_has_file_line_column_and_suggestion(text, line, column, words, suggestion):
    with pytest.raises(postroad.ScenarioError) as raised:
        postroad.Scenario.parse(text, file="mine.toml")
    error = raised.value
    assert (error.file, error.line, error.column) == ("mine.toml", line, column), str(error)
    assert words in str(error)
    assert suggestion in error.suggestion
    assert "^" in str(error)
    assert isinstance(error, ValueError)
    assert pickle.loads(pickle.dumps(error)).problems == error.problems


def test_all_mistakes_are_told_at_once():
    with pytest.raises(postroad.ScenarioError) as raised:
        postroad.Scenario.parse('postroad = 1\ntitel = "a"\n[hosts.a]\nnetwrk = "b"\n')
    assert [one.line for one in raised.value.problems] == [2, 4]


def test_a_built_scenarios_mistake_comes_when_it_is_used():
    scenario = postroad.Scenario().host("mail", domain="example.org")
    with pytest.raises(postroad.ScenarioError) as raised:
        scenario.world()
    assert raised.value.suggestion == 'did you mean "domains"?'
    assert raised.value.file == "<scenario>"
    assert "mistakes" in repr(scenario)


def test_a_value_that_cannot_be_changes_nothing(busy):
    before = busy.to_toml()
    with pytest.raises(postroad.ScenarioError):
        busy.set("hosts.mail.smtp.open_rely", True)
    assert busy.to_toml() == before
    with pytest.raises(TypeError):
        postroad.Scenario(title=object()).to_toml()


def test_a_file_that_is_not_there_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        postroad.Scenario.load(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_bytes(b'postroad = 1\ntitle = "\xff"\n')
    with pytest.raises(postroad.ScenarioError) as raised:
        postroad.load(tmp_path / "bad.toml")
    assert raised.value.line == 2


def test_a_warning_is_one_of_pythons():
    with warnings.catch_warnings():
        warnings.simplefilter("error", postroad.ScenarioWarning)
        postroad.lab("first-message").scenario.to_toml()
