"""The command that builds the image of the boxes."""

import io

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from sandboxes.backends import image

pytestmark = pytest.mark.docker


def test_what_is_built_already_is_said_to_be_ready_with_its_name() -> None:
    told = io.StringIO()
    call_command("build_sandbox_image", stdout=told)
    assert f"{image.tag(settings.SANDBOX_BASE_IMAGE)} is ready after" in told.getvalue()
    assert "Using cache" in told.getvalue()


def test_a_base_that_cannot_be_had_is_the_engines_own_sentence() -> None:
    with pytest.raises(CommandError, match="no-such-base"):
        call_command("build_sandbox_image", "--base", "localhost:1/no-such-base", stdout=io.StringIO())


def test_without_an_engine_it_says_so(settings: Settings) -> None:
    settings.DOCKER_HOST = "unix:///nowhere/docker.sock"
    with pytest.raises(CommandError, match="No Docker engine answers at unix:///nowhere/docker.sock"):
        call_command("build_sandbox_image", stdout=io.StringIO())
