"""A box may answer anything."""

import pytest

from sandboxes.agent import agent
from sandboxes.wire import checks, output, values

DIGEST = "0" * 64


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"files": []},
        {"files": {"../x": DIGEST}},
        {"files": {"/x": DIGEST}},
        {"files": {"a//b": DIGEST}},
        {"files": {"a\0b": DIGEST}},
        {"files": {"x" * 2000: DIGEST}},
        {"files": {"x": "short"}},
        {"files": {"x": 5}},
    ],
)
def test_a_tree_of_nonsense_is_refused(message: agent.Message) -> None:
    with pytest.raises(values.Refused, match=r"makes no sense \(files\)"):
        checks.tree(message)


@pytest.mark.parametrize("code", [None, "0", 1.5, True, 2**80, []])
def test_an_exit_code_that_is_no_number_is_refused(code: object) -> None:
    with pytest.raises(values.Refused, match=r"makes no sense \(exit_code\)"):
        checks.exec_result({"exit_code": code}, output.Kept(10))


def test_an_honest_answer_is_taken() -> None:
    assert checks.tree({"files": {"a/b": DIGEST}, "truncated": False}) == values.Tree({"a/b": DIGEST}, truncated=False)
    told = {"pid": 3, "running": True, "exit_code": None, "offset": 9}
    assert checks.service(told) == values.Service(3, running=True, exit_code=None, offset=9)
