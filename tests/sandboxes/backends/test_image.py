"""What the image of the boxes is made of, and how it is named."""

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
from django.conf import settings

from sandboxes.backends import image, registries, toolchain
from sandboxes.wire import boxes

ONE = b"-----BEGIN CERTIFICATE-----\nb25l\n-----END CERTIFICATE-----"
TWO = b"-----BEGIN CERTIFICATE-----\ndHdv\n-----END CERTIFICATE-----"


def test_its_name_follows_everything_that_is_in_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    names = {image.tag("one"), image.tag("two")}
    recipe = tmp_path / "Dockerfile.sandbox"
    recipe.write_bytes(image.RECIPE.read_bytes() + b"\n")
    monkeypatch.setattr(image, "RECIPE", recipe)
    names.add(image.tag("one"))
    agent = tmp_path / "agent.py"
    agent.write_text("pass")
    monkeypatch.setattr(image, "PROGRAMS", (agent, *image.PROGRAMS[1:]))
    names.add(image.tag("one"))
    assert len(names) == 4
    assert all(name.startswith("djinn-sandbox:") for name in names)


def test_certificates_of_this_machine_go_along_each_in_a_file_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "anchors").mkdir()
    (tmp_path / "anchors" / "company.crt").write_bytes(b"# ours\n" + ONE + b"\n")
    (tmp_path / "bundle.pem").write_bytes(ONE + b"\n" + TWO + b"\n")
    monkeypatch.setattr(image, "ANCHORS", (tmp_path / "anchors", tmp_path / "missing"))
    monkeypatch.setenv("PIP_CERT", str(tmp_path / "bundle.pem"))
    monkeypatch.setattr(toolchain, "BUNDLES", (toolchain.certificates()["SSL_CERT_FILE"].as_posix(),))
    assert sorted(content.strip() for content in image.certificates().values()) == sorted([ONE, TWO])


def test_the_context_is_the_same_every_time_and_holds_no_more_than_it_needs() -> None:
    first = image._context().getvalue()
    assert first == image._context().getvalue()
    with tarfile.open(fileobj=io.BytesIO(first)) as tar:
        folders = {name.partition("/")[0] for name in tar.getnames()}
    assert folders == {"Dockerfile", "agent", "certificates", "templates"}


def test_the_recipe_is_for_every_engines_own_builder() -> None:
    recipe = image.RECIPE.read_text()
    assert "--mount" not in recipe.replace("`RUN --mount`", "")
    assert not recipe.startswith("# syntax=")
    assert "://" not in recipe


def test_what_the_engine_says_comes_line_by_line() -> None:
    told: list[dict[str, object]] = [
        {"stream": "Step 1/2 : FROM x\n"},
        {"stream": "\n"},
        {"status": "Downloading", "progressDetail": {"current": 1}},
        {"status": "Pull complete"},
        {"error": "it broke\nbadly"},
    ]
    assert list(image._lines(iter(told))) == ["Step 1/2 : FROM x", "Pull complete", "it broke", "badly"]


def test_registries_that_make_no_sense_are_none() -> None:
    assert registries.read(b"{") == registries.Registries()
    assert registries.read(b'{"npm": 5}') == registries.Registries()
    scopes = [["@x:registry", "https://x.example/"]]
    told = {"npm": "https://a:b@npm.example/", "scopes": scopes, "pip": "", "pip_extra": []}
    assert registries.read(json.dumps(told).encode()) == registries.Registries(
        npm="https://npm.example/", scopes=(("@x:registry", "https://x.example/"),)
    )


@pytest.fixture
def client() -> Iterator[docker.APIClient]:
    made = docker.APIClient(base_url=boxes.address().url, version="auto")
    yield made
    made.close()


@pytest.mark.docker
def test_the_image_says_where_its_own_packages_come_from(client: docker.APIClient) -> None:
    found = image.registries_of(client, image.tag(settings.SANDBOX_BASE_IMAGE))
    assert found.npm.startswith("https://")
    assert found.pip.startswith("https://")


@pytest.mark.docker
def test_images_of_other_versions_are_removed_and_todays_stays(client: docker.APIClient) -> None:
    tag = image.tag(settings.SANDBOX_BASE_IMAGE)
    recipe = f"FROM {settings.SANDBOX_BASE_IMAGE}\nLABEL djinn.managed=1 djinn.test=prune\n"
    list(client.build(fileobj=io.BytesIO(recipe.encode()), tag="djinn-sandbox:old-for-tests", rm=True))
    only = Listed(client, "djinn.test=prune", tag)
    assert image.prune(only, settings.SANDBOX_BASE_IMAGE) == ["djinn-sandbox:old-for-tests"]
    assert image.exists(client, settings.SANDBOX_BASE_IMAGE)
    assert not client.images("djinn-sandbox:old-for-tests")


class Listed:
    """The engine as it is, but for images of ours that others test with."""

    def __init__(self, client: docker.APIClient, label: str, kept: str) -> None:
        self.client, self.label, self.kept = client, label, kept

    def images(self, filters: dict[str, str]) -> list[dict[str, object]]:
        found = self.client.images(filters=filters)
        mine = {each["Id"] for each in self.client.images(filters={"label": self.label})}
        return [each for each in found if each["Id"] in mine or self.kept in (each["RepoTags"] or [])]

    def remove_image(self, name: str, *, force: bool) -> None:
        self.client.remove_image(name, force=force)
