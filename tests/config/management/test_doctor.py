"""`manage.py doctor`."""

from io import StringIO

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.django_db


def doctor() -> tuple[str, int]:
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", stdout=out)
    return out.getvalue(), int(str(ended.value.code))


def test_it_names_every_look_and_ends_well(settings, free_port: int) -> None:
    settings.SITE_PORT = free_port
    said, code = doctor()
    for name in ("Python", "Node", "npm", "bubblewrap", "Docker", "Redis", "Postgres", "Model", "Port", "Disk"):
        assert f" {name} " in said
    assert said.endswith("Djinn can run here.\n")
    assert code == 0


def test_something_broken_ends_with_1_and_its_fix(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DJINN_MODEL, settings.DJINN_API_KEY, settings.DJINN_API_BASE = "openrouter/some/model", "", ""
    monkeypatch.delenv("OPENROUTER_API_KEY", raising=False)
    said, code = doctor()
    assert "→ There is no key for openrouter: set OPENROUTER_API_KEY" in said
    assert code == 1
