"""`manage.py health`: what a container asks about the process inside it."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from config import presence
from tests.config.conftest import Take
from tests.services.redis import Redis


def test_a_role_that_is_ready_here_is_named_with_its_process(take: Take, settings, tmp_path: Path) -> None:
    settings.IS_SCALED, settings.RUN_DIR = False, tmp_path
    facts = presence.of_this_process(ready=True)
    take("worker").tell(**facts)
    out = StringIO()
    call_command("health", "worker", stdout=out)
    assert out.getvalue() == f"worker is ready (process {facts['pid']}).\n"


def test_a_role_that_is_starting_is_not_ready(take: Take, settings, tmp_path: Path) -> None:
    settings.IS_SCALED, settings.RUN_DIR = False, tmp_path
    take("beat")
    with pytest.raises(CommandError, match="No process of this host is ready as beat") as ended:
        call_command("health", "beat")
    assert ended.value.returncode == 1


@pytest.mark.services
def test_the_role_of_another_host_does_not_count(take: Take, scaled: Redis) -> None:
    take("beat").tell(**{**presence.of_this_process(ready=True), "host": "elsewhere"})
    with pytest.raises(CommandError):
        call_command("health", "beat")


@pytest.mark.services
def test_where_nobody_can_be_asked_it_is_not_healthy(settings, scaled: Redis) -> None:
    scaled.kill()
    with pytest.raises(CommandError, match="Redis does not answer"):
        call_command("health", "worker")
    scaled.start()
