"""The operators' lists."""

import pytest
from django.test import Client
from django.urls import reverse

from sandboxes.enums import CommandKind
from sandboxes.models import Sandbox
from sandboxes.runtime import commands
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp


@pytest.fixture
def app(make_app: MakeApp) -> Sandbox:
    sandbox = make_app(apps.STATIC)
    commands.begin(sandbox, ["true"], kind=CommandKind.CHECK, title="Look around", job_ref=None)
    return sandbox


@pytest.mark.parametrize(("model", "text"), [("sandbox", "An app"), ("command", "Look around")])
def test_the_list_shows_what_matters_and_nothing_can_be_edited(
    app: Sandbox, admin_client: Client, model: str, text: str
) -> None:
    page = admin_client.get(reverse(f"admin:sandboxes_{model}_changelist"))
    assert text in page.content.decode()
    assert admin_client.get(reverse(f"admin:sandboxes_{model}_add")).status_code == 403
