"""Files, edits and packages written as elements."""

import pytest

from agents.parsing.events import (
    Block,
    Command,
    EditClosed,
    FileClosed,
    FileOpened,
    FileTruncated,
    Malformed,
    PatchClosed,
    Prose,
)
from tests.agents.parsing.streams import closed, of, whole

EDIT = "<<<<<<< SEARCH\n  a\n=======\n  b\n\n>>>>>>> REPLACE\n"


def test_a_bad_path_in_a_tag_is_refused_and_its_body_swallowed():
    body = "\nnpm install evil\n"
    text = f'<file path="../x">{body}</file>\n<edit path="/x">{body}</edit>\n<file path="../y">evil</file>\n'
    assert [type(event) for event in whole(text)] == [Malformed, Malformed, Malformed]


def test_it_reads_an_edit():
    text = f'<edit path="src/a.ts">\n{EDIT}and\n{EDIT}</edit>\n'
    block = Block("  a\n", "  b\n\n")
    assert whole(text) == [EditClosed("src/a.ts", (block, block))]


def test_a_patch_with_search_blocks_is_an_edit_and_an_edit_with_hunks_a_patch():
    assert whole(f"cat << 'E' | patch a\n{EDIT}E\n") == [EditClosed("a", (Block("  a\n", "  b\n\n"),))]
    assert whole('<edit path="a">\n@@ -1 +1 @@\n-a\n+b\n</edit>\n') == [PatchClosed("a", "@@ -1 +1 @@\n-a\n+b\n")]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "just words\n",
        "<<<<<<< SEARCH\na\n=======\nb\n",
        "<<<<<<< SEARCH\na\n>>>>>>> REPLACE\n",
        "<<<<<<< SEARCH\na\n<<<<<<< SEARCH\n=======\nb\n>>>>>>> REPLACE\n",
        "<<<<<<< SEARCH\na\n=======\nb\n=======\nc\n>>>>>>> REPLACE\n",
        f"{EDIT}>>>>>>> REPLACE\n",
    ],
)
def test_an_edit_with_markers_out_of_order_is_refused(body):
    (found,) = whole(f'<edit path="a">\n{body}</edit>\n')
    assert isinstance(found, Malformed)
    assert (found.line, found.path, found.code) == ('<edit path="a">', "a", "MALFORMED_BLOCK")


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ('<file path="a">\nx\n</file>\n', "x"),
        ('<file path="a">\nx\n\n</file>\n', "x\n"),
        ('<file path="a">\n</file>\n', ""),
        ('<file path="a">\n\n</file>\n', ""),
        ('<file path="a">\n\nx\n</file>', "\nx"),
        ('<file path="a"></file>\n<file path="a">\nx\n</file>', "x"),
        ('<file path="a">x</file>\n', "x"),
        ('<file path="a">x\ny\n</file>\n', "x\ny"),
        ('<file path="a">x\ny</file>\n', "x\ny"),
        ("<file path='a' purpose=\"a > b\">\nx\n</file>\n", "x"),
        ('<file path="a">\nconst s = "</file>"\n  </file>\n</file>\n', 'const s = "</file>"\n  </file>'),
        ('<file path="a">\r\nx\r\ny\r\n</file>\r\n', "x\r\ny"),
        ('<file path="a">\nx\r\n</file>\n', "x\r"),
        ('  <file path="a">\n  x\n  </file>\n', "  x"),
        ('<file path="a">\n&lt;p&gt; ```\n</file>\n', "&lt;p&gt; ```"),
    ],
)
def test_the_line_endings_next_to_the_file_tags_are_framing(text, body):
    assert closed(text)[-1] == ("a", body)


def test_a_file_tag_may_name_its_purpose():
    text = '# File Purpose: of before\n<file path="a" purpose="The first">\nx\n</file>\n<file path="b">\ny\n</file>\n'
    assert [event.purpose for event in of(FileOpened, text)] == ["The first", ""]
    assert [event.purpose for event in of(FileClosed, text)] == ["The first", ""]
    assert of(FileOpened, '<file path="a" purpose="x" path="b" purpose="y">\n</file>\n') == [FileOpened("a", "x")]


def test_several_tags_may_share_a_line():
    assert closed('<file path="a">x</file> <file path="b">y</file>\n') == [("a", "x"), ("b", "y")]
    text = '<file path="a">x</file><file path="b">y\nz</file>\n'
    assert closed(text) == [("a", "x"), ("b", "y\nz")]


def test_a_block_that_opens_after_a_file_owns_the_rest_of_its_line():
    text = '<file path="a">x</file><edit path="b">@@</file> z\n+y\n</edit>\n'
    assert closed(text) == [("a", "x")]
    assert of(PatchClosed, text) == [PatchClosed("b", "@@</file> z\n+y")]
    swallowed = '<file path="a">x</file> cat >> b << E </file> z\nnpm install evil\nE\nnpm install good\n'
    assert [type(event) for event in whole(swallowed)[3:]] == [Malformed, Command]


def test_an_open_file_tag_is_truncated():
    assert whole('<file path="a">\nx\n')[-1] == FileTruncated("a", "x\n")
    assert whole('<file path="a">x\ny')[-1] == FileTruncated("a", "x\ny")


def test_a_file_tag_without_a_path_is_refused_and_its_body_swallowed():
    (found,) = whole('<file name="a">\nnpm install evil\n</file>\n')
    assert isinstance(found, Malformed)


def test_it_reads_packages():
    assert whole("<package>zod</package>\n") == [Command(("npm", "install", "zod"), "<package>zod</package>")]
    assert whole("<packages>\na, @b/c@2\n\nd\n</packages>\n") == [
        Command(("npm", "install", "a", "@b/c@2", "d"), "<packages>")
    ]
    two = "<package>a</package><package>b</package>"
    assert whole(f"{two}\n") == [Command(("npm", "install", "a", "b"), two)]


def test_a_package_that_is_no_name_is_refused():
    (found,) = whole("<package>--global</package>\n")
    assert isinstance(found, Malformed)
    assert of(Command, "<package>$(evil)</package>\n") == []


def test_a_sentence_about_packages_is_prose():
    line = "<package> tags name what to install.\n"
    assert whole(line) == [Prose(line)]
