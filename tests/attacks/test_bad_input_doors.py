"""What bad input gets at the doors of the site, on either database: a sentence, one line, and no trace of it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from agents.models import Job, Message
from config import refusals
from projects.models import ApiToken, Project, User
from projects.services import accounts, tokens
from tests import people
from tests.people import People

pytestmark = [pytest.mark.django_db, pytest.mark.shape]

PROJECT = "/p/owner/night-garden/"
NINES = "9" * 40
NULL = "%00"


@pytest.fixture
def everybody(db: None) -> People:
    found = people.gather()
    found.owner.is_staff = found.owner.is_superuser = True
    found.owner.save()
    return found


@pytest.fixture
def visitor(everybody: People) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(everybody.owner, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """No trace in the log, whatever was sent."""
    caplog.set_level("WARNING")
    yield caplog
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []


ADDRESSES: dict[str, tuple[str, int]] = {
    # the pages of a list
    "a page that is no number": ("/projects/?page=x", 200),
    "a page below nothing": ("/projects/?page=-1", 200),
    "a page beyond any integer": (f"/projects/?page={NINES}", 200),
    "a page of five thousand digits": (f"/projects/?page={'9' * 5000}", 200),
    "a page with a null": (f"/projects/?page={NULL}", 400),
    # what is put into a form
    "a wish with a null": (f"/?wish={NULL}", 400),
    "a wish of half a letter": ("/?wish=%ed%a0%80%ff", 200),
    "a wish of fifteen thousand letters": (f"/?wish={'x' * 15_000}", 200),
    "two thousand parameters": (f"/?{'&'.join(f'a{one}=1' for one in range(2000))}", 400),
    # names in addresses
    "a secret with a null": ("/api/v2/projects/00000000-0000-0000-0000-000000000000/secrets/a%00", 404),
    "an owner of three hundred letters": (f"/p/{'a' * 300}/x/", 404),
    "a name with a null": (f"/p/owner/a{NULL}b/", 404),
    "a name with an emoji": ("/p/owner/%F0%9F%98%80/", 404),
    # paths of files
    "a path that goes up": (f"{PROJECT}files/../../manage.py", 404),
    "a path with a null": (f"{PROJECT}files/a{NULL}b", 404),
    "a path on a Windows drive": (f"{PROJECT}files/C:/Windows/win.ini", 404),
    "a path with backslashes": (f"{PROJECT}files/..%5c..%5cmanage.py", 404),
    "a path of five thousand letters": (f"{PROJECT}files/{'a' * 5000}", 404),
    # secrets in addresses
    "a link with a null": (f"/enter/{NULL}/", 302),
    "a link of nine thousand letters": (f"/enter/{'a' * 9000}/", 302),
    "a confirmation with a null": (f"/accounts/confirm-email/{NULL}/", 404),
    "a reset with a null": (f"/accounts/password/reset/key/{NULL}-{NULL}/", 404),
    "a reset beyond any integer": (f"/accounts/password/reset/key/{'z' * 60}-x/", 200),
    # Django's admin
    "a search with a null": (f"/admin/projects/project/?q={NULL}", 400),
    "a filter with a null": (f"/admin/projects/project/?template__exact={NULL}", 400),
    "a year beyond any calendar": ("/admin/agents/job/?created_at__year=99999999999", 400),
    "a row beyond any integer": (f"/admin/projects/user/{NINES}/change/", 302),
    "a row with a null": (f"/admin/projects/user/{NULL}/change/", 302),
    "what is looked up with a null": (
        f"/admin/autocomplete/?app_label=projects&model_name=member&field_name=user&term={NULL}",
        400,
    ),
}


@pytest.mark.parametrize(("address", "wanted"), ADDRESSES.values(), ids=ADDRESSES)
def test_an_address_that_cannot_be_meant_is_no_failure(
    visitor: Client, logged: pytest.LogCaptureFixture, address: str, wanted: int
) -> None:
    answer = visitor.get(address)
    assert answer.status_code == wanted
    if wanted >= 400:
        assert refusals.WORDS[wanted].heading in answer.content.decode()
        assert len(logged.records) == 1


def test_an_id_beyond_any_row_is_no_failure(visitor: Client, logged: pytest.LogCaptureFixture) -> None:
    """By the address that Django's admin has for looking at a row on the site."""
    kind = ContentType.objects.get_for_model(User).pk
    assert visitor.get(f"/admin/r/{kind}/{NINES}/").status_code in {400, 404}
    assert len(logged.records) == 1


