"""The operators' lists."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from projects.models import User
from sandboxes import tasks
from sandboxes.console import keeping
from sandboxes.console.lines import Batch, Line
from sandboxes.enums import CommandKind
from sandboxes.models import Command, Sample, Sandbox
from sandboxes.runtime import commands
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp


@pytest.fixture
def app(make_app: MakeApp) -> Sandbox:
    sandbox = make_app(apps.STATIC)
    commands.begin(sandbox, ["true"], kind=CommandKind.CHECK, title="Look around", job_ref=None)
    values = {"memory_bytes": 3 << 19, "disk_bytes": 1, "processes": 2, "cpu_seconds": 1.0, "cpu_share": 0.5}
    Sample.objects.create(sandbox=sandbox, taken_at=timezone.now(), box="a", **values)
    keeping.record(sandbox, Batch("/", (Line("console", "log", "watering"),)), tree_hash="t")
    return sandbox


@pytest.mark.parametrize(
    ("model", "text"),
    [("sandbox", "An app"), ("command", "Look around"), ("sample", "1.5\xa0MB"), ("consoleentry", "watering")],
)
def test_the_list_shows_what_matters_and_nothing_can_be_edited(
    app: Sandbox, admin_client: Client, model: str, text: str
) -> None:
    page = admin_client.get(reverse(f"admin:sandboxes_{model}_changelist"))
    assert text in page.content.decode()
    assert admin_client.get(reverse(f"admin:sandboxes_{model}_add")).status_code == 403


@pytest.mark.parametrize(
    ("action", "task"), [("stop", "stop"), ("sleep", "suspend"), ("wake", "start"), ("remove", "remove")]
)
def test_what_is_asked_for_is_a_task_for_a_worker(
    app: Sandbox, admin_client: Client, monkeypatch: pytest.MonkeyPatch, action: str, task: str
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(getattr(tasks, task), "apply_async", lambda args=(), kwargs=None, **_: sent.append(args[0]))
    page = admin_client.post(
        reverse("admin:sandboxes_sandbox_changelist"), {"action": action, "_selected_action": [app.pk]}, follow=True
    )
    assert "a worker does it" in page.content.decode()
    assert sent == [str(app.pk)]


def test_who_may_only_look_asks_for_nothing(
    app: Sandbox, alice: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(tasks.stop, "apply_async", lambda args=(), kwargs=None, **_: sent.append(args[0]))
    alice.is_staff = True
    alice.save()
    alice.user_permissions.add(Permission.objects.get(codename="view_sandbox"))
    client.force_login(alice)
    place = reverse("admin:sandboxes_sandbox_changelist")
    assert "An app" in client.get(place).content.decode()
    client.post(place, {"action": "stop", "_selected_action": [app.pk]})
    assert sent == []


def test_a_sandbox_leads_to_its_commands_and_statistics(app: Sandbox, admin_client: Client) -> None:
    page = admin_client.get(reverse("admin:sandboxes_sandbox_changelist")).content.decode()
    for model in ("command", "sample"):
        place = f"{reverse(f'admin:sandboxes_{model}_changelist')}?sandbox__id__exact={app.pk}"
        assert place in page
        assert admin_client.get(place).status_code == 200
    assert "delete_selected" not in page


def test_what_was_typed_is_shown_by_its_title_alone(app: Sandbox, admin_client: Client) -> None:
    typed = commands.begin(app, ["curl", "-u", "typed-words"], kind=CommandKind.TOOL, title="curl -u …", job_ref=None)
    page = admin_client.get(reverse("admin:sandboxes_command_change", args=[typed.pk])).content.decode()
    assert "curl -u …" in page
    assert "typed-words" not in page


def test_what_is_sealed_in_the_handle_is_not_shown(app: Sandbox, admin_client: Client) -> None:
    Sandbox.objects.filter(pk=app.pk).update(handle={"id": "a", "backend": "process", "secrets": "sealed-words"})
    page = admin_client.get(reverse("admin:sandboxes_sandbox_change", args=[app.pk]))
    assert page.status_code == 200
    assert "sealed-words" not in page.content.decode()
    Sandbox.objects.filter(pk=app.pk).update(handle={})
    assert Command.objects.filter(sandbox=app).exists()


def test_a_row_is_not_deleted_without_its_box(app: Sandbox, admin_client: Client) -> None:
    address = reverse("admin:sandboxes_sandbox_delete", args=[app.pk])
    assert admin_client.post(address, {"post": "yes"}).status_code == 403
    assert Sandbox.objects.filter(pk=app.pk).exists()
