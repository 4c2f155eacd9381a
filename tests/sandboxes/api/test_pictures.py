"""The picture of an app over the API."""

from sandboxes.services import sandboxes
from tests.people import People
from tests.programs import Programs
from tests.sandboxes.services.test_pictures import BYTES, hung


def test_a_program_gets_the_picture_and_is_told_when_it_has_it(people: People, program: Programs) -> None:
    reader = program(people.viewer, "read")
    at = f"/projects/{people.project.pk}/sandbox/picture"
    assert reader.get(at).status_code == 404
    hung(sandboxes.for_branch(people.main))
    answer = reader.get(at)
    assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (200, BYTES, "image/webp")
    assert reader.get(at, if_none_match=answer.headers["ETag"]).status_code == 304
    told = reader.get(f"/projects/{people.project.pk}/sandbox").json()["picture_url"]
    assert told == f"http://localhost:8000/api/v2{at}?branch=main"
    assert program(people.stranger, "read").get(at).status_code == 404
