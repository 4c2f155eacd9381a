"""A box killed while its app is being changed: the change completes and the app is there again."""

from collections.abc import Iterator

import pytest

from tests.installation import Installation, installed, wait_for

WISH = "A tool library for our street: borrow, bring back, a page per tool"
EDIT = "select phase from agents_job where kind = 'edit'"

pytestmark = [pytest.mark.xdist_group("journeys"), pytest.mark.box, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, str]]:
    with installed(tmp_path_factory.mktemp("box") / "home", DJINN_DEMO_PACE="0.3") as one:
        one.share_packages()
        one.up()
        project = one.send_wish(WISH)
        one.completed()
        assert "hammer" in one.preview().text.lower()
        yield one, project


def test_a_box_killed_during_an_edit_is_made_again(built: tuple[Installation, str]) -> None:
    one, project = built
    one.say(project, "Make the header green")
    wait_for(lambda: one.rows(EDIT) == [("implementing",)], seconds=30, what="the edit to begin")
    one.kill_boxes()
    one.completed(jobs=2)
    page = one.preview()
    assert page.status_code == 200
    assert "hammer" in page.text.lower()
    [first, second] = one.tree_hashes()
    assert first != second


def test_a_box_killed_at_rest_is_made_again_by_looking(built: tuple[Installation, str]) -> None:
    one, _ = built
    one.kill_boxes()
    wait_for(lambda: one.preview().status_code != 200, seconds=30, what="the preview to notice")
    wait_for(lambda: one.preview().status_code == 200, seconds=60, what="the preview to come back")
    assert "hammer" in one.preview().text.lower()
