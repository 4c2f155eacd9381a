"""A job whose worker is killed over it, then replayed, recorded and wished for again, by processes of their own."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import processes
from tests.installation import Installation, installed, wait_for

# In other words than the recording's own: a new one has to be found by them.
WISH = "A reading list with the books on my desk"
CLOSED = "select seq from projects_event where kind = 'file_closed'"
VERDICTS = "select purpose, verdict, message from agents_replay order by created_at"

pytestmark = [pytest.mark.timeout(300)]


@pytest.fixture
def built(tmp_path: Path) -> Iterator[Installation]:
    """By two workers: the first was killed after two files."""
    plain = {"SANDBOX_BACKEND": "none", "DJINN_LEASE_SECONDS": "3"}
    with installed(tmp_path / "home", DJINN_DEMO_PACE="0.6", **plain) as one:
        one.up()
        one.send_wish(WISH)
        wait_for(lambda: len(one.rows(CLOSED)) >= 2, seconds=90, what="two closed files")
        one.kill("manage.py", "serve", "worker")
        one.completed()
        assert len(one.rows("select 1 from agents_generation where error_code = 'lost'")) == 1
        yield one


def test_killed_replayed_recorded_and_wished_for_again(built: Installation):
    [job] = [str(row[0]) for row in built.rows("select id from agents_job")]
    [made] = built.tree_hashes()
    _by_hand_in_the_admin(built, job)
    assert built.stop() == 0

    replayed = built.manage("replay_generation", job, "--json", "--chunk", "11")
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr
    answer = json.loads(replayed.stdout)
    assert (answer["verdict"], answer["tree_hash"]) == ("identical", made)

    recorded = built.manage("record_generation", job, "--name", "desk")
    assert recorded.returncode == 0, recorded.stderr
    assert f"Played back, it gives {made}" in recorded.stdout
    assert processes.of(built.home, "manage.py") == [], "neither needed a server, and neither started one"

    again = built.manage("generate", WISH, seconds=200)
    assert again.returncode == 0, again.stdout + again.stderr
    assert built.tree_hashes() == [made, made]
    models = [row[0] for row in built.rows("select distinct model from agents_generation where error_code = ''")]
    assert sorted(models) == ["demo/desk", "demo/reading-list"]


def _by_hand_in_the_admin(one: Installation, job: str) -> None:
    """Through the page, the queue and a worker."""
    page = one.client.get("/admin/agents/job/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert token
    form = {"action": "replay", "_selected_action": job, "csrfmiddlewaretoken": token[1]}
    assert "1 asked for." in one.client.post("/admin/agents/job/", data=form).text
    wait_for(lambda: one.rows(VERDICTS) and one.rows(VERDICTS)[0][1], seconds=60, what="a verdict")
    said = "Identical: the stored replies give the tree that the job staged."
    assert one.rows(VERDICTS) == [("replay", "identical", said)]
    assert said in one.client.get("/admin/agents/replay/").text
