"""The page of an app's packages: what it says, and what one does there."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from agents.models import Job
from projects.models import Branch, Version
from projects.services import files
from sandboxes.models import Command, PackageReport
from sandboxes.services import sandboxes
from tests.agents.views.conftest import HTMX
from tests.people import People

pytestmark = pytest.mark.django_db

Browsers = Callable[[str], Client]
LIST = b'{"dependencies": {"react": "^19", "zod": "^4"}}'


@pytest.fixture
def main(people: People) -> Branch:
    files.save(people.main, "package.json", LIST, by=people.owner)
    return people.main


def page(people: People, rest: str = "") -> str:
    return f"/p/{people.owner.handle}/{people.project.slug}/packages/{rest}"


def shown(client: Client, people: People, rest: str = "") -> str:
    answer = client.get(page(people, rest))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def ended(branch: Branch, *, exit_code: int, output: str = "") -> Command:
    return Command.objects.create(
        sandbox=sandboxes.for_branch(branch), kind="install", title="Install zod", state="finished",
        exit_code=exit_code, finished_at=timezone.now(), output=output,
    )  # fmt: skip


def test_it_says_what_is_listed_and_since_when(people: People, browser: Browsers, main: Branch):
    text = shown(browser("viewer"), people)
    assert '<b class="mono">react</b> <span class="mono">19.3.1</span>' in text
    assert "brought along" in text
    assert f'<a href="/p/{people.owner.handle}/{people.project.slug}/history/1/">version 1</a> by hand' in text
    assert "2 packages." in text
    assert "Nothing was installed here yet." in text
    assert "every 3s" not in text
    for offered in ("Add packages", "Remove react", "Check for newer ones"):
        assert offered not in text
        assert offered in shown(browser("editor"), people)


def test_an_app_without_packages_says_why(people: People, browser: Browsers):
    text = shown(browser("editor"), people)
    assert "This kind of app has no packages." in text
    assert "Add packages" not in text
    files.save(people.main, "package.json", b"{}", by=people.owner)
    assert "No packages yet." in shown(browser("editor"), people)


def test_packages_are_added_and_the_page_waits_for_their_install(people: People, browser: Browsers, main: Branch):
    client = browser("editor")
    answer = client.post(page(people, "add/"), {"packages": "clsx, @types/node@22  vitest"}, headers=HTMX)
    assert (answer.status_code, answer.headers["Location"]) == (302, page(people))
    assert Job.objects.get().kind == "install"
    text = shown(client, people)
    assert "Version 2: Add clsx, @types/node 22, vitest. It is being installed." in text
    assert "every 3s" in text
    assert "djinn:placed delay:1s, every 2s" in text
    assert '<span class="mono">22</span>' in text


@pytest.mark.parametrize(("said", "why"), [("", "Name at least one package."), ("--force", "is not the name of")])
def test_what_is_no_package_is_said_at_the_field(people: People, browser: Browsers, main: Branch, said: str, why: str):
    answer = browser("editor").post(page(people, "add/"), {"packages": said})
    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert (Version.objects.count(), Job.objects.count()) == (1, 0)


def test_what_is_listed_already_is_said(people: People, browser: Browsers, main: Branch):
    client = browser("editor")
    client.post(page(people, "add/"), {"packages": "zod"})
    assert "All of that is in the list already." in shown(client, people)


def test_a_newer_one_is_offered_and_taken(people: People, browser: Browsers, main: Branch):
    PackageReport.objects.create(
        sandbox=sandboxes.for_branch(main), asked_at=timezone.now(), answered_at=timezone.now(),
        newest={"react": "20.1.0"}, problems=["Nobody knows <b>."],
    )  # fmt: skip
    client = browser("editor")
    text = shown(client, people)
    assert 'aria-label="Upgrade react to 20.1.0"' in text
    assert "Nobody knows &lt;b&gt;." in text
    assert "newest 20.1.0" in shown(browser("viewer"), people)
    client.post(page(people, "upgrade/"), {"package": "react"})
    assert files.read(files.manifest(people.main), "package.json").count(b'"react": "^20.1.0"') == 1


def test_one_is_removed_and_what_is_not_there_is_said(people: People, browser: Browsers, main: Branch):
    client = browser("editor")
    client.post(page(people, "remove/"), {"package": "zod"})
    assert b"zod" not in files.read(files.manifest(people.main), "package.json")
    client.post(page(people, "remove/"), {"package": "zod"})
    assert "zod is not in the list of this app&#x27;s packages." in shown(client, people)


def test_the_registry_is_asked(people: People, browser: Browsers, main: Branch):
    client = browser("editor")
    assert client.post(page(people, "check/")).status_code == 302
    text = shown(client, people)
    assert "Asking the registry …" in text
    assert "every 3s" in text


def test_weaknesses_are_shown_as_words_and_never_as_markup(people: People, browser: Browsers, main: Branch):
    weak = {
        "name": "zod",
        "severity": "high",
        "title": "<i>",
        "url": "https://a.example/1",
        "versions": "<4",
        "fix": "5",
    }
    report = PackageReport.objects.create(
        sandbox=sandboxes.for_branch(main), asked_at=timezone.now(), answered_at=timezone.now(), weaknesses=[weak]
    )
    text = shown(browser("viewer"), people)
    assert "&lt;i&gt;" in text
    assert 'href="https://a.example/1" rel="noreferrer nofollow"' in text
    report.weaknesses = []
    report.save()
    assert "None are known of what this app uses." in shown(browser("viewer"), people)


def test_a_failed_install_says_of_what_kind_and_is_taken_back_by_one_click(
    people: People, browser: Browsers, main: Branch
):
    client = browser("editor")
    client.post(page(people, "add/"), {"packages": "no-such"})
    Job.objects.all().delete()
    ended(main, exit_code=1, output="npm error code E404\nnpm error <script>")
    text = shown(client, people)
    assert "The registry has no package of this name." in text
    assert "failed, exit code 1" in text
    assert "<script>npm" not in text
    assert "Restore version 1" in text
    history = f"/p/{people.owner.handle}/{people.project.slug}/history/1/restore/"
    client.post(history, {"branch": "main", "head": "2"})
    assert files.read(files.manifest(people.main), "package.json") == LIST
    assert "Restore version" not in shown(browser("viewer"), people)


def test_other_changes_are_not_taken_back_with_it(people: People, browser: Browsers, main: Branch):
    files.save(people.main, "src.ts", b"1", by=people.owner)
    ended(main, exit_code=1, output="npm error code E404")
    text = shown(browser("editor"), people)
    assert "The packages were not installed" in text
    assert "Restore version" not in text


def test_an_install_that_was_stopped_is_asked_for_again(people: People, browser: Browsers, main: Branch):
    ended(main, exit_code=0)
    Command.objects.update(exit_code=None)
    client = browser("editor")
    assert "The install ended before it was done." in shown(client, people)
    assert client.post(page(people, "install/")).headers["Location"] == page(people)
    assert [(job.kind, job.input["text"]) for job in Job.objects.all()] == [("install", "Install the app's packages.")]
    assert "The install ended before it was done." not in shown(client, people)


def test_a_running_install_stands_where_the_feed_finds_it(people: People, browser: Browsers, main: Branch):
    command = Command.objects.create(sandbox=sandboxes.for_branch(main), kind="install", title="Install zod")
    text = shown(browser("viewer"), people)
    assert f'id="command-{command.pk}"' in text
    assert "data-log" in text
    assert "every 3s" in text
    Command.objects.update(state="finished", exit_code=0, finished_at=timezone.now(), output="added 1 package")
    assert "added 1 package" in shown(browser("viewer"), people)


def test_of_a_branch_of_its_own(people: People, browser: Browsers, main: Branch):
    assert browser("viewer").get(page(people, "?branch=none")).status_code == 404
    assert "?branch=" not in shown(browser("viewer"), people, "?branch=main").split('id="package-list"')[1][:200]
