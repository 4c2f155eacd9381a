import pytest

from agents.parsing.events import (
    Block,
    Command,
    Edit,
    FileChunk,
    FileClosed,
    FileOpened,
    FileTruncated,
    Patch,
    Prose,
    Rejected,
)
from agents.parsing.stream import Parser
from tests.agents.parsing.streams import events, whole


def closed(text):
    return [(event.path, event.text) for event in whole(text) if isinstance(event, FileClosed)]


def of(kind, text):
    return [event for event in whole(text) if isinstance(event, kind)]


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
        Command(("npm", "install", "zustand@5")),
    ]


@pytest.mark.parametrize(
    "header",
    [
        "cat > src/a.ts << 'END'",
        'cat > "src/a.ts" << "END"',
        "cat > 'src/a.ts' << END",
        "cat>src/a.ts<<END",
        "cat  >  ./src//a.ts  <<  END  ",
        "cat << 'END' > src/a.ts",
        "cat > src/a.ts <<- END",
        "cat > src/a.ts << \\END",
        "tee src/a.ts << END",
        "mkdir -p src && cat > src/a.ts << 'END'",
        "cat > src/a.ts << 'END' # the first file",
        "  cat > src/a.ts << 'END'",
    ],
)
def test_it_knows_the_ways_to_open_a_file(header):
    assert closed(f"{header}\nbody\nEND\n") == [("src/a.ts", "body\n")]


@pytest.mark.parametrize(
    "header", ["cat << 'END' | patch src/a.ts", "cat <<END|patch -p1 'src/a.ts'", "patch src/a.ts << END"]
)
def test_it_knows_the_ways_to_open_a_patch(header):
    assert whole(f"{header}\n@@ -1 +1 @@\n-a\n+b\nEND\n") == [Patch("src/a.ts", "@@ -1 +1 @@\n-a\n+b\n")]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "\n",
        "\n\n\n",
        "a\n\n\nb\n",
        "   \n\t\n",
        "\ufeffa\n",
        "a\r\nb\r\n",
        "a\rb\n",
        "EOF \n EOF\nEOF_\nEOFError = 2\nxEOF\n\tEOF\nEO\n",
        "EOF # done\n",
        "`${x}` $(y) \\n \\$ &lt; &amp;\n",
        "cat > other.txt << 'END'\nnpm install evil\nEND\n",
        "```md\nnpm install evil\n```\n",
        "</file>\n<file path='x'>\n",
        "# File Purpose: not a comment\n",
        "nul \x00 here\n",
        "\u2028\x0b\x0c\x85\n",
    ],
)
def test_a_body_is_kept_byte_for_byte(body):
    assert closed(f"cat > a << 'EOF'\n{body}EOF\n") == [("a", body)]


def test_a_crlf_stream_ends_at_its_marker():
    assert closed("cat > a << 'EOF'\r\none\r\ntwo\r\nEOF\r\n") == [("a", "one\r\ntwo\r\n")]


def test_the_last_marker_needs_no_newline():
    assert closed("cat > a << 'EOF'\none\nEOF") == [("a", "one\n")]


def test_the_body_streams_while_it_is_written():
    parser = Parser()
    parser.feed("cat > a << 'EOF'\n")
    assert parser.feed("con") == [FileChunk("a", "con")]
    assert parser.feed("st\nE") == [FileChunk("a", "st\n")]
    assert parser.feed("O") == []
    assert parser.feed("FX") == [FileChunk("a", "EOFX")]
    assert parser.feed("\nEOF") == [FileChunk("a", "\n")]
    assert parser.feed("\n") == [FileClosed("a", "const\nEOFX\n")]


@pytest.mark.parametrize("rest", ["", "half a li", "one line\n", "EO", "EOF "])
def test_an_open_file_is_truncated_and_never_closed(rest):
    found = whole(f"cat > a << 'EOF'\nfirst\n{rest}")
    assert found[-1] == FileTruncated("a", f"first\n{rest}")
    assert not [event for event in found if isinstance(event, FileClosed)]