def test_a_search_for_three_thousand_words_is_no_failure(visitor: Client, logged: pytest.LogCaptureFixture) -> None:
    """SQLite does not take so long a question; PostgreSQL does."""
    assert visitor.get(f"/admin/projects/project/?q={'x+' * 3000}").status_code in {200, 400}


@pytest.mark.parametrize("address", ["/p/owner/night-garden/jobs/%s/stop/", "/p/owner/night-garden/jobs/%s/retry/"])
@pytest.mark.parametrize("job", [NINES, NULL, "../x", "3f883c4a-a4da-48dd-ac4f-3ae51370a671"])
def test_a_job_that_is_none_is_not_there(
    visitor: Client, logged: pytest.LogCaptureFixture, address: str, job: str
) -> None:
    assert visitor.post(address % job).status_code == 404


# What is sent, and what it is told: nothing of it is kept.
WISHES = {
    "nothing": ("", "Say what you would like to have made."),
    "nothing but space": (" \r\n\t\u00a0\u2003", "Say what you would like to have made."),
    "one character too many": ("x" * 20_001, "20,000 characters; this one has 20001"),
    "one emoji too many": ("\U0001f600" * 20_001, "20,000 characters; this one has 20001"),
    "a null": ("a\0b", "Null characters are not allowed."),
}


@pytest.mark.parametrize(("wish", "told"), WISHES.values(), ids=WISHES)
def test_a_wish_that_is_none_is_told_so_beside_the_form(
    visitor: Client, logged: pytest.LogCaptureFixture, wish: str, told: str
) -> None:
    answer = visitor.post("/wish/", {"wish": wish})
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert (Project.objects.count(), Job.objects.count(), Message.objects.count()) == (1, 0, 0)


MESSAGES = {
    "nothing": ("", "Say what to change."),
    "one character too many": ("x" * 20_001, "20,000 characters; this has 20001"),
    "a null": ("a\0b", "Null characters are not allowed."),
}


@pytest.mark.parametrize("is_scripted", [True, False])
@pytest.mark.parametrize(("text", "told"), MESSAGES.values(), ids=MESSAGES)
def test_a_message_that_is_none_is_told_so_beside_the_form(
    visitor: Client, logged: pytest.LogCaptureFixture, text: str, told: str, is_scripted: bool
) -> None:
    headers = {"hx-request": "true"} if is_scripted else {}
    answer = visitor.post(f"{PROJECT}messages/", {"text": text}, follow=True, headers=headers)
    assert answer.status_code == 200
    assert told in answer.content.decode()
    assert (Job.objects.count(), Message.objects.count()) == (0, 0)


@pytest.mark.parametrize("key", ["\0" * 32, "z" * 32, "a" * 33, "'; --", "\u202e"])
def test_a_key_that_was_not_ours_makes_no_wish(visitor: Client, logged: pytest.LogCaptureFixture, key: str) -> None:
    assert visitor.post("/wish/", {"wish": "A garden", "key": key}).status_code == 422
    assert Project.objects.count() == 1


def test_more_fields_than_any_form_has_are_refused_in_words(visitor: Client, logged: pytest.LogCaptureFixture) -> None:
    answer = visitor.post("/wish/", {f"f{one}": "1" for one in range(2000)})
    assert answer.status_code == 400
    assert refusals.TOO_MANY_FIELDS in answer.content.decode()


MULTIPART = b'--x\r\nContent-Disposition: form-data; name="wish"'
ODDITIES: dict[str, tuple[str, bytes, int]] = {
    "no boundary": ("multipart/form-data", MULTIPART, 400),
    "a boundary of three hundred letters": ("multipart/form-data; boundary=" + "x" * 300, MULTIPART, 400),
    "a file where words belong": (
        "multipart/form-data; boundary=x",
        MULTIPART + b'; filename="wish.txt"\r\n\r\nhello\r\n--x--\r\n',
        422,
    ),
    "eleven hundred files": (
        "multipart/form-data; boundary=x",
        b"".join(
            b'--x\r\nContent-Disposition: form-data; name="f%d"; filename="a"\r\n\r\nx\r\n' % n for n in range(1100)
        )
        + b"--x--\r\n",
        400,
    ),
    "base64 that is none": (
        "multipart/form-data; boundary=x",
        MULTIPART + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n--x--\r\n",
        422,
    ),
    "very many part headers": (
        "multipart/form-data; boundary=x",
        MULTIPART + b"\r\n" + b"".join(b"x%d: 1\r\n" % n for n in range(5000)) + b"\r\nhello\r\n--x--\r\n",
        400,
    ),
    "JSON": ("application/json", b'{"wish": "x"}', 422),
    "a zip": ("application/zip", b"PK\x03\x04", 422),
}


