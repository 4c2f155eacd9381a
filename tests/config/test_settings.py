"""The settings as a process sees them when it starts with some environment."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SHOW = """
import json
import sys
from django.conf import settings
names = "SITE_URL SESSION_COOKIE_SECURE SECURE_HSTS_SECONDS ALLOWED_HOSTS SIGNUP_OPEN BIND_ADDRESS DEBUG".split()
names += ["SECURE_PROXY_SSL_HEADER", "ALLAUTH_TRUSTED_PROXY_COUNT", *sys.argv[1:]]
print(json.dumps({name: getattr(settings, name) for name in names}))
"""


def started_with(home: Path, *names: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DJINN", "COV", "DATABASE_URL", "REDIS_"))
    }
    return subprocess.run(
        [sys.executable, "-c", SHOW, *names],
        env={**kept, "DJANGO_SETTINGS_MODULE": "config.settings", "DJINN_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_without_configuration_it_is_closed_and_local(tmp_path: Path) -> None:
    found = json.loads(started_with(tmp_path).stdout)
    assert found == {
        "SITE_URL": "http://localhost:8000",
        "SESSION_COOKIE_SECURE": False,
        "SECURE_HSTS_SECONDS": 0,
        "ALLOWED_HOSTS": ["127.0.0.1", "[::1]", "localhost"],
        "SIGNUP_OPEN": False,
        "BIND_ADDRESS": "127.0.0.1",
        "DEBUG": False,
        "SECURE_PROXY_SSL_HEADER": None,
        "ALLAUTH_TRUSTED_PROXY_COUNT": 0,
    }


def test_behind_https_cookies_are_secure(tmp_path: Path) -> None:
    found = json.loads(started_with(tmp_path, DJINN_SITE_URL="https://djinn.example/").stdout)
    assert found["SITE_URL"] == "https://djinn.example"
    assert found["SESSION_COOKIE_SECURE"] is True
    assert found["SECURE_HSTS_SECONDS"] > 0
    assert "djinn.example" in found["ALLOWED_HOSTS"]


def test_a_proxy_is_believed_only_when_it_was_announced(tmp_path: Path) -> None:
    found = json.loads(started_with(tmp_path, DJINN_PROXIES="1").stdout)
    assert found["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]
    assert found["ALLAUTH_TRUSTED_PROXY_COUNT"] == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("DJINN_DEMO_PACE", "-1"),
        ("SANDBOX_BACKEND", "cloud"),
        ("DJINN_SIGNUP_OPEN", "maybe"),
        ("DATABASE_URL", "mysql://localhost/djinn"),
        ("DATABASE_URL", "postgres://localhost:port/djinn"),
        ("DATABASE_URL", "postgres://localhost/djinn"),  # without Redis
        ("REDIS_URL", "http://localhost"),
        ("REDIS_URL", "redis://localhost"),  # without PostgreSQL
    ],
)
def test_a_value_it_cannot_honour_stops_it_by_name(tmp_path: Path, name: str, value: str) -> None:
    result = started_with(tmp_path, **{name: value})
    assert result.returncode != 0
    assert f"ImproperlyConfigured: {name} is" in result.stderr


def test_the_home_is_for_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    started_with(home)
    assert home.stat().st_mode & 0o777 == 0o700
    assert sorted(path.name for path in (home / "keys").iterdir()) == ["encryption.key", "secret.key"]


def test_installations_on_one_redis_have_different_names(tmp_path: Path) -> None:
    def prefix(key: str, **environment: str) -> str:
        found = json.loads(started_with(tmp_path, "REDIS_PREFIX", DJINN_SECRET_KEY=key, **environment).stdout)
        return str(found["REDIS_PREFIX"])

    assert prefix("a" * 50) == prefix("a" * 50)
    assert prefix("a" * 50) != prefix("b" * 50)
    assert prefix("a" * 50, REDIS_PREFIX="ours") == "ours"