def test_a_header_alone_is_a_truncated_file():
    assert whole("cat > a << 'EOF'") == [FileOpened("a"), FileTruncated("a", "")]


def test_an_open_patch_or_edit_is_truncated():
    assert whole("cat << 'E' | patch a\n@@ -1 +1") == [FileTruncated("a", "@@ -1 +1", "patch")]
    assert whole('<edit path="a">\n<<<<<<< SEARCH\n') == [FileTruncated("a", "<<<<<<< SEARCH\n", "edit")]


def test_a_fresh_parser_knows_nothing_of_the_one_before():
    Parser().feed("cat > a << 'EOF'\nhal")
    assert closed("cat > a << 'EOF'\nwhole\nEOF\n") == [("a", "whole\n")]


def test_two_operations_on_one_file_come_in_order():
    found = whole("cat > a << 'E'\nx\nE\ncat << 'E' | patch a\n@@ -1 +1 @@\n-x\n+y\nE\ncat > a << 'E'\nz\nE\n")
    kinds = [type(event) for event in found]
    assert kinds == [FileOpened, FileChunk, FileClosed, Patch, FileOpened, FileChunk, FileClosed]


def test_a_purpose_belongs_to_the_next_block_only():
    found = of(FileClosed, "# File Purpose: one\ncat > a << 'E'\nE\ncat > b << 'E'\nE\n")
    assert [event.purpose for event in found] == ["one", ""]


def test_a_heading_is_prose():
    assert whole("# Plan\n## File Purpose: no\n") == [Prose("# Plan\n"), Prose("## File Purpose: no\n")]


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "../x",
        "a/../../x",
        "a/..",
        "C:/x",
        "c:\\x",
        "src\\a.ts",
        "~/x",
        "a\x00b",
        "a\x07b",
        ".git/config",
        "src/.GIT/x",
        "src/",
        ".",
    ],
)
def test_a_bad_path_is_refused_and_its_body_swallowed(path):
    found = whole(f"cat > '{path}' << 'E'\nnpm install evil\nrm -rf src\nE\nnpm install good\n")
    refused, command = found
    assert isinstance(refused, Rejected)
    assert (refused.path, refused.code) == (path, "BAD_PATH")
    assert command == Command(("npm", "install", "good"))


def test_a_bad_path_in_a_tag_is_refused_and_its_body_swallowed():
    body = "\nnpm install evil\n"
    text = f'<file path="../x">{body}</file>\n<edit path="/x">{body}</edit>\n<file path="../y">evil</file>\n'
    assert [type(event) for event in whole(text)] == [Rejected, Rejected, Rejected]


@pytest.mark.parametrize(
    "header",
    [
        "cat >> log.txt << 'E'",
        "cat > a b.txt << E",
        "cat > a.txt << \"E'",
        "bash << 'E'",
        "python3 - << 'E'",
        "cat << 'E'",
        "cat << 'E' | sort > x",
    ],
)
def test_a_block_of_another_kind_is_refused_and_its_body_swallowed(header):
    found = whole(f"{header}\nnpm install evil\nE\nnpm install good\n")
    assert [type(event) for event in found] == [Rejected, Command]
    assert isinstance(found[0], Rejected)
    assert found[0].code == "MALFORMED_BLOCK"


@pytest.mark.parametrize(
    "line",
    [
        "You can run cat > a << EOF to write a file.",
        "cat << EOF is a here-document",
        "the category << dispatch",
        "`cat > a << EOF`",
        "> cat > a << EOF",
        "cat > a",
        "cout << endl",
    ],
)
def test_a_sentence_about_a_block_is_prose(line):
    assert whole(f"{line}\nnext\n") == [Prose(f"{line}\n"), Prose("next\n")]


def test_a_fence_around_blocks_is_not_shown():
    text = "Here:\n```bash\n# File Purpose: x\ncat > a << 'E'\n```\nE\n```\nDone.\n"
    assert [event for event in whole(text) if isinstance(event, Prose)] == [Prose("Here:\n"), Prose("Done.\n")]
    assert closed(text) == [("a", "```\n")]


