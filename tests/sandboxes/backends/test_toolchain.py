"""Programs are found where they are, and only their own folders are shown."""

import subprocess
import sys
from pathlib import Path

import pytest

from sandboxes.backends import toolchain


def test_python_is_the_one_that_runs_us_and_its_folder_is_shown() -> None:
    tools = toolchain.find()
    assert tools.python == Path(sys.executable).resolve()
    assert tools.python.is_relative_to(toolchain.SYSTEM) or any(
        tools.python.is_relative_to(path) for path in tools.shown
    )


def test_only_programs_and_their_libraries_are_shown(tmp_path: Path) -> None:
    for folder in ("bin", "lib", "diary"):
        (tmp_path / folder).mkdir()
    assert toolchain._parts(tmp_path / "bin" / "node") == [tmp_path / "bin", tmp_path / "lib"]
    assert toolchain._parts(tmp_path / "node") == [tmp_path / "node"]
    assert not [path for path in toolchain.find().shown if path.is_relative_to(toolchain.SYSTEM)]


@pytest.mark.node
def test_node_is_the_program_itself_and_npm_is_on_the_path() -> None:
    tools = toolchain.find()
    assert tools.node
    told = subprocess.run([tools.node, "-p", "process.execPath"], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == str(tools.node)
    assert any((folder / "npm").exists() for folder in tools.programs)


def test_a_python_without_pip_is_given_ours(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    given = toolchain.pip(tmp_path / "bare" / "bin" / "python")
    assert given
    assert (given / "__main__.py").exists()


def test_a_certificate_file_the_host_names_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own.pem").write_text("x")
    monkeypatch.setenv("NODE_EXTRA_CA_CERTS", str(tmp_path / "own.pem"))
    monkeypatch.setenv("PIP_CERT", str(tmp_path / "missing.pem"))
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    found = toolchain.certificates()
    assert found["NODE_EXTRA_CA_CERTS"] == tmp_path / "own.pem"
    assert found.get("PIP_CERT") == found.get("SSL_CERT_FILE")
