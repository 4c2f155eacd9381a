"""What a running app's server says of a failure is kept, counted and told."""

import itertools

import h11
import pytest
from django.utils import timezone

from projects import feed
from projects.enums import AuthorKind
from projects.services import changesets, secrets
from sandboxes.console import complaining
from sandboxes.models import Command, Complaint, Sandbox
from sandboxes.models.shown import manifest_of
from sandboxes.runtime import boxes, complaints, install, lifecycle, listening, serve, sync
from sandboxes.runtime.asking import get
from tests.installation import wait_for
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp, apply

pytestmark = pytest.mark.box

FAULTY = (
    apps.FLASK["app.py"] + '\n\n@app.get("/books")\ndef books():\n    import os\n    return shelf + os.environ["KEY"]\n'
)


def running(sandbox: Sandbox) -> Sandbox:
    lifecycle.ensure(sandbox)
    sync.sync(sandbox, manifest_of(sandbox))
    install.install(sandbox)
    serve.start(sandbox)
    assert serve.wait_ready(sandbox).ok
    return sandbox


def visit(sandbox: Sandbox, path: str = "/books") -> int:
    return boxes.ask(sandbox, lambda wire: get(wire, 5000, path)).status


def listen(sandbox: Sandbox) -> None:
    listening.listen(str(sandbox.pk))


def told(sandbox: Sandbox) -> list[tuple[str, int]]:
    events = feed.since(sandbox.project_id, 0, limit=2000)
    return [(one.payload["title"], one.payload["count"]) for one in events if one.kind == "error_captured"]


@pytest.fixture
def shelf(make_app: MakeApp) -> Sandbox:
    return running(make_app({**apps.FLASK, "app.py": FAULTY}))


FAULT = "NameError: name 'shelf' is not defined"


def test_a_failure_is_told_once_and_counted(shelf: Sandbox) -> None:
    assert (visit(shelf, "/"), visit(shelf)) == (200, 500)
    listen(shelf)
    [kept] = complaining.current(shelf, shelf.tree_hash)
    assert (kept.title, kept.count, told(shelf)) == (FAULT, 1, [(FAULT, 1)])
    assert "return shelf +" in kept.text
    listen(shelf)
    for _ in range(9):
        visit(shelf)
    listen(shelf)
    assert (Complaint.objects.get().count, told(shelf)) == (10, [(FAULT, 1), (FAULT, 10)])


def test_of_other_files_it_is_another_story(shelf: Sandbox) -> None:
    visit(shelf)
    listen(shelf)
    apply(shelf.branch, {"notes.txt": "new\n"})
    sync.sync(shelf, manifest_of(shelf))
    assert complaining.current(shelf, shelf.tree_hash) == []
    visit(shelf)
    listen(shelf)
    assert told(shelf) == [(FAULT, 1), (FAULT, 1)]
    assert [one.count for one in complaining.current(shelf, shelf.tree_hash)] == [1]


def test_what_was_said_before_the_app_was_seen_to_run_is_past(shelf: Sandbox) -> None:
    visit(shelf)
    wait_for(lambda: FAULT in serve.log_tail(shelf), seconds=20, what="the server to say it")
    assert serve.wait_ready(shelf).ok
    listen(shelf)
    assert told(shelf) == []


def test_what_is_said_while_a_job_writes_is_the_jobs(shelf: Sandbox) -> None:
    lifecycle.show(shelf, changesets.open(branch=shelf.branch, author_kind=AuthorKind.AGENT))
    visit(shelf)
    listen(shelf)
    lifecycle.show(shelf, None)
    listen(shelf)
    assert told(shelf) == []


def test_the_last_words_of_a_server_that_ended_are_heard_when_it_is_started_anew(make_app: MakeApp) -> None:
    dying = '\n\n@app.get("/die")\ndef die():\n    import os\n    os.write(2, b"OSError: gone\\n")\n    os._exit(1)\n'
    sandbox = running(make_app({**apps.FLASK, "app.py": apps.FLASK["app.py"] + dying}))
    with pytest.raises((h11.RemoteProtocolError, ConnectionError)):
        visit(sandbox, "/die")
    wait_for(lambda: not boxes.ask(sandbox, lambda wire: wire.status("serve")).running, seconds=20, what="its end")
    serve.start(sandbox)
    assert told(sandbox) == [("OSError: gone", 1)]
    assert serve.wait_ready(sandbox).ok


def test_a_secret_is_masked(make_app: MakeApp) -> None:
    sandbox = make_app({**apps.FLASK, "app.py": FAULTY.replace("shelf +", "int(os.environ['KEY']) +")})
    secrets.put(sandbox.project, name="KEY", value="plain-secret-value-1", by=sandbox.project.owner)
    running(sandbox)
    visit(sandbox)
    listen(sandbox)
    kept = Complaint.objects.get()
    assert kept.title == "ValueError: invalid literal for int() with base #: '[secret KEY]'".replace("#", "10")
    assert "plain-secret-value-1" not in kept.text


def test_two_that_listen_count_it_once(shelf: Sandbox) -> None:
    """The other one has read the same, and was faster."""
    visit(shelf)
    server = Command.objects.get(sandbox=shelf, kind="serve")
    listen(shelf)
    listening._keep(shelf, server, 10_000_000, complaints.find(["TypeError: late"]))
    assert [one.title for one in Complaint.objects.all()] == [FAULT]


def test_of_thousands_said_in_one_breath_the_newest_are_kept_and_told(
    shelf: Sandbox, django_assert_max_num_queries
) -> None:
    """Those of before go, however many they are."""
    server = Command.objects.get(sandbox=shelf, kind="serve")
    before = [Complaint(sandbox=shelf, fingerprint=f"{number:032}", last_at=timezone.now()) for number in range(300)]
    Complaint.objects.bulk_create(before)
    words = ["".join(letters) for letters in itertools.product("ghijklmnop", repeat=4)]
    many = complaints.find([f"Error: {word}" for word in [*words, words[-30], words[-30]]])
    with django_assert_max_num_queries(20 * complaining.MOST_KEPT):
        listening._keep(shelf, server, server.heard + 1, many)
    newest = [*words[-19:], words[-30]]
    assert told(shelf) == [*((f"Error: {word}", 1) for word in newest[:-1]), (f"Error: {newest[-1]}", 3)]
    kept = Complaint.objects.order_by("last_at", "pk")
    assert [one.title for one in kept] == [f"Error: {word}" for word in newest]


def test_where_nothing_runs_there_is_nothing_to_hear(make_app: MakeApp) -> None:
    sandbox = lifecycle.ensure(make_app(apps.STATIC))
    listen(sandbox)
    lifecycle.destroy(sandbox)
    listen(sandbox)
    assert told(sandbox) == []
