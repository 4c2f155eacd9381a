"""A failure that a visitor meets is listened to."""

import pytest

from sandboxes.enums import SandboxState
from sandboxes.models import Sandbox
from sandboxes.preview import failures
from sandboxes.runtime import waking
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp
from tests.sandboxes.preview.conftest import Visitor

pytestmark = pytest.mark.box

FAULTY = apps.ODD["app.py"] + '\n\n@app.get("/books")\ndef books():\n    return shelf\n'


@pytest.fixture
def listened(monkeypatch: pytest.MonkeyPatch) -> list[Sandbox]:
    found: list[Sandbox] = []
    monkeypatch.setattr(failures, "_callees", [found.append])
    return found


@pytest.fixture
def faulty(make_app: MakeApp) -> Sandbox:
    sandbox = make_app({**apps.ODD, "app.py": FAULTY})
    waking.wake(str(sandbox.pk))
    sandbox.refresh_from_db()
    assert sandbox.state == SandboxState.READY, sandbox.error
    return sandbox


def test_once_for_several_in_a_row(visitor: Visitor, faulty: Sandbox, listened: list[Sandbox]) -> None:
    assert [visitor.get(faulty, "/books").status_code for _ in range(3)] == [500, 500, 500]
    assert [sandbox.pk for sandbox in listened] == [faulty.pk]


def test_a_page_that_is_merely_not_there_is_none(visitor: Visitor, faulty: Sandbox, listened: list[Sandbox]) -> None:
    assert [visitor.get(faulty, path).status_code for path in ("/", "/nowhere")] == [200, 404]
    assert listened == []


def test_an_answer_that_breaks_off_is_one(visitor: Visitor, faulty: Sandbox, listened: list[Sandbox]) -> None:
    with pytest.raises(ConnectionResetError):
        visitor.get(faulty, "/dying")
    assert [sandbox.pk for sandbox in listened] == [faulty.pk]
