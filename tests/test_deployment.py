"""What compose.yaml promises about who may do what; `make long` shows that it runs."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from config import presence
from tests.installation import ROOT

COMPOSE = (ROOT / "compose.yaml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
ROLES = ("migrate", "web", "edge", "worker-generate", "worker-sandbox", "beat")
SOCKET = "/var/run/docker.sock"


def holds_the_engine(service: dict[str, Any]) -> bool:
    return any(SOCKET in volume for volume in service.get("volumes", []))


def test_only_who_talks_to_boxes_holds_the_engine() -> None:
    holders = {name for name, service in SERVICES.items() if holds_the_engine(service)}
    assert holders == {"edge", "worker-generate", "worker-sandbox"}
    with_boxes = {name for name in ROLES if SERVICES[name]["environment"]["SANDBOX_BACKEND"] == "docker"}
    assert with_boxes == holders


def test_every_queue_has_a_worker_and_only_one() -> None:
    given = [SERVICES[name]["command"][-1].split(",") for name in ROLES if name.startswith("worker-")]
    assert sorted(queue for queues in given for queue in queues) == sorted(presence.QUEUES)


def test_only_dashboard_and_previews_are_published_and_on_loopback() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(published) == {"web", "edge"}
    assert all(port.startswith("${DJINN_PUBLISH:-127.0.0.1}:") for ports in published.values() for port in ports)


def test_what_keeps_the_data_has_no_way_out() -> None:
    assert yaml.safe_load(COMPOSE)["networks"]["inside"] == {"internal": True}
    assert SERVICES["postgres"]["networks"] == SERVICES["redis"]["networks"] == ["inside"]


def test_only_the_worker_of_jobs_knows_the_models_key() -> None:
    assert [name for name in ROLES if "DJINN_API_KEY" in SERVICES[name]["environment"]] == ["worker-generate"]


@pytest.mark.parametrize("name", ROLES)
def test_a_role_can_change_nothing_of_itself(name: str) -> None:
    role = SERVICES[name]
    assert role["read_only"] is True
    assert role["cap_drop"] == ["ALL"]
    assert role["security_opt"] == ["no-new-privileges:true"]
    assert role["mem_limit"]
    assert role["pids_limit"]


@pytest.mark.parametrize("name", [*ROLES[1:], "postgres", "redis"])
def test_whoever_stays_is_asked_how_it_is_and_started_again(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_every_value_that_must_be_given_is_in_the_example_and_empty() -> None:
    required = set(re.findall(r"\$\{([A-Z_]+):\?", COMPOSE))
    example = (ROOT / ".env.example").read_text()
    assert set(re.findall(r"(?m)^([A-Z_]+)=(.*)$", example)) == {(name, "") for name in required}


def test_the_example_and_compose_name_the_same_values() -> None:
    known = set(re.findall(r"\$\{([A-Z_]+)", COMPOSE))
    named = set(re.findall(r"(?m)^#?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text()))
    assert named <= known


def test_settings_that_roles_are_given_exist() -> None:
    described = (ROOT / "docs" / "settings.md").read_text()
    foreign = {"NPM_CONFIG_REGISTRY", "PIP_INDEX_URL"}  # of the package managers
    for name in ROLES:
        unknown = {key for key in SERVICES[name]["environment"] if f"`{key}`" not in described}
        assert unknown <= foreign


def test_the_image_is_nobodys_and_has_no_compiler() -> None:
    final = (ROOT / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    assert re.search(r"(?m)^USER \d+:\d+$", final)
    assert not re.search(r"pip install|npm|apt-get", final)


@pytest.mark.parametrize(
    "name", ["Dockerfile", "Dockerfile.sandbox", *map(str, Path(ROOT).glob(".ci/compose/*/Dockerfile"))]
)
def test_every_builder_understands_the_recipes(name: str) -> None:
    """The classic builder knows no mounts, no other syntax and no text in place."""
    assert not re.search(r"(?m)^\s*RUN --|^# syntax=|<<", (ROOT / name).read_text())
