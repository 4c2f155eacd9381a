"""A sandbox as people see it. What programs read of it: tests/sandboxes/api."""

from sandboxes.services import overviews, sandboxes
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp


def test_it_tells_the_stack_of_what_it_shows(make_app: MakeApp) -> None:
    told = [overviews.of(sandboxes.find(make_app(files).branch)) for files in (apps.REACT, apps.FLASK, apps.STATIC)]
    assert [one.stack for one in told] == ["react-vite", "python", "static"]
    assert [one.shows.version for one in told] == [1, 1, 1]
    assert {one.state for one in told} == {"absent"}
