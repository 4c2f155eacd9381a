"""The files in a box are those of the tree."""

import threading
import time

import pytest

from projects.services import files
from projects.store.trees import Entry, Manifest
from sandboxes.errors import SandboxLost
from sandboxes.models import Sandbox
from sandboxes.models.shown import manifest_of
from sandboxes.runtime import boxes, lifecycle, pushes, sync
from sandboxes.wire import FileWrite, loop
from tests.installation import wait_for
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp, apply

pytestmark = pytest.mark.box

WATCH = """
import os, time
seen, end = set(), time.time() + 2
while time.time() < end:
    try:
        seen.add(os.stat("n").st_ino)
    except OSError:
        pass
    time.sleep(0.002)
print(len(seen))
"""


@pytest.fixture
def shelf(make_app: MakeApp) -> Sandbox:
    return lifecycle.ensure(make_app(apps.FLASK))


def in_box(sandbox: Sandbox) -> dict[str, str]:
    return boxes.ask(sandbox, lambda wire: wire.tree()).files


def expected(sandbox: Sandbox) -> dict[str, str]:
    return {path: entry.sha256 for path, entry in manifest_of(sandbox).items()}


def write(sandbox: Sandbox, *files: FileWrite) -> None:
    boxes.ask(sandbox, lambda wire: wire.write(list(files)))


def test_the_box_holds_exactly_the_tree(shelf: Sandbox) -> None:
    write(shelf, FileWrite("left/over.txt", b"old"), FileWrite("app.py", b"changed"))
    told = sync.sync(shelf, manifest_of(shelf))
    assert in_box(shelf) == expected(shelf)
    shelf.refresh_from_db()
    assert shelf.tree_hash == told == files.tree_hash(manifest_of(shelf))


def test_what_an_app_stored_for_itself_stays(shelf: Sandbox) -> None:
    write(shelf, FileWrite("instance/books.db", b"rows"))
    sync.sync(shelf, manifest_of(shelf))
    assert set(in_box(shelf)) == {*apps.FLASK, "instance/books.db"}


def test_a_folder_gives_way_to_a_file_of_its_name_and_back(shelf: Sandbox) -> None:
    sync.sync(shelf, manifest_of(shelf))
    apply(shelf.branch, {"templates/index.html": None, "templates": "now a file"})
    sync.sync(shelf, manifest_of(shelf))
    assert in_box(shelf) == expected(shelf)
    apply(shelf.branch, {"templates": None, "templates/index.html": "a folder again"})
    sync.sync(shelf, manifest_of(shelf))
    assert in_box(shelf) == expected(shelf)


def test_many_and_large_files_arrive(shelf: Sandbox) -> None:
    many = {f"static/{number:03}.txt": f"{number}" for number in range(300)}
    apply(shelf.branch, {**many, "static/large.bin": b"\0\xff" * 1_500_000})
    sync.sync(shelf, manifest_of(shelf))
    assert in_box(shelf) == expected(shelf)


def test_a_path_that_leaves_the_tree_is_refused_by_the_box(shelf: Sandbox) -> None:
    sha256 = manifest_of(shelf)["app.py"].sha256
    with pytest.raises(SandboxLost, match="not a path inside the project"):
        sync.sync(shelf, {"../escaped.py": Entry(sha256, 1)})


def test_a_link_the_app_made_is_not_followed(shelf: Sandbox) -> None:
    boxes.ask(shelf, lambda wire: wire.exec(["sh", "-c", "mkdir away; ln -s away templates"], timeout=10))
    with pytest.raises(SandboxLost, match="passes through a link"):
        sync.sync(shelf, manifest_of(shelf))


def test_a_pushed_file_appears_and_goes(shelf: Sandbox) -> None:
    sync.push(shelf, "new.py", b"print()")
    wait_for(lambda: "new.py" in in_box(shelf), seconds=10, what="the pushed file")
    sync.push(shelf, "new.py", None)
    wait_for(lambda: "new.py" not in in_box(shelf), seconds=10, what="the file to go")


def test_quick_pushes_of_one_file_become_few_and_the_last_one_wins(shelf: Sandbox) -> None:
    """A watcher in the box counts what a dev server would see: every rename onto the name."""
    counting = loop.submit(boxes.asked(shelf, lambda wire: wire.exec(["python3", "-c", WATCH], timeout=10)))
    began = time.monotonic()
    for number in range(100):
        sync.push(shelf, "n", str(number).encode())
        threading.Event().wait(0.005)
    pushes.settle(shelf)
    took = time.monotonic() - began
    assert boxes.ask(shelf, lambda wire: wire.read("n")) == b"99"
    assert 1 <= int(counting.result(20).output) <= 2 + took / pushes.GAP


def test_a_push_without_a_box_is_nothing(make_app: MakeApp) -> None:
    sandbox = make_app(apps.FLASK)
    sync.push(sandbox, "app.py", b"x")
    pushes.settle(sandbox)
    assert sandbox.handle == {}


def test_a_refresh_follows_the_head(shelf: Sandbox) -> None:
    sync.sync(shelf, manifest_of(shelf))
    apply(shelf.branch, {"app.py": "changed = 1\n"})
    sync.refresh(str(shelf.pk))
    assert in_box(shelf) == expected(shelf)


def test_a_refresh_that_was_overtaken_looks_again(shelf: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody applies a newer tree while an older one is still on its way into the box."""
    newer = ["changed = 2\n"]
    really = sync.sync

    def overtaken(sandbox: Sandbox, manifest: Manifest) -> str:
        told = really(sandbox, manifest)
        if newer:
            apply(shelf.branch, {"app.py": newer.pop()})
        return told

    monkeypatch.setattr(sync, "sync", overtaken)
    apply(shelf.branch, {"app.py": "changed = 1\n"})
    sync.refresh(str(shelf.pk))
    assert boxes.ask(shelf, lambda wire: wire.read("app.py")) == b"changed = 2\n"


def test_what_is_still_to_be_pushed_when_patience_ends_is_dropped(
    shelf: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushes, "GAP", 60.0)
    sync.push(shelf, "new.txt", b"first")
    wait_for(lambda: "new.txt" in in_box(shelf), seconds=10, what="the pushed file")
    sync.push(shelf, "new.txt", b"second")
    monkeypatch.setattr(pushes, "_SETTLE_SECONDS", 0.2)
    pushes.settle(shelf)
    assert pushes._pending == {}
    assert boxes.ask(shelf, lambda wire: wire.read("new.txt")) == b"first"
