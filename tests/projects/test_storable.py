"""What is kept of text that cannot be kept."""

import json

import pytest
from django.db import connection

from projects import storable

TEXTS = {
    "plain\n\ttext": "plain\n\ttext",
    "a\0b": "a\ufffdb",
    "a\ud83db": "a\ufffdb",
    "\U0001f600": "\U0001f600",
    "\x1b[31mred": "\x1b[31mred",
}
NAMES = {
    "  Night \n Garden ": "Night Garden",
    "\u202egnp.exe": "gnp.exe",
    "\x01\x1b[31mred\x07": "[31mred",
    "a\u2066b\u2069c\u200f": "abc",
    "\U0001f469\u200d\U0001f52c": "\U0001f469\u200d\U0001f52c",
    "\u202e\u202d": "",
    "a\0b": "a\ufffdb",
    "مكتبة الأدوات": "مكتبة الأدوات",
}


@pytest.mark.parametrize(("given", "kept"), TEXTS.items())
def test_text_is_kept_with_a_sign_where_it_cannot_be(given: str, kept: str) -> None:
    assert storable.text(given) == kept


@pytest.mark.parametrize(("given", "kept"), NAMES.items())
def test_a_name_has_nothing_hidden_in_it(given: str, kept: str) -> None:
    assert storable.name(given) == kept


@pytest.mark.shape
@pytest.mark.django_db
def test_this_databases_text_and_json_take_all_of_it() -> None:
    everything = storable.text("".join(map(chr, range(0x11000))))
    with connection.cursor() as cursor:
        cursor.execute("select cast(%s as text)", [everything])
        assert cursor.fetchone() == (everything,)
        kind = "jsonb" if connection.vendor == "postgresql" else "text"
        cursor.execute(f"select cast(cast(%s as {kind}) as text)", [json.dumps(everything)])
        [stored] = cursor.fetchone()
    assert json.loads(stored) == everything
