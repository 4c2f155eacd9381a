"""The doctor's looks: each state that a machine can bring about."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import OperationalError, connection

from config import findings, presence
from config.findings import State
from config.locks import RoleLock
from config.presence import by_redis
from projects import sealing
from projects.models import Secret
from projects.services import sealed
from sandboxes.wire import boxes
from tests import people as people_of_tests
from tests.config.conftest import Take
from tests.people import People
from tests.services.redis import Redis


@pytest.fixture
def people(db: None) -> People:
    return people_of_tests.gather()


@pytest.mark.django_db
def test_every_look_finds_something_to_say() -> None:
    found = list(findings.all_of_them())
    assert len({finding.name for finding in found}) == len(findings.LOOKS)
    assert all(finding.says for finding in found)


def test_a_missing_program_is_named_with_its_fix(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for look in (findings.git, findings.node, findings.npm):
        finding = look()
        assert finding.state is State.LIMITED
        assert finding.fix


def test_boxes_switched_off_are_said_so(settings) -> None:
    settings.SANDBOX_BACKEND = "none"
    assert findings.bubblewrap().state is State.LIMITED
    apps = findings.apps()
    assert (apps.state, apps.says) == (State.LIMITED, "this machine can run: static")


@pytest.mark.box
def test_a_box_is_really_started() -> None:
    finding = findings.bubblewrap()
    assert finding.state is State.GOOD
    assert "namespace isolation" in finding.says


def test_the_demo_needs_no_key(settings) -> None:
    settings.DJINN_MODEL = "demo"
    assert findings.model().state is State.LIMITED


def test_a_live_model_without_its_key_is_broken(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DJINN_MODEL, settings.DJINN_API_KEY, settings.DJINN_API_BASE = "openrouter/some/model", "", ""
    monkeypatch.delenv("OPENROUTER_API_KEY", raising=False)
    finding = findings.model()
    assert finding.state is State.BROKEN
    assert "OPENROUTER_API_KEY" in finding.fix


def test_a_key_counts_and_is_never_shown(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DJINN_MODEL = "openrouter/some/model"
    monkeypatch.setenv("OPENROUTER_API_KEY", "sk-very-secret")
    finding = findings.model()
    assert finding.state is State.GOOD
    assert "secret" not in finding.says + finding.fix


def test_every_model_that_may_be_asked_needs_its_key(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DJINN_MODEL, settings.DJINN_API_KEY, settings.DJINN_API_BASE = "openrouter/a, groq/b", "", ""
    monkeypatch.setenv("OPENROUTER_API_KEY", "k")
    monkeypatch.setenv("GROQ_API_KEY", "k")
    monkeypatch.delenv("XAI_API_KEY", raising=False)
    assert findings.model().says == "openrouter/a, groq/b (their keys are not tried here)"
    settings.MODEL_OF_STEP = {"design": "xai/c", "edit": ""}
    finding = findings.model()
    assert (finding.state, finding.says) == (State.BROKEN, "xai/c cannot be called")
    settings.MODEL_OF_STEP = {"design": "openruoter/c"}
    assert "no model provider called “openruoter”" in findings.model().fix


def test_a_port_in_use_is_broken_and_a_free_one_is_good(settings, free_port: int) -> None:
    settings.SITE_PORT = free_port
    assert findings.port().state is State.GOOD
    with socket.create_server(("127.0.0.1", free_port)):
        assert findings.port().state is State.BROKEN


def test_what_is_encrypted_is_told_by_whether_its_key_is_here(people: People, settings) -> None:
    assert findings.encrypted().says == "0 texts, and their key is here"
    secret = Secret(project=people.project, name="STRIPE_KEY")
    secret.ciphertext = sealing.seal("value", about=sealed.about_secret(secret))
    secret.save()
    assert findings.encrypted().state is State.GOOD
    old, settings.ENCRYPTION_KEY = settings.ENCRYPTION_KEY, "n" * 40
    assert findings.encrypted().state is State.BROKEN
    settings.FORMER_ENCRYPTION_KEYS = [old]
    assert "reseal" in findings.encrypted().fix
    Secret.objects.update(ciphertext="scribble")
    assert findings.encrypted().says == "1 texts are damaged"


def test_a_running_server_is_no_trouble_with_the_port(settings, tmp_path: Path) -> None:
    settings.RUN_DIR = tmp_path
    lock = RoleLock("server").take()
    lock.tell(pid=os.getpid(), url="http://localhost:1234", ready=True)
    assert findings.port().says == "Djinn is running at http://localhost:1234/"
    lock.release()


def test_a_home_that_is_not_there_is_broken(settings, tmp_path: Path) -> None:
    settings.DJINN_HOME = tmp_path / "nowhere"
    assert findings.home().state is State.BROKEN


def test_little_space_is_said(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "LEAST_SPACE", 1024**6)
    assert findings.space().state is State.LIMITED


@pytest.fixture
def afresh() -> Iterator[None]:
    """Back ends are made once, by the settings of then."""
    boxes.every.cache_clear()
    yield
    boxes.every.cache_clear()


def test_an_engine_that_does_not_answer_is_named(settings, tmp_path: Path, afresh: None) -> None:
    settings.DOCKER_HOST = f"unix://{tmp_path}/none.sock"
    finding = findings.docker()
    assert finding.state is State.LIMITED
    assert finding.says.startswith(f"No Docker engine answers at unix://{tmp_path}/none.sock.")


@pytest.mark.docker
def test_an_engine_whose_image_is_missing_says_how_to_build_it(settings, afresh: None) -> None:
    settings.SANDBOX_BASE_IMAGE = "never-built"
    finding = findings.docker()
    assert finding.state is State.LIMITED
    assert "build_sandbox_image" in finding.fix


@pytest.mark.docker
def test_an_engine_with_its_image_is_good() -> None:
    finding = findings.docker()
    assert finding.state is State.GOOD
    assert "container" in finding.says


def test_names_that_do_not_resolve_are_explained(settings) -> None:
    settings.PREVIEW_DOMAIN = "invalid"
    assert "curl" in findings.names().fix


def test_the_bundle_is_looked_for(settings, tmp_path: Path) -> None:
    settings.BUNDLE_DIR = tmp_path
    assert findings.bundle().state is State.LIMITED
    (tmp_path / "main.js").write_text("")
    assert findings.bundle().state is State.GOOD


def test_one_machine_needs_no_services(settings) -> None:
    settings.IS_SCALED = False
    for look in (findings.postgres, findings.redis):
        finding = look()
        assert (finding.state, finding.says) == (State.LIMITED, findings.ALONE)


@pytest.mark.services
def test_redis_is_really_connected_to(scaled: Redis) -> None:
    assert findings.redis().state is State.GOOD
    by_redis.client().config_set("maxmemory-policy", "allkeys-lru")
    assert findings.redis().fix == "Set maxmemory-policy to noeviction."
    scaled.kill()
    gone, processes = findings.redis(), findings.processes()
    scaled.start()
    assert gone.state is State.BROKEN
    assert "REDIS_URL" in gone.fix
    assert processes.says.startswith("nobody knows who runs.")


@pytest.mark.django_db(transaction=True)
def test_a_database_that_lets_nobody_in_is_broken(settings) -> None:
    settings.IS_SCALED = True
    with connection.execute_wrapper(_refuse):
        finding = findings.postgres()
    assert finding.state is State.BROKEN
    assert "no pg_hba.conf entry" in finding.says
    assert "\n" not in finding.says


def _refuse(*query: object) -> None:
    raise OperationalError("no pg_hba.conf entry for host\nand more")


def test_who_runs_is_told(settings, tmp_path: Path, take: Take) -> None:
    settings.IS_SCALED, settings.RUN_DIR = False, tmp_path
    assert findings.processes().says == "no server runs"
    take("web", "edge", "beat").tell(ready=True)
    assert "No worker takes wishes" in findings.processes().says
    take("worker").tell(ready=True, queues=list(presence.QUEUES))
    assert findings.processes().state is State.GOOD
