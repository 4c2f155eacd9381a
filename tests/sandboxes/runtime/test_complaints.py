"""What went wrong, found in what a server wrote."""

import time

import pytest

from sandboxes.console.complaining import Found
from sandboxes.runtime import complaints

FLASK = """127.0.0.1 - - [28/Nov/2026 12:00:01] "GET / HTTP/1.1" 200 -
[2026-11-28 12:00:02,117] ERROR in app: Exception on /books [GET]
Traceback (most recent call last):
  File "/opt/templates/python/site-packages/flask/app.py", line 1511, in wsgi_app
    response = self.full_dispatch_request()
  File "/workspace/shelf/store.py", line 12, in books
    return books
NameError: name 'books' is not defined
127.0.0.1 - - [28/Nov/2026 12:00:02] "GET /books HTTP/1.1" 500 -
"""
VITE = """\x1b[2m12:04:11 PM\x1b[22m \x1b[31m[vite]\x1b[39m \x1b[2m(client)\x1b[22m Internal server error: Failed \
to resolve import "./Bored" from "src/App.tsx". Does the file exist?
  Plugin: vite:import-analysis
  File: /workspace/src/App.tsx:1:20
  1  |  import Board from "./Bored";
      at TransformPluginContext._formatLog (file:///opt/templates/node_modules/vite/dist/dep.js:1:2)
12:04:12 PM [vite] (client) page reload src/App.tsx
"""


def find(text: str) -> list[Found]:
    return complaints.find(text.splitlines())


def test_a_traceback_is_named_by_its_last_line_and_kept_whole() -> None:
    [found] = find(FLASK)
    assert found.title == "NameError: name 'books' is not defined"
    assert found.text.startswith("Traceback")
    assert "store.py" in found.text
    assert "HTTP/1.1" not in found.text


def test_an_error_of_the_dev_server_has_the_lines_that_belong_to_it() -> None:
    [found] = find(VITE)
    assert found.title.startswith('Internal server error: Failed to resolve import "./Bored"')
    assert "File: /workspace/src/App.tsx:1:20" in found.text
    assert "page reload" not in found.text


def test_the_same_fault_has_the_same_print_on_another_line_at_another_time() -> None:
    [first] = find(FLASK)
    [again] = find(FLASK.replace("line 12", "line 40").replace("12:00:02", "13:59:59"))
    [elsewhere] = find(FLASK.replace("shelf/store.py", "shelf/other.py"))
    [other] = find(FLASK.replace("'books'", "'book'"))
    assert len({first.fingerprint, elsewhere.fingerprint, other.fingerprint}) == 3
    assert first.fingerprint == again.fingerprint


def test_each_time_is_found() -> None:
    assert len(find(FLASK * 3 + VITE)) == 4


def test_what_only_speaks_of_errors_is_none() -> None:
    quiet = "0 errors\nready in 300 ms\nGET /error 200\nNo error: fine\nwatching for errors: on\n * Debug mode: on\n"
    assert find(quiet) == []


def test_what_broke_off_is_taken_as_far_as_it_goes() -> None:
    [found] = find('Traceback (most recent call last):\n  File "app.py", line 1, in <module>')
    assert found.title == 'File "app.py", line 1, in <module>'
    [bare] = find("Traceback (most recent call last):")
    assert bare.title == "Traceback (most recent call last):"


def test_a_fault_is_bounded() -> None:
    deep = (
        "Traceback (most recent call last):\n"
        + '  File "app.py", line 1, in f\n' * 5000
        + "RecursionError: "
        + "x" * 900
    )
    [found] = find(deep)
    assert (len(found.title), len(found.text) <= 6000) == (200, True)
    assert len(found.text.splitlines()) <= 61


@pytest.mark.parametrize(
    "way", ["({}:1:2)", '"{}", line 3', "file:///workspace/{}:7", "at f (./{}:7:1)", "@/{}:4", "{}:9:12.5"]
)
def test_the_file_is_found_wherever_in_the_line_it_stands(way: str) -> None:
    """Two faults that differ in nothing but their file are two."""
    prints = {find(f"Error: no\n  at {way.format(path)}")[0].fingerprint for path in ("a.js", "b.c.ts")}
    assert len(prints) == 2


@pytest.mark.parametrize(
    "piece", ["a", "a.", "./", "a.b:", "a.b, line ", "1:", "A", "AError", "[a] ", " ", "\x1b[", "0x1"]
)
def test_the_time_grows_with_a_line_and_no_faster(piece: str) -> None:
    """As many letters in one line take about as long as in many lines."""
    short, long = "Error: " + piece * (100 // len(piece)), "Error: " + piece * (1900 // len(piece))
    once = min(seconds([short] * 1900) for _ in range(3))
    assert min(seconds([long] * 100) for _ in range(3)) < 3 * once + 0.02


def test_of_an_endless_line_the_beginning_is_read() -> None:
    assert seconds(["Error: " + "a" * 20_000_000]) < 2
    [found] = find("Error: " + "a" * 3000 + " app.js:1\n  at app.js:1")
    [again] = find("Error: " + "a" * 3000 + " app.py:1\n  at app.js:1")
    assert found == again


def seconds(lines: list[str]) -> float:
    began = time.process_time()
    complaints.find(lines)
    return time.process_time() - began
