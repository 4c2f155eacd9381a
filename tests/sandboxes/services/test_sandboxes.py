"""A branch's sandbox, and what is asked of it."""

import re

import pytest
from celery import current_app
from pytest_django.fixtures import Settings

from projects.models import Branch, User
from projects.services import projects
from sandboxes import tasks
from sandboxes.models import Sandbox, addresses
from sandboxes.services import sandboxes
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp, apply


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What goes to the broker, caught at Celery's own door."""
    found: list[tuple[str, str]] = []

    def send_task(name: str, args: tuple[str, ...] = (), *_: object, **__: object) -> None:
        found.append((name, args[0]))

    for task in (tasks.start, tasks.stop, tasks.restart, tasks.suspend, tasks.sync_tree, tasks.listen):
        monkeypatch.setattr(
            task, "apply_async", lambda args=(), kwargs=None, name=task.name, **_: send_task(name, args)
        )
    return found


def test_a_branch_has_one_sandbox_with_a_label_of_its_own(alice: User) -> None:
    one, two = (projects.create(name="App", by=alice) for _ in range(2))
    first, second = (sandboxes.for_branch(Branch.objects.get(project=project)) for project in (one, two))
    assert sandboxes.for_branch(Branch.objects.get(project=one)) == first
    assert re.fullmatch("[a-z2-7]{26}", first.label)
    assert first.label != second.label


def test_a_preview_is_on_the_sites_port_under_the_preview_domain(make_app: MakeApp, settings: Settings) -> None:
    sandbox = make_app({})
    settings.SITE_URL, settings.PREVIEW_DOMAIN = "http://localhost:8123", "localhost"
    assert sandboxes.preview_url(sandbox) == f"http://p-{sandbox.label}.localhost:8123/"
    settings.SITE_URL, settings.PREVIEW_DOMAIN = "https://djinn.example", "apps.example"
    assert sandboxes.preview_url(sandbox) == f"https://p-{sandbox.label}.apps.example/"


def test_a_preview_may_have_a_port_of_its_own(make_app: MakeApp, settings: Settings) -> None:
    sandbox = make_app({})
    settings.SITE_URL, settings.PREVIEW_DOMAIN, settings.PREVIEW_PORT = "http://localhost:8000", "localhost", 8001
    assert sandboxes.preview_url(sandbox) == f"http://p-{sandbox.label}.localhost:8001/"


@pytest.mark.parametrize(
    ("host", "label"),
    [
        ("p-" + "a2" * 13 + ".localhost:8000", "a2" * 13),
        ("P-" + "A2" * 13 + ".LocalHost", "a2" * 13),
        ("p-" + "a2" * 13 + ".localhost.:80", "a2" * 13),
        ("p-short.localhost", ""),
        ("p-" + "a1" * 13 + ".localhost", ""),
        ("localhost:8000", None),
        ("p-x.other.example", None),
        ("p-" + "a2" * 13 + ".evil.localhost", None),
        ("", None),
    ],
)
def test_a_label_is_read_from_the_host(host: str, label: str | None) -> None:
    assert addresses.label_of(host) == label


def test_asking_sends_a_task(make_app: MakeApp, sent: list[tuple[str, str]]) -> None:
    sandbox = make_app({})
    sandboxes.request_start(sandbox)
    sandboxes.request_stop(sandbox)
    sandboxes.request_fresh_start(sandbox)
    sandboxes.request_rest(sandbox)
    sandboxes.request_listening(sandbox)
    names = ("start", "stop", "restart", "suspend", "listen")
    assert sent == [(f"sandboxes.tasks.{name}", str(sandbox.pk)) for name in names]


def test_only_a_ready_box_is_asked_to_follow_the_head(make_app: MakeApp, sent: list[tuple[str, str]]) -> None:
    sandbox = make_app(apps.FLASK)
    assert sent == []
    Sandbox.objects.filter(pk=sandbox.pk).update(state="ready", handle={"backend": "process", "id": "x"})
    apply(sandbox.branch, {"app.py": "changed = 1\n"})
    assert sent == [("sandboxes.tasks.sync_tree", str(sandbox.pk))]


def test_tasks_are_known_by_the_names_the_schedule_uses() -> None:
    names = {"start", "stop", "sync_tree", "prepare_templates", "reap"}
    assert {f"sandboxes.tasks.{name}" for name in names} <= set(current_app.tasks)


def test_only_what_runs_is_asked_to_start_anew(make_app: MakeApp, sent: list[tuple[str, str]]) -> None:
    running, asleep = make_app({}), make_app({})
    Sandbox.objects.filter(pk=running.pk).update(
        state="ready", port=5000, handle={"id": "a", "backend": "process"}, backend="process"
    )
    for sandbox in (running, asleep):
        sandboxes.request_restart(sandbox.project)
    assert sent == [("sandboxes.tasks.start", str(running.pk))]
