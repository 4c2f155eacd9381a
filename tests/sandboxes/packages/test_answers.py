"""What npm and pip answer, and what anybody could have answered in their place."""

import json

import pytest

from sandboxes.packages import answers
from sandboxes.packages.answers import Weakness

AUDIT = {
    "auditReportVersion": 2,
    "vulnerabilities": {
        "mild": {"via": [{"title": "Slow", "severity": "low", "url": "https://a.example/1", "range": "<2"}]},
        "bad": {
            "via": ["mild", {"title": "Worse", "severity": "critical", "url": "javascript:alert(1)", "range": "*"}],
            "fixAvailable": {"name": "bad", "version": "2.0.1"},
        },
        "only-by-others": {"via": ["bad"]},
    },
}


def test_the_newest_versions_are_read():
    said = {"a": {"wanted": "1.1.0", "latest": "2.0.0"}, "@b/c": {"latest": "1.0.0-rc.1"}, "d": {}, "e": []}
    assert answers.newest_npm(said) == {"a": "2.0.0", "@b/c": "1.0.0-rc.1"}
    told = [{"name": "Flask_Login", "version": "0.6", "latest_version": "0.7"}, {"name": "x"}, 7]
    assert answers.newest_pip(told) == {"flask-login": "0.7"}
    assert answers.installed_pip(told) == {"flask-login": "0.6"}


def test_weaknesses_are_read_with_the_worst_first():
    assert answers.weaknesses_npm(AUDIT) == [
        Weakness("bad", "critical", "Worse", "", "*", "2.0.1"),
        Weakness("mild", "low", "Slow", "https://a.example/1", "<2"),
    ]
    assert answers.weaknesses_npm({"vulnerabilities": {}}) == []


@pytest.mark.parametrize("said", [None, [], "x", 7, {"error": {"code": "E405"}}, {"vulnerabilities": []}])
def test_what_is_no_answer_tells_nothing(said: object):
    assert (answers.newest_npm(said), answers.newest_pip(said), answers.weaknesses_npm(said)) == ({}, {}, None)


def test_nothing_is_believed_that_does_not_look_as_it_should():
    long = {f"p{n}": {"latest": "1.0.0"} for n in range(2000)}
    assert len(answers.newest_npm(long)) == answers.MOST
    odd = {"<script>": {"latest": "1"}, "a": {"latest": "<b>"}, "b": {"latest": ["1"]}, "x" * 300: {"latest": "1"}}
    assert answers.newest_npm(odd) == {}
    via = [{"title": "\x00\u202e" + "T" * 1000, "severity": [], "url": ["x"], "range": {}}]
    weak = {
        "vulnerabilities": {"a": {"via": via, "fixAvailable": {"name": "a", "version": "<b>"}}, "b": 1, "c": {"via": 1}}
    }
    [one] = answers.weaknesses_npm(weak) or []
    assert one == Weakness("a", "info", "T" * 300)


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ('{"a": 1}', {"a": 1}),
        ('npm warn old\n{"a": 1}\nnpm notice new', {"a": 1}),
        ('WARNING: x\n[{"name": "a"}]\n', [{"name": "a"}]),
        ("", None),
        ("nothing\n{broken", None),
        ("[" * 100_000, None),
    ],
)
def test_an_answer_is_found_among_other_words(output: str, said: object):
    assert answers.found(output) == said
    assert answers.found(json.dumps(said)) == said
