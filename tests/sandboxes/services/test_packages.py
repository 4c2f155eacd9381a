"""The packages of an app, from what it lists, what its lock says and what was told of it."""

import json
from datetime import timedelta

import pytest
from celery import current_app
from django.utils import timezone

from projects.models import Branch, User
from projects.services import files, projects
from sandboxes import tasks
from sandboxes.models import Command, PackageReport
from sandboxes.services import packages, sandboxes
from tests.sandboxes.conftest import apply

LIST = json.dumps({"dependencies": {"react": "^19", "zod": "^4"}, "devDependencies": {"vite": "5.0.0"}})


@pytest.fixture
def main(alice: User) -> Branch:
    return Branch.objects.get(project=projects.create(name="An app", by=alice))


def lock(**versions: str) -> str:
    places = {f"node_modules/{name}": {"version": version} for name, version in versions.items()}
    return json.dumps({"lockfileVersion": 3, "packages": {"": {}, **places}})


def test_without_a_lock_only_what_every_app_has_is_known_to_be_installed(main: Branch) -> None:
    apply(main, {"package.json": LIST})
    listing = packages.of(main)
    shown = [(one.name, one.installed, one.is_brought, one.is_dev) for one in listing.packages]
    assert shown == [("react", "19.3.1", True, False), ("zod", "", False, False), ("vite", "", False, True)]
    assert (listing.is_locked, listing.along, listing.fault, listing.report, listing.last) == (False, 0, "", None, None)


def test_a_lock_says_what_is_installed(main: Branch) -> None:
    locked = lock(react="19.0.0", zod="4.1.0", vite="5.0.0", esbuild="0.20.0", rollup="4.0.0")
    apply(main, {"package.json": LIST, "package-lock.json": locked})
    listing = packages.of(main)
    assert [one.installed for one in listing.packages] == ["19.0.0", "4.1.0", "5.0.0"]
    assert (listing.is_locked, listing.along) == (True, 2)


def test_a_lock_that_is_none_is_no_lock(main: Branch) -> None:
    apply(main, {"package.json": LIST, "package-lock.json": "<<<<<<< ours"})
    assert packages.of(main).is_locked is False


def test_what_a_python_box_told_holds_for_the_list_it_was_told_of(main: Branch) -> None:
    apply(main, {"requirements.txt": "Flask\nrich\n-r more.txt\n"})
    entry = files.manifest(main)["requirements.txt"]
    PackageReport.objects.create(
        sandbox=sandboxes.for_branch(main), asked_at=timezone.now(), subject=entry.sha256,
        installed={"rich": "14.0.0", "flask": "3.1.3"}, newest={"rich": "15.0.0"},
    )  # fmt: skip
    listing = packages.of(main)
    shown = [(one.name, one.installed, one.newest, one.is_outdated) for one in listing.packages]
    assert shown == [("Flask", "3.1.3", "", False), ("rich", "14.0.0", "15.0.0", True)]
    assert listing.others == ["-r more.txt"]
    apply(main, {"requirements.txt": "Flask\nrich==15.0.0\n"})
    assert [one.installed for one in packages.of(main).packages] == ["3.1.3", ""]


@pytest.mark.parametrize(
    ("contents", "fault"),
    [
        ({"index.html": "x"}, "This kind of app has no packages."),
        ({"app.py": ""}, "There is no requirements.txt yet."),
        ({"package.json": "{"}, "`package.json` is not valid JSON, so its packages cannot be read."),
    ],
)
def test_what_cannot_be_listed_says_why(main: Branch, contents: dict[str, str], fault: str) -> None:
    apply(main, contents)
    listing = packages.of(main)
    assert (listing.fault, listing.packages) == (fault, [])


def test_an_empty_project_has_none(main: Branch) -> None:
    assert packages.of(main).fault == "This kind of app has no packages."


def test_the_newest_install_is_told_with_what_went_wrong(main: Branch) -> None:
    apply(main, {"package.json": LIST})
    sandbox, now = sandboxes.for_branch(main), timezone.now()
    Command.objects.create(
        sandbox=sandbox, kind="install", title="Install zod", state="finished", exit_code=1, finished_at=now,
        output="npm error code ETARGET",
    )  # fmt: skip
    last = packages.of(main).last
    assert last is not None
    assert last.trouble is not None
    assert (last.command.title, last.trouble.kind) == ("Install zod", "no_version")
    Command.objects.create(sandbox=sandbox, kind="install", title="Install again")
    last = packages.of(main).last
    assert last is not None
    assert (last.command.title, last.trouble) == ("Install again", None)


def test_the_registry_is_asked_by_a_worker_and_once_at_a_time(main: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr(tasks.ask_registry, "apply_async", lambda args=(), kwargs=None, **_: sent.append(args[0]))
    report = packages.ask_registry(main)
    assert packages.is_asking(report)
    assert packages.ask_registry(main).asked_at == report.asked_at
    assert sent == [str(report.sandbox_id)]
    PackageReport.objects.update(answered_at=timezone.now())
    assert packages.ask_registry(main).asked_at > report.asked_at
    assert len(sent) == 2


def test_who_was_asked_too_long_ago_is_asked_again(main: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr(tasks.ask_registry, "apply_async", lambda args=(), kwargs=None, **_: sent.append(args[0]))
    packages.ask_registry(main)
    PackageReport.objects.update(asked_at=timezone.now() - timedelta(hours=1))
    assert not packages.is_asking(PackageReport.objects.get())
    packages.ask_registry(main)
    assert len(sent) == 2
    assert current_app.tasks["sandboxes.tasks.ask_registry"] is not None
