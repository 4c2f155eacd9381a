import pytest

from projects.store import endings


@pytest.mark.parametrize(
    "text", ["", "a", "a\n", "a\r\nb\r\n", "\ufeffa\r\n", "a\rb\r", "a\r\nb\nc\rd", "\n\n", "\x0c\u2028a\n"]
)
def test_what_was_not_edited_comes_back_byte_for_byte(text: str):
    shown = endings.shown(text)
    assert "\r" not in shown
    assert endings.restored(text, shown) == endings.restored(text, shown.replace("\n", "\r\n")) == text


def test_a_new_line_ends_as_most_others_do():
    assert endings.restored("a\r\nb\r\nc\n", "a\nnew\nb\nc\n") == "a\r\nnew\r\nb\r\nc\n"
    assert endings.restored("\ufeffa\r\n", "a\nb\n") == "\ufeffa\r\nb\r\n"
    assert endings.restored("", "a\r\nb") == "a\nb"
    assert endings.restored("a\r\nb\nc", "") == ""
