"""What was changed in a box by hand becomes a change set, and nothing else does."""

import pytest
from asgiref.sync import sync_to_async

from projects.enums import AuthorKind
from projects.models import ChangeSet, User
from projects.services import changesets, files, secrets
from sandboxes.models import Sandbox
from sandboxes.runtime import lifecycle
from sandboxes.terminals import keeping
from tests.sandboxes.conftest import apply
from tests.sandboxes.terminals.pages import Page, opened

pytestmark = [pytest.mark.box, pytest.mark.django_db(transaction=True)]

SECRET = "kP9-vT2x_mQ7wLz4"


async def done(page: Page, line: str) -> None:
    """Carried out, as its end tells."""
    await page.type(f"{line}; echo do''ne")
    await page.until("done\r\n")
    page.shown = b""


async def proposed(page: Page, answer: str = "proposed") -> str:
    page.words.clear()
    await page.say('{"type": "proposed"}')
    told = await page.told(answer)
    return str(told.get("address", told.get("text")))


def changes_of(changeset: ChangeSet) -> dict[str, str | None]:
    tree = files.working_manifest(changeset)
    rows = changeset.changes.order_by("path")
    return {row.path: files.read(tree, row.path).decode() if row.path in tree else None for row in rows}


async def test_what_differs_is_proposed_by_whoever_asked(app: Sandbox, alice: User) -> None:
    page = await opened(app, alice)
    await done(page, "echo more >> README.md; mkdir -p new node_modules/x; echo new > new/one.txt; rm app.py")
    await done(
        page, "mkdir -p instance __pycache__; echo x > instance/x.db; echo x > node_modules/x/y; chmod +x README.md"
    )
    address = await proposed(page)
    changeset = await ChangeSet.objects.select_related("author").aget(project=app.project, state="open")
    assert address == f"/p/alice/an-app/changes/{changeset.pk}/"
    assert (changeset.author, changeset.author_kind, changeset.title) == (alice, AuthorKind.USER, keeping.TITLE)
    assert await sync_to_async(changes_of)(changeset) == {
        "README.md": "An app\nmore\n",
        "app.py": None,
        "new/one.txt": "new\n",
    }
    await sync_to_async(changesets.apply)(changeset, by=alice, message="Keep it")
    tree = await sync_to_async(files.manifest)(await sync_to_async(lambda: app.branch)())
    assert set(tree) == {"README.md", "new/one.txt", "requirements.txt", "templates/index.html"}
    await page.leave()


async def test_where_nothing_was_changed_nothing_is_proposed(app: Sandbox, alice: User) -> None:
    page = await opened(app, alice)
    await done(page, "mkdir empty dist; echo x > dist/x")
    assert await proposed(page) == ""
    assert not await ChangeSet.objects.filter(project=app.project, state="open").aexists()
    await page.leave()


async def test_a_box_that_is_not_as_the_branch_proposes_nothing(app: Sandbox, alice: User) -> None:
    page = await opened(app, alice)
    await page.told("open")
    await sync_to_async(apply)(app.branch, {"other.txt": "by somebody else\n"})
    assert "being given" in await proposed(page, "refused")
    shown = await sync_to_async(changesets.open)(branch=app.branch, author_kind=AuthorKind.AGENT)
    await sync_to_async(lifecycle.show)(app, shown)
    assert "not decided" in await proposed(page, "refused")
    assert await ChangeSet.objects.filter(project=app.project, state="open").acount() == 1
    await page.leave()


async def test_a_file_with_a_secret_in_it_stays_in_the_box(app: Sandbox, alice: User) -> None:
    await sync_to_async(secrets.put)(app.project, name="API_KEY", value=SECRET, by=alice)
    page = await opened(app, alice)
    await done(page, f"echo key={SECRET} > config.txt")
    assert await proposed(page, "refused") == "config.txt holds one of the app's secrets."
    assert not await ChangeSet.objects.filter(project=app.project, state="open").aexists()
    await page.leave()


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("truncate -s 5M large", "larger than"),
        ("truncate -s 900M sparse", "larger than"),
        ("for n in $(seq 201); do echo $n > $n; done", "More than 200 files"),
        ("mkdir many; cd many; seq 5100 | xargs touch; cd ..", "more files than can be looked at"),
        ("echo x > 'a\\b'", "backslash"),
    ],
)
async def test_too_much_or_odd_is_refused_with_a_sentence(app: Sandbox, alice: User, line: str, sentence: str) -> None:
    page = await opened(app, alice)
    await done(page, line)
    assert sentence in await proposed(page, "refused")
    assert not await ChangeSet.objects.filter(project=app.project, state="open").aexists()
    await page.leave()


async def test_links_and_pipes_are_no_files(app: Sandbox, alice: User) -> None:
    page = await opened(app, alice)
    await done(page, "ln -s /etc/passwd link; mkfifo pipe; ln -s /tmp folder")
    assert await proposed(page) == ""
    await page.leave()
