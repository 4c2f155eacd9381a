"""What looks like a secret is named by kind and place; ordinary code is not."""

import re
import time

import pytest

from agents.recordings import catalogue, secrets
from tests.agents.recordings import builds


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("key = 'sk-proj-abcdefghijklmnop1234'", "an API key"),
        ("AKIAIOSFODNN7EXAMPLE", "an AWS key"),
        ("AIza" + "b" * 35, "a Google key"),
        ("token: ghp_" + "a1" * 18, "a GitHub token"),
        ("xoxb-123456789012-abc", "a Slack token"),
        ("sk_live_0123456789abcdef", "a Stripe key"),
        ("-----BEGIN RSA PRIVATE KEY-----", "a private key"),
        ("eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.SflKxwRJSMeKKF2QT4", "a JSON web token"),
        ("postgres://user:hunter2@db/app", "an address with a password"),
        ('PASSWORD = "correct-horse"', "a password"),
        ("const apiKey = 'abcdefgh1234'", "a password"),
    ],
)
def test_a_secret_is_named_and_not_repeated(text: str, kind: str):
    said = list(secrets.find("a.js", f"one\n{text}\n"))
    assert f"a.js, line 2: looks like {kind}" in said
    assert {line.partition(": looks like ")[0] for line in said} == {"a.js, line 2"}
    assert not any(word in line for line in said for word in re.findall(r"[\w-]{12,}", text))


@pytest.mark.parametrize(
    "text",
    [
        "const password = form.elements.password.value;",
        '<input type="password" name="password" autocomplete="current-password">',
        "if (task-list) { sk-loading }",
        "https://example.org/a:b@c",
        "secret = ''",
        "The password must have eight letters.",
    ],
)
def test_ordinary_code_is_no_secret(text: str):
    assert list(secrets.find("a.js", text)) == []


@pytest.mark.parametrize("recording", catalogue.built_in(), ids=lambda recording: recording.name)
def test_the_recordings_hold_none(recording: catalogue.Recording):
    assert [hint for path, text in builds.tree(recording).items() for hint in secrets.find(path, text)] == []


# --- taken out -----------------------------------------------------------------------------------

SIGN = "[removed {}]"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA0123456789abcdef\nabcdefABCDEF0123456789==\n"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("key = 'sk-proj-abcdefghijklmnop1234';", "key = '[removed an API key]';"),
        ('const password = "opensesame-4711";', 'const password = "[removed a password]";'),
        ("postgres://user:hunter2@db/app", "postgres://user:[removed an address with a password]@db/app"),
        ("a\n+sk_live_0123456789abcdef\nb", "a\n+[removed a Stripe key]\nb"),
        ("nothing of the kind", "nothing of the kind"),
    ],
)
def test_what_is_secret_is_taken_out_and_the_rest_stays(text: str, left: str):
    assert secrets.without(text, SIGN) == left
    assert list(secrets.find("a", left)) == []
    assert secrets.without(left, SIGN) == left


@pytest.mark.parametrize("end", ["-----END RSA PRIVATE KEY-----\nafter\n", "after\n", ""])
def test_of_a_private_key_no_line_is_left_and_none_is_lost(end: str):
    left = secrets.without(f"before\n{PEM}{end}", SIGN)
    assert "MIIE" not in left
    assert "abcdefABCDEF" not in left
    assert len(left.splitlines()) == len(f"before\n{PEM}{end}".splitlines())
    assert left.startswith("before\n[removed a private key]")
    assert left.endswith("after\n") or not end
    assert list(secrets.find("a", left)) == []


def test_a_private_key_in_one_line_of_json():
    line = '{"key": "' + PEM.replace("\n", "\\n") + '-----END RSA PRIVATE KEY-----\\n"}'
    said = "[removed a private key]"
    assert secrets.without(line, SIGN) == '{"key": "' + said + "\\n" + said + "\\n" + said + '\\n\\n"}'


@pytest.mark.parametrize("piece", ["a.", "eyJ-", "sk-", "-----BEGIN PRIVATE KEY-----", "password = '", "x://a:b", "A@"])
def test_no_text_takes_longer_than_its_length(piece: str):
    """Ten times the text takes some ten times as long, and not a hundred times."""
    began = time.process_time()
    secrets.without(piece * 2_000, SIGN)
    short = time.process_time() - began
    began = time.process_time()
    secrets.without(piece * 20_000, SIGN)
    assert time.process_time() - began < 40 * max(short, 0.01)
