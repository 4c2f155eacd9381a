"""A parser of one form takes the other form for prose."""

from agents.parsing import scof, tags
from agents.parsing.events import EditClosed, FileChunk, FileClosed, FileOpened, PatchClosed, Prose
from tests.agents.parsing.streams import command, events

SHELL = "# File Purpose: one\ncat > a << 'E'\nx\nE\ncat << 'E' | patch a\n@@\n-x\n+y\nE\nnpm install zod\n"
TAGGED = (
    '<file path="b">\nz\n</file>\n'
    '<edit path="b">\n<<<<<<< SEARCH\nz\n=======\nw\n>>>>>>> REPLACE\n</edit>\n'
    '<file path="c">1</file><file path="d">2</file>\n'
    "<package>zod</package>\n"
)


def words(text: str) -> list[Prose]:
    return [Prose(line) for line in text.splitlines(keepends=True)]


def test_the_shell_like_form_alone():
    assert events(SHELL + TAGGED, scof.Parser) == [
        FileOpened("a", "one"),
        FileChunk("a", "x\n"),
        FileClosed("a", "x\n", "one"),
        PatchClosed("a", "@@\n-x\n+y\n"),
        command("npm install zod"),
        *words(TAGGED),
    ]


def test_the_tagged_form_alone():
    found = events(SHELL + TAGGED, tags.Parser)
    assert found[: SHELL.count("\n")] == words(SHELL)
    kinds = [type(event) for event in found[SHELL.count("\n") :]]
    whole = [FileOpened, FileChunk, FileClosed]
    assert kinds == [*whole, EditClosed, *whole, *whole, type(command("x"))]
    assert [event.path for event in found if isinstance(event, FileClosed)] == ["b", "c", "d"]


def test_fences_are_the_same_in_both():
    assert events("```\ncat > a << E\nE\n```\n", scof.Parser) == [FileOpened("a"), FileClosed("a", "")]
    assert events('```\n<file path="a">\n</file>\n```\n', tags.Parser) == [FileOpened("a"), FileClosed("a", "")]
    assert events("```\nrm -rf a\n```\n", scof.Parser) == words("```\nrm -rf a\n```\n")
