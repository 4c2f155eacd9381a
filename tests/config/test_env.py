"""Environment readers: what they accept, and that a refusal names the variable."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "  ")
    assert env.text("X", "fallback") == "fallback"
    assert env.integer("X", 5, least=1, most=9) == 5
    assert env.boolean("X", True) is True


@pytest.mark.parametrize(("raw", "value"), [("1", True), ("Yes", True), ("on", True), ("0", False), ("FALSE", False)])
def test_yes_and_no_have_several_spellings(monkeypatch: pytest.MonkeyPatch, raw: str, value: bool) -> None:
    monkeypatch.setenv("X", raw)
    assert env.boolean("X") is value


def test_a_word_that_is_neither_yes_nor_no_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "perhaps")
    with pytest.raises(ImproperlyConfigured, match="X is 'perhaps'"):
        env.boolean("X")


@pytest.mark.parametrize("raw", ["ten", "1.5", "0", "70000"])
def test_a_whole_number_out_of_reach_is_refused(monkeypatch: pytest.MonkeyPatch, raw: str) -> None:
    monkeypatch.setenv("X", raw)
    with pytest.raises(ImproperlyConfigured, match=f"X is '{raw}'"):
        env.integer("X", 8000, least=1, most=65535)


@pytest.mark.parametrize("raw", ["a,,b", "open router/x", "demo, openrouter/x", "a, a", "m" * 121])
def test_models_that_cannot_be_meant_are_refused(monkeypatch: pytest.MonkeyPatch, raw: str) -> None:
    monkeypatch.setenv("X", raw)
    with pytest.raises(ImproperlyConfigured, match="X is .*; it must be a model, or several with commas between"):
        env.models("X", "demo")


@pytest.mark.parametrize(("raw", "like"), [("demo", "openrouter/a"), ("openrouter/a", "demo"), ("a, b", "demo/kanban")])
def test_the_demo_and_a_model_are_not_set_beside_each_other(
    monkeypatch: pytest.MonkeyPatch, raw: str, like: str
) -> None:
    monkeypatch.setenv("X", raw)
    with pytest.raises(ImproperlyConfigured, match="X is .*; it must be the demo if the models beside it are"):
        env.models("X", like=like)
    assert env.models("X", like=raw) == raw


def test_models_are_read_as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "openrouter/a/b:free, anthropic/c")
    assert env.models("X", "demo") == "openrouter/a/b:free, anthropic/c"
    monkeypatch.delenv("X")
    assert (env.models("X", "demo"), env.models("X")) == ("demo", "")


def test_numbers_are_read_as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "0.25")
    assert env.number("X", 1.0, least=0, most=10) == 0.25


@pytest.mark.parametrize("raw", ["fast", "-1", "11", "nan"])
def test_a_number_out_of_reach_is_refused(monkeypatch: pytest.MonkeyPatch, raw: str) -> None:
    monkeypatch.setenv("X", raw)
    with pytest.raises(ImproperlyConfigured, match="X is"):
        env.number("X", 1.0, least=0, most=10)


def test_a_choice_is_one_of_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env.choice("X", "auto", among=("auto", "none")) == "auto"
    monkeypatch.setenv("X", "docker")
    with pytest.raises(ImproperlyConfigured, match="one of auto, none"):
        env.choice("X", "auto", among=("auto", "none"))


def test_words_are_split_by_commas_and_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "a, b  c,")
    assert env.words("X") == ["a", "b", "c"]
    monkeypatch.delenv("X")
    assert env.words("X") == []


def test_a_folder_is_absolute_and_knows_the_tilde(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("X", "here")
    assert env.folder("X", "~/y") == tmp_path / "here"
    monkeypatch.delenv("X")
    assert env.folder("X", "~/y") == Path.home() / "y"


def test_a_file_where_a_folder_belongs_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("X", str(tmp_path / "file"))
    with pytest.raises(ImproperlyConfigured, match="a folder"):
        env.folder("X", "~/y")


@pytest.mark.parametrize("url", ["http://host", "host:6379", "redis://host:port", "redis://[::1"])
def test_an_address_of_something_else_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("X", url)
    with pytest.raises(ImproperlyConfigured, match="X is"):
        env.address("X", schemes=("redis",))


def test_a_refused_address_does_not_tell_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "http://user:geheim@host")
    with pytest.raises(ImproperlyConfigured) as refusal:
        env.address("X", schemes=("redis",))
    assert "geheim" not in str(refusal.value)
