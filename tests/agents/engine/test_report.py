"""From pages of output to what a model needs: the complaint, its place, and nothing that passes."""

import time

from agents.engine import report
from projects.models import Project, User
from projects.services import files


def of(output: str) -> report.Report:
    return report.of("start_failed", "The app did not start.", output, {})


def test_what_matters_stays_and_the_rest_is_left_out() -> None:
    noise = [f"added {number} packages" for number in range(500)]
    output = "\n".join([*noise[:250], "Error: Cannot find module 'three'", *noise[250:]])
    lines = of(output).text.splitlines()
    assert lines[0] == "The app did not start."
    assert "Error: Cannot find module 'three'" in lines
    assert lines[-1] == "added 499 packages"
    assert len(lines) < 50
    assert "…" in lines


def test_colours_and_repetitions_are_nothing_to_read() -> None:
    text = of("\x1b[31mSyntaxError\x1b[0m: bad\r\n" + "retry\n" * 40).text
    assert "SyntaxError: bad" in text
    assert text.count("retry") == 1


def test_a_report_is_bounded() -> None:
    assert len(of("error " * 100_000).text) < 1000
    assert len(of("\n".join(f"error {number}" for number in range(10_000))).text.splitlines()) < 110


def test_a_line_without_a_place_is_read_once() -> None:
    """As long as lines of ordinary words take, and not squared."""
    long, words = ("\n".join(f"{number} {piece * 140}" for number in range(5_000)) for piece in ("a.", "a "))
    assert min(seconds(long) for _ in range(3)) < 4 * min(seconds(words) for _ in range(3)) + 0.02


def seconds(output: str) -> float:
    began = time.process_time()
    of(output)
    return time.process_time() - began


def test_the_same_error_has_the_same_print_wherever_and_whenever() -> None:
    first = of("[12:30:01] error at 0x7f3a in /box/ab12cd34ef/app.py: no such column\n")
    again = of("[12:31:59] error at 0x81bb in /box/99ffeedd00/app.py: no such column\n")
    other = of("[12:31:59] error at 0x81bb in /box/99ffeedd00/app.py: no such table\n")
    assert first.fingerprint == again.fingerprint != other.fingerprint


def test_noise_between_does_not_make_it_another() -> None:
    assert of("ready in 20 ms\nerror: x\n").fingerprint == of("ready\nwaiting\nerror: x\n").fingerprint


def test_the_source_is_shown_where_a_file_of_the_app_is_named(project: Project, owner: User) -> None:
    text = "".join(f"line {number}\n" for number in range(1, 30))
    files.save(project.branches.get(), "src/App.tsx", text.encode(), by=owner)
    tree = files.manifest(project.branches.get())
    made = report.of("start_failed", "No.", "/box/x/src/App.tsx:12:5: error: oops\nnode_modules/a.js:3:1\n", tree)
    assert "src/App.tsx, near line 12:" in made.text
    assert "> " + "  12 line 12" in made.text
    assert "node_modules/a.js, near" not in made.text


def test_python_says_it_another_way(project: Project, owner: User) -> None:
    files.save(project.branches.get(), "app.py", b"import x\n\nx.go()\n", by=owner)
    output = 'Traceback (most recent call last):\n  File "/box/app.py", line 3, in <module>\nAttributeError: go\n'
    made = report.of("start_failed", "No.", output, files.manifest(project.branches.get()))
    assert "app.py, near line 3:" in made.text
    assert "> " + "   3 x.go()" in made.text


def test_a_package_with_a_file_of_the_same_name_is_not_the_apps(project: Project, owner: User) -> None:
    files.save(project.branches.get(), "app.py", b"import x\n\nx.go()\n", by=owner)
    output = 'Traceback\n  File "/x/site-packages/flask/app.py", line 2\n  File "/box/app.py", line 3\nTypeError: no\n'
    made = report.of("start_failed", "No.", output, files.manifest(project.branches.get()))
    assert made.text.count("app.py, near line") == 1
    assert "app.py, near line 3:" in made.text


def test_places_far_outside_or_in_pictures_do_no_harm(project: Project, owner: User) -> None:
    files.save(project.branches.get(), "a.png", bytes(range(256)), by=owner)
    made = report.of(
        "start_failed", "No.", "a.png:999999: error\na.png:1: error\n", files.manifest(project.branches.get())
    )
    assert "a.png, near line 999999:" in made.text
