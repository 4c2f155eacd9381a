"""A page that was open while things happened reads exactly like one opened afterwards, kind by kind."""

import difflib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.installation import ROOT
from tests.installations.visited import Visited
from tests.ui.story import STORY

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys"), pytest.mark.timeout(240)]

# Records what it reads, in the installation's own database, through the real feed and its bells.
_RECORDER = """
import json, sys
import django
django.setup()
from django.db import transaction
from projects import feed
from projects.models import Project
from projects.services import accounts, projects
project = projects.create(name="Night Garden", by=accounts.local_owner())
print(project.slug, project.last_seq, flush=True)
for line in sys.stdin:
    kind, payload = json.loads(line)
    with transaction.atomic():
        print(feed.record(project, kind, payload).seq, flush=True)
"""
# Ticking times, marks of freshness and what a frame has loaded differ by nature.
_READ = """() => Object.fromEntries([...document.querySelectorAll('[data-region]')].map(region => {
    const copy = region.cloneNode(true);
    copy.querySelectorAll('time').forEach(time => { time.textContent = ''; });
    copy.querySelectorAll('.fresh').forEach(one => one.classList.remove('fresh'));
    copy.querySelectorAll('[class]').forEach(one => one.setAttribute('class', [...one.classList].join(' ')));
    copy.querySelectorAll('[class=""]').forEach(one => one.removeAttribute('class'));
    copy.querySelectorAll('iframe').forEach(frame => frame.removeAttribute('src'));
    const lines = copy.innerHTML.replace(/\\s+/g, ' ').replace(/ ?(<[^>]*>) ?/g, '\\n$1\\n').split('\\n');
    return [region.dataset.region, lines];
}))"""

Record = Callable[[str, dict[str, Any]], int]


@pytest.fixture
def stage(installation: Visited) -> Iterator[tuple[str, Record]]:
    """A project, and a way to record events in it from outside the server."""
    with subprocess.Popen(
        [sys.executable, "-c", _RECORDER],
        cwd=ROOT,
        env=installation.variables(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        slug, _ = process.stdout.readline().split()

        def record(kind: str, payload: dict[str, Any]) -> int:
            assert process.stdin is not None
            assert process.stdout is not None
            if "url" in payload:
                payload = {**payload, "url": payload["url"].replace(":8000", f":{installation.port}")}
            process.stdin.write(json.dumps([kind, payload]) + "\n")
            process.stdin.flush()
            return int(process.stdout.readline())

        yield f"/p/owner/{slug}/", record
        process.stdin.close()


def _differences(live: Page, fresh: Page) -> list[str]:
    """Line by line, so that a failure says where."""
    was, now = live.evaluate(_READ), fresh.evaluate(_READ)
    assert was.keys() == now.keys()
    return [line for region in was for line in difflib.unified_diff(was[region], now[region], "live", "fresh", n=1)]


def test_stale_page_and_pushed_fragments_equal_a_fresh_page(
    signed_in: Callable[..., Page], stage: tuple[str, Record], installation: Visited
):
    address, record = stage
    live, fresh = signed_in(), signed_in()
    live.goto(installation.url + address)
    expect(live.locator(".wb[data-live-seq]")).to_be_attached()
    for kind, payload in STORY:
        seq = record(kind, payload)
        expect(live.locator(".wb")).to_have_attribute("data-live-seq", str(seq))
        fresh.goto(installation.url + address)
        assert _differences(live, fresh) == [], kind


def test_a_page_that_was_away_catches_up(
    signed_in: Callable[..., Page], stage: tuple[str, Record], installation: Visited
):
    address, record = stage
    live = signed_in()
    live.goto(installation.url + address)
    expect(live.locator(".wb[data-live-seq]")).to_be_attached()
    live.context.set_offline(True)
    seqs = [record(kind, payload) for kind, payload in STORY]
    live.context.set_offline(False)
    expect(live.locator(".wb")).to_have_attribute("data-live-seq", str(seqs[-1]), timeout=30_000)
    fresh = signed_in()
    fresh.goto(installation.url + address)
    assert _differences(live, fresh) == []
