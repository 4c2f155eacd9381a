"""Arguments of commands that cannot be meant: one sentence, and nothing of it is kept."""

import re

import pytest
from django.core.management import CommandError, call_command

from agents.models import Job
from config import locks
from projects.models import ApiToken, User
from projects.services import accounts

pytestmark = [pytest.mark.django_db, pytest.mark.shape]

ARGUMENTS: dict[str, tuple[tuple[str, ...], str]] = {
    "a wish of nothing": (("generate", " "), "Say what you would like to have made."),
    "a wish that is too long": (("generate", "x" * 20_001), "A wish may have up to 20,000 characters."),
    "a model's name that is too long": (("generate", "x", "--model", "m" * 121), "at most 120 characters"),
    "a model nobody knows": (
        ("generate", "x", "--model", "nobody/knows"),
        "There is no model provider called “nobody”.",
    ),
    "a recording nobody made": (
        ("generate", "x", "--model", "demo/nothing"),
        "There is no recording called “nothing”.",
    ),
    "a time below nothing": (("generate", "x", "--timeout", "-1"), "--timeout"),
    "an e-mail that is none": (("create_owner", "--email", "nobody"), "nobody is no e-mail address."),
    "an e-mail that is too long": (("create_owner", "--email", "a" * 300 + "@b.c"), "is no e-mail address."),
    "a name that is too long": (("create_owner", "--name", "n" * 81), "A name has at most 80 characters."),
    "a token for nobody": (("create_token", "x", "--email", "a@b.c"), "Nobody here has the address"),
    "a token without a name": (("create_token", " "), "A token needs a name."),
    "a token of yesterday": (("create_token", "x", "--days", "-1"), "--days"),
    "a token for ever and ever": (("create_token", "x", "--days", "999999999"), "--days"),
    "a scope that is none": (("create_token", "x", "--scope", "all"), "invalid choice"),
    "a role that is none": (("serve", "king"), "king"),
    "a command that is none": (("conquer",), "Unknown command"),
}


@pytest.mark.parametrize(("words", "says"), ARGUMENTS.values(), ids=ARGUMENTS)
def test_arguments_that_cannot_be_meant_are_refused(words: tuple[str, ...], says: str) -> None:
    with pytest.raises(CommandError, match=re.escape(says)):
        call_command(*words)
    assert (
        Job.objects.count(),
        ApiToken.objects.count(),
        User.objects.exclude(email=accounts.LOCAL_OWNER).count(),
    ) == (
        0,
        0,
        0,
    )
    assert not locks.is_held("server")
