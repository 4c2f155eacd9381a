"""From nothing to a page, in a real box."""

import time

import pytest
from django.utils import timezone

from sandboxes.enums import SandboxState
from sandboxes.models import Command, Sandbox
from sandboxes.runtime import waking
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp

pytestmark = pytest.mark.box


def test_it_brings_a_react_app_up(make_app: MakeApp) -> None:
    sandbox = make_app(apps.REACT)
    began = time.perf_counter()
    waking.wake(str(sandbox.pk))
    print("first", time.perf_counter() - began)
    sandbox.refresh_from_db()
    assert (sandbox.state, sandbox.error) == (SandboxState.READY, "")
    assert sandbox.port == 5173
