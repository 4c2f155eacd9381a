"""What a writer saw."""

import pytest
from django.test import RequestFactory

from projects.rest import Refused, etags

SHA = "0" * 63 + "a"


def said(**headers: str) -> str:
    return etags.expected(RequestFactory().put("/", headers={k.replace("_", "-"): v for k, v in headers.items()}))


def test_it_is_the_hash_of_what_was_read_or_nothing_for_something_new() -> None:
    assert said(If_Match=etags.tag(SHA)) == SHA
    assert said(If_None_Match="*") == ""


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "precondition_required"),
        ({"If_Match": "*"}, "invalid"),
        ({"If_Match": f'W/"{SHA}"'}, "invalid"),
        ({"If_Match": f'"{SHA}", "{SHA}"'}, "invalid"),
        ({"If_Match": SHA}, "invalid"),
        ({"If_None_Match": f'"{SHA}"'}, "invalid"),
        ({"If_Match": "", "If_None_Match": "*"}, "invalid"),
    ],
)
def test_anything_else_is_refused(headers: dict[str, str], code: str) -> None:
    with pytest.raises(Refused) as refused:
        said(**headers)
    assert refused.value.kind.code == code