def test_a_fence_never_holds_commands():
    text = "```bash\nnpm install evil\nrm -rf src\n```\n~~~\nrm -rf src\n```\nrm -rf src\n~~~\nnpm install good\n"
    assert of(Command, text) == [Command(("npm", "install", "good"))]
    assert "".join(event.text for event in of(Prose, text)) == text.removesuffix("npm install good\n")


def test_an_open_fence_lasts_to_the_end():
    assert of(Command, "````\n```\nnpm install evil\n```\nnpm install evil\n") == []


def test_code_within_a_sentence_is_no_fence():
    assert of(Command, "```npm install```\nnpm install good\n") == [Command(("npm", "install", "good"))]


def test_an_empty_fence_is_prose():
    assert whole("```\n```\n") == [Prose("```\n"), Prose("```\n")]
    assert whole("```\n") == [Prose("```\n")]


def test_a_command_after_the_last_file_needs_no_newline():
    assert whole("npm install zod") == [Command(("npm", "install", "zod"))]


def test_a_chain_is_several_commands():
    assert whole("npm install zod && rm -rf old\n") == [
        Command(("npm", "install", "zod")),
        Command(("rm", "-rf", "old")),
    ]


EDIT = "<<<<<<< SEARCH\n  a\n=======\n  b\n\n>>>>>>> REPLACE\n"


def test_it_reads_an_edit():
    text = f'<edit path="src/a.ts">\n{EDIT}and\n{EDIT}</edit>\n'
    block = Block("  a\n", "  b\n\n")
    assert whole(text) == [Edit("src/a.ts", (block, block))]


def test_a_patch_with_search_blocks_is_an_edit_and_an_edit_with_hunks_a_patch():
    assert whole(f"cat << 'E' | patch a\n{EDIT}E\n") == [Edit("a", (Block("  a\n", "  b\n\n"),))]
    assert whole('<edit path="a">\n@@ -1 +1 @@\n-a\n+b\n</edit>\n') == [Patch("a", "@@ -1 +1 @@\n-a\n+b\n")]


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
    assert isinstance(found, Rejected)
    assert (found.path, found.code) == ("a", "MALFORMED_BLOCK")


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


def test_several_tags_may_share_a_line():
    assert closed('<file path="a">x</file> <file path="b">y</file>\n') == [("a", "x"), ("b", "y")]
    text = '<file path="a">x</file><file path="b">y\nz</file>\n'
    assert closed(text) == [("a", "x"), ("b", "y\nz")]


def test_an_open_file_tag_is_truncated():
    assert whole('<file path="a">\nx\n')[-1] == FileTruncated("a", "x\n")
    assert whole('<file path="a">x\ny')[-1] == FileTruncated("a", "x\ny")


def test_a_file_tag_without_a_path_is_refused_and_its_body_swallowed():
    (found,) = whole('<file name="a">\nnpm install evil\n</file>\n')
    assert isinstance(found, Rejected)


def test_it_reads_packages():
    assert whole("<package>zod</package>\n") == [Command(("npm", "install", "zod"))]
    assert whole("<packages>\na, @b/c@2\n\nd\n</packages>\n") == [Command(("npm", "install", "a", "@b/c@2", "d"))]
    assert whole("<package>a</package><package>b</package>\n") == [Command(("npm", "install", "a", "b"))]


def test_a_package_that_is_no_name_is_refused():
    (found,) = whole("<package>--global</package>\n")
    assert isinstance(found, Rejected)
    assert of(Command, "<package>$(evil)</package>\n") == []


def test_a_sentence_about_packages_is_prose():
    line = "<package> tags name what to install.\n"
    assert whole(line) == [Prose(line)]


def test_prose_keeps_its_text():
    text = "  one\r\n\r\ntwo **bold**\nthree"
    assert "".join(event.text for event in events([text]) if isinstance(event, Prose)) == text
