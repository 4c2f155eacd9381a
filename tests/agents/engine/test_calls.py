"""A reply is kept with what took effect from it, whoever dies in between."""

import pytest

from agents.models import Generation
from projects.models import Project, User
from tests.agents.engine.replies import PAGE, blueprint, edit, says
from tests.agents.engine.replies import files as written
from tests.agents.engine.whole import in_background, run, wish
from tests.fakes.model_server import ModelServer, Script
from tests.installation import wait_for

pytestmark = pytest.mark.django_db(transaction=True)


def counted() -> list[tuple[str, int, int | None]]:
    rows = Generation.objects.order_by("attempt", "created_at")
    return [(row.step.key, row.attempt, row.staged) for row in rows.select_related("step")]


def test_each_call_knows_its_attempt_and_how_much_was_staged_from_it(
    server: ModelServer, project: Project, owner: User
):
    cut = Script(pieces=written(*PAGE).splitlines(keepends=True), cut_after=12)
    server.will(says(blueprint()), cut, says(written("style.css", "app.js")))
    run(wish(project, owner), times=2)
    assert counted() == [("design", 1, 0), ("implement-1", 1, 1), ("implement-1", 2, 2)]


def test_edits_count_for_the_reply_they_came_in(server: ModelServer, project: Project, owner: User):
    server.will(says(blueprint()), says(written(*PAGE)))
    run(wish(project, owner))
    server.will(says(edit("style.css", "  colour: red;", "  colour: green;")),
                says(edit("style.css", "  color: navy;", "  color: green;")))  # fmt: skip
    run(wish(project, owner, "Make the header green"))
    assert [row for row in counted() if row[0] == "edit"] == [("edit", 1, 0), ("edit", 1, 1)]


def test_what_is_staged_is_never_kept_without_its_text(server: ModelServer, project: Project, owner: User):
    """The row is looked at while the model hangs: a worker killed now would leave it so."""
    pieces = written(*PAGE).splitlines(keepends=True)
    server.will(says(blueprint()), Script(pieces=pieces, hang_after=12), says(written("style.css", "app.js")))
    job = wish(project, owner)
    thread = in_background(job)
    wait_for(lambda: Generation.objects.filter(staged=1).exists(), seconds=60, what="the first file")
    row = Generation.objects.get(staged=1)
    assert row.state == "open"
    assert "\nEOF_0x\n" in row.response
    Project.objects.all().delete()
    thread.join(timeout=10)
    assert not thread.is_alive()
