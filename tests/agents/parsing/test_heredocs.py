"""Files and patches written as a shell would: what opens them, what is kept, what is refused."""

import pytest

from agents.parsing.events import (
    Command,
    FileChunk,
    FileClosed,
    FileOpened,
    FileTruncated,
    Malformed,
    PatchClosed,
    Prose,
)
from agents.parsing.stream import Parser
from tests.agents.parsing.streams import closed, command, whole


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
    assert whole(f"{header}\n@@ -1 +1 @@\n-a\n+b\nEND\n") == [PatchClosed("src/a.ts", "@@ -1 +1 @@\n-a\n+b\n")]


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


def test_a_marker_has_a_longest_length():
    """It is held back while it comes, and looked for in every line."""
    longest, longer = "E" * 64, "E" * 65
    assert closed(f"cat > a << {longest}\nx\n{longest}\n") == [("a", "x\n")]
    assert closed(f"cat > a << {longer}\nx\n{longer}\n") == []
    assert whole(f"cat > a << \"{longest}'\n{longest}\n") != whole(f"cat > a << \"{longer}'\n{longer}\n")


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
    refused, follows = found
    assert isinstance(refused, Malformed)
    assert (refused.line, refused.path, refused.code) == (f"cat > '{path}' << 'E'", path, "BAD_PATH")
    assert follows == command("npm install good")


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
        "cat << 'E' | patch a b",
        "patch < a << 'E'",
    ],
)
def test_a_block_of_another_kind_is_refused_and_its_body_swallowed(header):
    found = whole(f"{header}\nnpm install evil\nE\nnpm install good\n")
    assert [type(event) for event in found] == [Malformed, Command]
    assert isinstance(found[0], Malformed)
    assert (found[0].line, found[0].code) == (header, "MALFORMED_BLOCK")


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
