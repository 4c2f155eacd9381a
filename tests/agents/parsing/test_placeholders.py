"""A whole file with a line that stands for what it leaves out is known from one that only talks."""

from pathlib import Path

import pytest

from agents.parsing import placeholders
from agents.recordings import catalogue
from tests.agents.recordings import builds

OLD = "".join(f"const part{number} = {number};\n" for number in range(60))
NEW = "const part0 = 'one';\n{}\nconst part59 = 59;\n"
HOME = Path(__file__).parents[3]
# As much again, so that whatever stands in a file takes the place of something longer.
OTHER = "nothing of this stays\n"


@pytest.mark.parametrize(
    "line",
    [
        "// ... rest of the code stays the same ...",
        "  // … existing code …",
        "// ...",
        "...",
        "/* ... */",
        "{/* ... existing markup ... */}",
        "// rest of the code",
        "// The rest of the file remains unchanged",
        "// existing code here",
        "... (rest of the file unchanged) ...",
    ],
)
def test_a_line_that_stands_for_lines_that_are_gone(line: str):
    assert placeholders.find("src/app.js", OLD, NEW.format(line)) == line.strip()


@pytest.mark.parametrize(
    "line",
    [
        "// and so on",
        "// ... and so on",
        "...rest,",
        "// The existing code is kept in parts, see above.",
        "const rest = ['...'];",
        "// [\n//   ...\n// ]",
    ],
)
def test_a_line_that_only_talks(line: str):
    assert placeholders.find("src/app.js", OLD, NEW.format(line)) == ""


def test_where_nothing_is_gone_nothing_is_left_out():
    assert placeholders.find("app.js", OLD, f"// ... existing code ...\n{OLD}more();\n") == ""
    assert placeholders.find("app.js", "", "// ... existing code ...\n") == ""


def test_what_the_old_text_says_itself_may_stand():
    line = "// ..."
    assert placeholders.find("app.js", f"{line}\n{OLD}", NEW.format(line)) == ""


def test_a_plain_comment_is_believed_where_the_file_became_longer():
    said = "// the order stays the same"
    longer = OLD.replace("part7 ", "part_7 ")
    assert placeholders.find("app.js", OLD, f"{said}\n{longer}") == ""
    assert placeholders.find("app.js", OLD, f"{said}\nconst part0 = 0;\n") == said


@pytest.mark.parametrize(
    ("path", "line", "found"),
    [
        ("page.py", "    ...", False),
        ("conf.yaml", "...", False),
        ("index.html", "…", False),
        ("index.html", "<!-- ... rest of the page ... -->", True),
        ("style.css", "/* ... other styles ... */", True),
        ("page.py", "# ... existing code ...", True),
        ("README.md", "// ... rest of the code", False),
        ("README.md", "...", False),
        ("docs/a.md", "<!-- ... rest of the document ... -->", True),
        ("LICENSE", "...", False),
        ("notes.txt", "The rest of the code remains the same.", False),
    ],
)
def test_what_kind_of_file_it_is(path: str, line: str, found: bool):
    assert bool(placeholders.find(path, OLD, NEW.format(line))) is found


@pytest.mark.parametrize("recording", catalogue.built_in(), ids=lambda one: one.name)
def test_no_file_of_the_recordings_is_taken_for_one(recording):
    tree = builds.tree(recording)
    assert tree
    assert {
        path: placeholders.find(path, OTHER * (len(text) + 1), text) for path, text in tree.items()
    } == dict.fromkeys(tree, "")


@pytest.mark.parametrize("folder", ["templates", "static", "agents", "projects", "sandboxes"])
def test_no_file_of_this_project_is_taken_for_one(folder: str):
    endings = {".html", ".css", ".js", ".py", ".md", ".txt"}
    files = [file for file in (HOME / folder).rglob("*") if file.suffix in endings]
    texts = {str(file): file.read_text("utf-8") for file in files if file.is_file()}
    assert texts
    assert [path for path, text in texts.items() if placeholders.find(path, OTHER * (text.count("\n") + 1), text)] == []


def test_lines_without_end_are_passed_over():
    long = "// ... " + "the same " * 5_000
    assert placeholders.find("a.js", OLD, f"{long}\n" * 2_000) == ""
