"""What looks like a secret is named by kind and place; ordinary code is not."""

import re

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
