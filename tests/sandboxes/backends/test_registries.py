"""Settings of npm and pip, read from the programs themselves."""

import json
from pathlib import Path

import pytest

from sandboxes.backends import registries


@pytest.fixture(autouse=True)
def _asked_afresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    monkeypatch.setenv("npm_config_userconfig", str(tmp_path / "npmrc"))
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "npm_config_registry"):
        monkeypatch.delenv(name, raising=False)


def test_an_index_that_is_set_is_used_without_its_password(tmp_path: Path) -> None:
    (tmp_path / "pip.conf").write_text(
        "[global]\nindex-url = https://me:secret@index.example/simple\n"
        "extra-index-url = https://more.example/simple\n    file:///srv/simple\n"
    )
    found = registries.find.__wrapped__()
    assert found.pip == "https://index.example/simple"
    assert found.pip_extra == ("https://more.example/simple",)


def test_without_settings_pip_knows_its_own_index(tmp_path: Path) -> None:
    (tmp_path / "pip.conf").write_text("")
    assert registries.find.__wrapped__().pip.startswith("https://")


@pytest.mark.node
def test_registries_of_npm_and_of_its_scopes_are_found(tmp_path: Path) -> None:
    (tmp_path / "npmrc").write_text(
        "registry=https://registry.example/\n@team:registry=https://team.example/npm/\n"
        "//team.example/npm/:_authToken=secret\n"
    )
    found = registries.find.__wrapped__()
    assert found.npm == "https://registry.example/"
    assert found.scopes == (("@team:registry", "https://team.example/npm/"),)
    assert "secret" not in json.dumps([found.npm, found.scopes])
