from typing import NotRequired, TypedDict

import pytest

from projects.feed import Fragment, Kind, kinds


class Happened(TypedDict):
    what: str
    why: NotRequired[str]


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_KINDS", {})


def test_registering_twice_is_harmless_and_two_of_one_name_are_refused():
    kinds.register(Kind("it_happened", Happened))
    kinds.register(Kind("it_happened", Happened))
    with pytest.raises(ValueError, match="it_happened"):
        kinds.register(Kind("it_happened", dict))
    assert kinds.registered() == (Kind("it_happened", Happened),)


def test_a_payload_may_leave_out_only_what_is_not_required():
    kinds.register(Kind("it_happened", Happened))
    kinds.check("it_happened", {"what": "x"})
    kinds.check("it_happened", {"what": "x", "why": "y"})
    for wrong in ({}, {"why": "y"}, {"what": "x", "when": "now"}):
        with pytest.raises(ValueError, match="it_happened"):
            kinds.check("it_happened", wrong)


def test_a_region_knows_what_flows_into_it():
    chat, tree = Fragment("chat", "a-{what}", "a.html"), Fragment("tree", "tree", "b.html")
    both, one = Kind("both_happened", Happened, (chat, tree)), Kind("one_happened", Happened, (chat,))
    kinds.register(both, one)
    assert kinds.in_region("chat") == [(both, chat), (one, chat)]
    assert kinds.in_region("tree") == [(both, tree)]
    assert kinds.in_region("plan") == []
