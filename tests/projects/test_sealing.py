"""What is sealed opens only with its key, in its place, and whole."""

import base64

import pytest

from projects import errors, sealing

ABOUT = "secret 1 NAME"


def test_what_was_sealed_opens_again() -> None:
    for text in ("", "hello", "ünïcödé ✓ \n\ttext", "x" * 100_000):
        assert sealing.open(sealing.seal(text, about=ABOUT), about=ABOUT) == text


def test_the_same_text_looks_different_each_time() -> None:
    assert sealing.seal("hello", about=ABOUT) != sealing.seal("hello", about=ABOUT)


def test_nothing_of_the_text_can_be_seen() -> None:
    sealed = sealing.seal("correct horse battery staple", about=ABOUT)
    body = base64.urlsafe_b64decode(sealed.rpartition(".")[2])
    assert b"horse" not in body
    assert "horse" not in sealed


def test_it_does_not_open_in_another_place() -> None:
    with pytest.raises(errors.Damaged, match="another place"):
        sealing.open(sealing.seal("hello", about=ABOUT), about="secret 2 NAME")


@pytest.mark.parametrize("at", [16, 20, 40, -1])
def test_a_changed_letter_is_damage(at: int) -> None:
    letters = list(sealing.seal("hello, hello, hello", about=ABOUT))
    letters[at] = "A" if letters[at] != "A" else "B"
    with pytest.raises(errors.Damaged):
        sealing.open("".join(letters), about=ABOUT)


@pytest.mark.parametrize("text", ["", "hello", "s1", "s1.", "s2.abc.def", "s1.abc", "ä.ö.ü"])
def test_what_was_never_sealed_is_said_so(text: str) -> None:
    with pytest.raises(errors.Damaged, match="not something that was sealed"):
        sealing.open(text, about=ABOUT)


@pytest.mark.parametrize("body", ["", "AAAA", "!!!!", "AAAA===", "é", "A" * 15, "A" * 16, "A" * 40])
def test_a_cut_or_foreign_body_is_damage(body: str, settings) -> None:
    with pytest.raises(errors.Damaged):
        sealing.open(sealing.prefix(settings.ENCRYPTION_KEY) + body, about=ABOUT)


def test_another_key_is_told_apart_from_damage(settings) -> None:
    sealed = sealing.seal("hello", about=ABOUT)
    settings.ENCRYPTION_KEY = "another key, made somewhere else, later"
    with pytest.raises(errors.MissingKey, match="key of your backup") as refused:
        sealing.open(sealed, about=ABOUT)
    assert refused.value.mark == sealing.mark_of(sealed)


def test_a_former_key_opens_and_the_newest_seals(settings) -> None:
    old = settings.ENCRYPTION_KEY
    sealed = sealing.seal("hello", about=ABOUT)
    settings.ENCRYPTION_KEY, settings.FORMER_ENCRYPTION_KEYS = "a newer key, at least as long as that", ["x" * 40, old]
    assert sealing.open(sealed, about=ABOUT) == "hello"
    assert sealing.mark_of(sealing.seal("hello", about=ABOUT)) == sealing.mark(settings.ENCRYPTION_KEY)


def test_a_mark_tells_nothing_of_its_key_and_no_text_is_in_a_refusal(settings) -> None:
    sealed = sealing.seal("hello", about=ABOUT)
    assert sealing.mark(settings.ENCRYPTION_KEY) not in settings.ENCRYPTION_KEY
    with pytest.raises(errors.Refusal) as refused:
        sealing.open(sealed[:-4] + "AAAA", about=ABOUT)
    assert "hello" not in repr(refused.value) + repr(refused.value.__cause__)