@pytest.mark.parametrize(("kind", "body", "wanted"), ODDITIES.values(), ids=ODDITIES)
def test_a_body_that_is_no_form_is_no_wish(
    visitor: Client, logged: pytest.LogCaptureFixture, kind: str, body: bytes, wanted: int
) -> None:
    answer = visitor.generic("POST", "/wish/", body, content_type=kind)
    assert answer.status_code == wanted
    assert "<h1" in answer.content.decode()
    assert Project.objects.count() == 1


CREDENTIALS: dict[str, dict[str, str]] = {
    "a null": {"login": "a\0@example.org", "password": "\0"},
    "five thousand letters": {"login": "a" * 5000 + "@example.org", "password": "x" * 100_000},
    "a name of one letter": {"login": "@", "password": "x"},
    "another script": {"login": "\u202eowner@example.org", "password": "x"},
}


@pytest.mark.parametrize("sent", CREDENTIALS.values(), ids=CREDENTIALS)
@pytest.mark.parametrize(("address", "status"), [("/accounts/login/", 200), ("/admin/login/", 302)])
def test_credentials_that_are_none_sign_nobody_in(
    everybody: People, logged: pytest.LogCaptureFixture, sent: dict[str, str], address: str, status: int
) -> None:
    client = Client(raise_request_exception=False)
    answer = client.post(address, {**sent, "username": sent["login"]})
    assert answer.status_code == status
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("email", ["a\0@example.org", "a" * 5000 + "@example.org", "x", "\u202e@example.org"])
def test_an_address_that_is_none_gets_no_letter(
    everybody: People, logged: pytest.LogCaptureFixture, email: str, mailoutbox: list[Any]
) -> None:
    assert Client(raise_request_exception=False).post("/accounts/password/reset/", {"email": email}).status_code == 200
    assert mailoutbox == []


COOKIES = ['"\\000aaaaaaaaaaaaaaaa"', "a" * 5000, "\u00e9" * 20, '"\\342\\202"', "../../../etc/passwd", "{}[];"]


@pytest.mark.parametrize("cookie", COOKIES)
def test_a_cookie_that_was_not_ours_is_nobody(everybody: People, logged: pytest.LogCaptureFixture, cookie: str) -> None:
    client = Client(raise_request_exception=False)
    headers = {"cookie": f"djinn_session={cookie}; djinn_csrf={cookie}; messages={cookie}"}
    wanted = 400 if "000" in cookie else 302
    assert client.get("/projects/", headers=headers).status_code == wanted
    assert client.post("/accounts/login/", {"login": "x"}, headers=headers).status_code in {200, 400}


SECRETS = ["", "djinn_", "djinn_\0_x", "djinn_" + "a" * 9000, "\0", "djinn_%00_x", "\U0001f600", "djinn_\ud800_x"]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_token_that_was_not_ours_is_nobody(everybody: People, secret: str) -> None:
    tokens.create(user=everybody.owner, name="x", scopes=["read"])
    assert tokens.authenticate(secret) is None
    assert ApiToken.objects.filter(last_used_at=None).count() == 1


@pytest.mark.parametrize("token", ["", "\0", "x" * 9000, "a:b:c", "\ud800"])
def test_a_sign_in_link_that_was_not_ours_is_nobody(everybody: People, token: str) -> None:
    assert accounts.redeem(token) is None


def test_too_many_tries_are_refused_in_words_and_not_for_ever(everybody: People) -> None:
    client = Client(raise_request_exception=False)
    answers = [client.post("/accounts/password/reset/", {"email": "owner@example.org"}) for _ in range(30)]
    assert answers[-1].status_code == 429
    assert refusals.WORDS[429].say in answers[-1].content.decode()
