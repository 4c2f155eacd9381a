"""The picture on a card: for members, and asked for once."""

from django.test import Client

from projects.models import User
from projects.services import accounts
from sandboxes.models import Sandbox
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp
from tests.sandboxes.services.test_pictures import BYTES, hung


def address(sandbox: Sandbox) -> str:
    owner = sandbox.project.owner
    accounts.ensure_handle(owner)
    owner.refresh_from_db()
    return f"/p/{owner.handle}/{sandbox.project.slug}/picture/"


def test_it_is_served_to_who_may_see_the_project(make_app: MakeApp, client: Client) -> None:
    sandbox = make_app(apps.STATIC)
    at = address(sandbox)
    client.force_login(sandbox.project.owner)
    assert client.get(at).status_code == 404
    sha256 = hung(sandbox)
    answer = client.get(at, {"of": sha256[:16]})
    assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (200, BYTES, "image/webp")
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    again = client.get(at, headers={"if-none-match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(at, {"of": "0" * 16}).headers["Cache-Control"] == "private, no-cache"


def test_nobody_else_hears_of_it(make_app: MakeApp, client: Client) -> None:
    sandbox = make_app(apps.STATIC)
    at = address(sandbox)
    hung(sandbox)
    assert client.get(at).status_code == 302
    client.force_login(User.objects.create_user("mallory@example.com", name="Mallory"))
    assert client.get(at).status_code == 404


def test_the_card_of_the_start_page_shows_it(make_app: MakeApp, client: Client) -> None:
    sandbox = make_app(apps.STATIC)
    at = address(sandbox)
    client.force_login(sandbox.project.owner)
    assert "picture" not in client.get("/").content.decode()
    sha256 = hung(sandbox)
    for page in ("/", "/projects/"):
        assert f'src="{at}?of={sha256[:16]}"' in client.get(page).content.decode()
