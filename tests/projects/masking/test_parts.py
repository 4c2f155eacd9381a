"""What is secret within a secret is found alone: the password of an address, the texts of a JSON file."""

import json

import pytest

from projects.masking import Masker

KEY = "-----BEGIN PRIVATE KEY-----\n" + "\n".join("MIIE" + c * 60 for c in "abc") + "\n-----END PRIVATE KEY-----\n"
ACCOUNT = {
    "type": "service_account",
    "project_id": "night-garden",
    "private_key_id": "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
    "private_key": KEY,
    "auth_uri": "https://accounts.example.com/o/oauth2/auth",
    "more": [{"database": "postgres://app:s3cr%2Ft-9w@db.example/app"}, "short", 12, None],
}


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("postgres://user:x9-Kw%40q/2@db.example:5432/app", "x9-Kw%40q/2"),
        ("postgres://user:x9-Kw%40q@db.example:5432/app", "x9-Kw@q"),
        ("postgres://user:x9-Kw%40q@db.example:5432/app", "x9-Kw%40q"),
        ("redis://:x9Kwq27bb@cache/0", "x9Kwq27bb"),
        ("amqp://u:x9@Kwq27@queue/v", "x9@Kwq27"),
        ("kafka://a:x9Kwq27bb@one,kafka://b:y8Kwq27cc@two", "y8Kwq27cc"),
        ("https://ghp_x9Kwq27bb@git.example/a.git", "ghp_x9Kwq27bb"),
        ("mysql://u:a+b9Kwq@db/a", "a b9Kwq"),
    ],
)
def test_the_password_of_an_address_is_found_alone(secret: str, said: str) -> None:
    masker = Masker([("DATABASE_URL", secret)])
    assert masker.text(f"password={said};") == "password=[secret DATABASE_URL];"
    assert masker.text(f"<{secret}>") == "<[secret DATABASE_URL]>"
    assert said.encode().hex() not in masker.text(said.encode().hex())


def test_what_else_stands_in_an_address_is_not() -> None:
    masker = Masker([("DATABASE_URL", "postgres://postgres:postgres@localhost:5432/production")])
    text = "postgres at localhost:5432, production, postgres://"
    assert masker.text(text) is text


@pytest.mark.parametrize("indent", [None, 2])
def test_each_text_of_a_secret_in_json_is_found_alone(indent: int | None) -> None:
    masker = Masker([("ACCOUNT", json.dumps(ACCOUNT, indent=indent))])
    assert masker.text(KEY) == "[secret ACCOUNT]"
    assert masker.text(f"  {KEY.splitlines()[2]}\r") == "  [secret ACCOUNT]\r"
    assert masker.text(f"id {ACCOUNT['private_key_id']}") == "id [secret ACCOUNT]"
    assert masker.text("with s3cr/t-9w") == "with [secret ACCOUNT]"
    assert masker.text(repr(KEY)) == "'[secret ACCOUNT]'"


@pytest.mark.parametrize(
    "text", ["service_account", "short", "https://accounts.example.com/o/oauth2/auth", "night-garden"]
)
def test_ordinary_texts_of_a_secret_in_json_are_not(text: str) -> None:
    assert Masker([("ACCOUNT", json.dumps(ACCOUNT))]).text(text) is text


@pytest.mark.parametrize("value", ["{" * 5000, "[" * 16000, "{not json at all}", '{"a": 1}', "[[[]]]"])
def test_what_only_begins_like_json_is_one_text(value: str) -> None:
    assert "[secret KEY]" in Masker([("KEY", value)]).text(f"<{value}>")


SECRET = "a&b<c>d'e\"f+g`hé/"


@pytest.mark.parametrize(
    "said",
    [
        r"a\u0026b\u003cc\u003ed'e\"f+g`hé/",  # Go, Rails
        r"a\u0026b\u003Cc\u003Ed'e\"f+g`h\u00e9/",  # Django
        r"a\u0026b\u003cc\u003ed\u0027e\"f+g`h\u00e9/",  # Flask
        r"a\u0026b\u003Cc\u003Ed\u0027e\u0022f+g`h\u00e9/",  # PHP
        r"a\u0026b\u003Cc\u003Ed\u0027e\u0022f\u002Bg\u0060hé/",  # .NET
    ],
)
def test_json_that_is_fit_for_pages_hides_none(said: str) -> None:
    masker = Masker([("KEY", SECRET)])
    assert masker.text(f'{{"key":"{said}"}}') == '{"key":"[secret KEY]"}'
    assert masker.text(json.dumps({"key": said}, ensure_ascii=False)) == '{"key": "[secret KEY]"}'
