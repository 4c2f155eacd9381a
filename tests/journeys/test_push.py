"""Somebody pushes with git, and whoever has the project open sees the version at once."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.installations.visited import Visited
from tests.journeys.conftest import PATIENCE
from tests.journeys.test_two_people import followed
from tests.projects.git.served import Clone

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys"), pytest.mark.timeout(240)]

_BEGIN = """
from projects.models import User
from projects.services import files, projects, tokens
owner = User.objects.filter(is_superuser=True).earliest("pk")
project = projects.create(name="Pushed to", by=owner)
files.save(project.branches.get(), "index.html", b"<h1>One</h1>", by=owner)
secret = tokens.create(user=owner, name="git", scopes=["read", "write"])[1]
print(f"{owner.handle}/{project.slug} {secret}")
"""


def test_a_push_is_seen_in_the_open_page(
    signed_in: Callable[..., Page],
    installation: Visited,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    page = signed_in()
    name, secret = installation.script(_BEGIN).split()
    page.goto(f"{installation.url}/p/{name}/")
    followed(page)
    outside = Clone(tmp_path)
    outside.git("clone", "-q", f"http://git:{secret}@localhost:{installation.port}/git/{name}.git", "work")
    clone = Clone(tmp_path / "work")
    clone.write("index.html", "<h1>Two</h1>")
    clone.git("commit", "-qam", "Call it two")
    clone.git("push", "-q")
    pushed = time.monotonic()
    expect(page.get_by_role("log")).to_contain_text("Version 2", timeout=PATIENCE)
    record_property("figure", f"a push was in the open page {time.monotonic() - pushed:.2f} s after git had ended")
