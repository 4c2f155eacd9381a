"""A whole stream: prose, blocks, fences and commands in their order."""

from agents.parsing.events import Command, FileChunk, FileClosed, FileOpened, FileTruncated, PatchClosed, Prose
from agents.parsing.stream import Parser
from tests.agents.parsing.streams import closed, command, events, of, whole


def test_it_reads_prose_a_file_and_a_command():
    text = (
        "I will make it.\n"
        "# Creating new file: src/App.tsx\n"
        "# File Purpose: the whole app\n"
        "cat > src/App.tsx << 'EOF_7f3a'\n"
        "export default () => `${x}`\n"
        "EOF_7f3a\n"
        "npm install zustand@5\n"
    )
    body = "export default () => `${x}`\n"
    assert whole(text) == [
        Prose("I will make it.\n"),
        FileOpened("src/App.tsx", "the whole app"),
        FileChunk("src/App.tsx", body),
        FileClosed("src/App.tsx", body, "the whole app"),
        command("npm install zustand@5"),
    ]


def test_an_open_patch_or_edit_is_truncated():
    assert whole("cat << 'E' | patch a\n@@ -1 +1") == [FileTruncated("a", "@@ -1 +1", "patch")]
    assert whole('<edit path="a">\n<<<<<<< SEARCH\n') == [FileTruncated("a", "<<<<<<< SEARCH\n", "edit")]


def test_a_fresh_parser_knows_nothing_of_the_one_before():
    Parser().feed("cat > a << 'EOF'\nhal")
    assert closed("cat > a << 'EOF'\nwhole\nEOF\n") == [("a", "whole\n")]


def test_two_operations_on_one_file_come_in_order():
    found = whole("cat > a << 'E'\nx\nE\ncat << 'E' | patch a\n@@ -1 +1 @@\n-x\n+y\nE\ncat > a << 'E'\nz\nE\n")
    kinds = [type(event) for event in found]
    assert kinds == [FileOpened, FileChunk, FileClosed, PatchClosed, FileOpened, FileChunk, FileClosed]


def test_a_purpose_belongs_to_the_next_block_only():
    found = of(FileClosed, "# File Purpose: one\ncat > a << 'E'\nE\ncat > b << 'E'\nE\n")
    assert [event.purpose for event in found] == ["one", ""]


def test_a_heading_is_prose():
    assert whole("# Plan\n## File Purpose: no\n") == [Prose("# Plan\n"), Prose("## File Purpose: no\n")]


def test_a_fence_around_blocks_is_not_shown():
    text = "Here:\n```bash\n# File Purpose: x\ncat > a << 'E'\n```\nE\n```\nDone.\n"
    assert [event for event in whole(text) if isinstance(event, Prose)] == [Prose("Here:\n"), Prose("Done.\n")]
    assert closed(text) == [("a", "```\n")]


def test_a_fence_never_holds_commands():
    text = "```bash\nnpm install evil\nrm -rf src\n```\n~~~\nrm -rf src\n```\nrm -rf src\n~~~\nnpm install good\n"
    assert of(Command, text) == [command("npm install good")]
    assert "".join(event.text for event in of(Prose, text)) == text.removesuffix("npm install good\n")


def test_an_open_fence_lasts_to_the_end():
    assert of(Command, "````\n```\nnpm install evil\n```\nnpm install evil\n") == []


def test_code_within_a_sentence_is_no_fence():
    assert of(Command, "```npm install```\nnpm install good\n") == [command("npm install good")]


def test_an_empty_fence_is_prose():
    assert whole("```\n```\n") == [Prose("```\n"), Prose("```\n")]
    assert whole("```\n") == [Prose("```\n")]


def test_a_command_after_the_last_file_needs_no_newline():
    assert whole("npm install zod") == [command("npm install zod")]


def test_a_chain_is_several_commands():
    assert whole("npm install zod && rm -rf old\n") == [
        Command(("npm", "install", "zod"), "npm install zod && rm -rf old"),
        Command(("rm", "-rf", "old"), "npm install zod && rm -rf old"),
    ]


def test_prose_keeps_its_text():
    text = "  one\r\n\r\ntwo **bold**\nthree"
    assert "".join(event.text for event in events([text]) if isinstance(event, Prose)) == text
