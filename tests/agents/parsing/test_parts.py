import pytest

from agents.parsing import parts


def test_it_takes_the_part_out_of_the_prose():
    text = 'A timer.\n<blueprint>\n{"a": 1}\n</blueprint>\nDone.\n'
    assert parts.extract(text, "blueprint") == ("A timer.\n\nDone.\n", '\n{"a": 1}\n', True)


def test_a_part_that_is_still_being_written_is_open():
    assert parts.extract("Hi\n<blueprint>\n{", "blueprint") == ("Hi\n", "\n{", False)
    assert parts.extract("Hi\n<blueprint>{}\n</bluep", "blueprint") == ("Hi\n", "{}\n", False)


def test_without_the_tag_all_is_prose():
    assert parts.extract("no tag, 1 < 2", "blueprint") == ("no tag, 1 < 2", None, False)


@pytest.mark.parametrize("cut", range(1, 11))
def test_half_a_tag_is_never_shown(cut):
    assert parts.extract("Hi\n" + "<blueprint>"[:cut], "blueprint").prose == "Hi\n"


def test_a_tag_in_back_ticks_is_prose():
    text = "I write `<blueprint>` now.\n<blueprint>x</blueprint>"
    assert parts.extract(text, "blueprint") == ("I write `<blueprint>` now.\n", "x", True)


def test_a_tag_may_have_attributes_and_a_longer_name_is_another_tag():
    assert parts.extract('<plan version="1">x</plan>', "plan").body == "x"
    assert parts.extract("<planet>x</planet>", "plan").body is None
