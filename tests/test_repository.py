"""The conventions of the house, as tests."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command, get_commands
from django.template.loader import get_template

from agents import enums
from agents.lifecycle import transitions
from projects.feed import kinds

ROOT = Path(settings.BASE_DIR)
APPS = ("config", "projects", "sandboxes", "agents")
DOORS = ("views", "api", "admin", "consumers", "management", "receivers")
MOST_LINES = {".py": 300, ".html": 120}
MOST_FUNCTION_LINES = 60

# May only shrink: a file that fits again must leave the list. Each with its reason.
WAIVERS: dict[str, str] = {
    "sandboxes/agent/agent.py": "runs inside the box as one file, with the standard library alone",
}

GRAB_BAGS = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "misc",
    "manager",
    "managers",
    "handler",
    "handlers",
    "core",
}


def sources(*roots: str, suffix: str = ".py") -> Iterator[Path]:
    for root in roots:
        for path in sorted((ROOT / root).rglob(f"*{suffix}")):
            if "migrations" not in path.parts and "recordings" not in path.parent.parts[-2:]:
                yield path


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def is_door(path: Path) -> bool:
    return bool({*path.parts, path.stem} & set(DOORS))


# --- sizes and names ---------------------------------------------------------------------------


def test_no_file_is_longer_than_the_ceiling() -> None:
    files = [*sources(*APPS, "tests"), *sources("templates", suffix=".html")]
    long = {name_of(path) for path in files if len(path.read_text().splitlines()) > MOST_LINES[path.suffix]}
    assert sorted(long - set(WAIVERS)) == []
    assert sorted(set(WAIVERS) - long) == [], "these fit again: take them off the list"


def test_no_function_is_longer_than_sixty_lines() -> None:
    found = []
    for path in sources(*APPS):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > MOST_FUNCTION_LINES:
                    found.append(f"{name_of(path)}:{node.name} ({lines})")
    assert found == []


def test_no_module_is_a_grab_bag() -> None:
    assert [name_of(path) for path in sources(*APPS) if {path.stem, *path.relative_to(ROOT).parts} & GRAB_BAGS] == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        name_of(path)
        for path in sources(*APPS)
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_the_top_level_is_the_one_of_the_map() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    folders = {line.split("/")[0] for line in tracked.splitlines() if "/" in line}
    assert folders <= {*APPS, "templates", "static", "tests", "docs", ".ci", "certificates"}


# --- doors -------------------------------------------------------------------------------------


@pytest.mark.parametrize("phrase", ["objects.get(", ".delay("])
def test_a_door_neither_fetches_nor_queues_by_itself(phrase: str) -> None:
    assert [name_of(path) for path in sources(*APPS) if is_door(path) and phrase in path.read_text()] == []


# --- everything has its test -------------------------------------------------------------------


def has_test(app: str, name: str) -> bool:
    return any((ROOT / "tests" / app).rglob(f"test_{name}*.py"))


def rooms(app: str, *parts: str) -> Iterator[Path]:
    folder = ROOT.joinpath(app, *parts)
    yield from (path for path in sorted(folder.glob("*.py")) if not path.stem.startswith("_"))


@pytest.mark.parametrize("room", [("views",), ("services",), ("management", "commands")])
def test_every_view_verb_and_command_has_its_test_file(room: tuple[str, ...]) -> None:
    untested = [name_of(path) for app in APPS for path in rooms(app, *room) if not has_test(app, path.stem)]
    assert untested == []


def test_every_app_with_tasks_tests_them() -> None:
    assert [app for app in APPS if (ROOT / app / "tasks.py").exists() and not has_test(app, "tasks")] == []


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    pattern = re.compile(r"mark\.(skip|xfail)|pytest\.(skip|xfail|importorskip)\(")
    assert [name_of(p) for p in sources("tests") if p != Path(__file__) and pattern.search(p.read_text())] == []


def bare_sleeps(tree: ast.AST) -> Iterator[int]:
    """Lines of sleeps that no loop repeats: inside a loop it is a pause between two looks at a condition."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.While | ast.For | ast.AsyncFor):
            continue
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("sleep") and ast.unparse(node.args[0]) != "0":
            yield node.lineno
        yield from bare_sleeps(node)


def test_no_test_sleeps() -> None:
    found = [f"{name_of(p)}:{line}" for p in sources("tests") for line in bare_sleeps(ast.parse(p.read_text()))]
    assert found == []


# --- events and states -------------------------------------------------------------------------


def test_every_fragment_of_an_event_has_its_template() -> None:
    assert kinds.registered()
    for kind in kinds.registered():
        for fragment in kind.fragments:
            get_template(fragment.template)


def test_every_kind_of_event_promises_its_payload() -> None:
    assert [kind.name for kind in kinds.registered() if not hasattr(kind.payload, "__required_keys__")] == []


def test_every_template_of_an_event_is_shown_by_some_kind() -> None:
    used = {fragment.template for kind in kinds.registered() for fragment in kind.fragments}
    included = set(
        re.findall(r'include "([^"]+)"', "".join(p.read_text() for p in sources("templates", suffix=".html")))
    )
    files = {f"events/{path.name}" for path in sources("templates/events", suffix=".html")}
    assert sorted(files - used - included) == []


def test_the_transitions_cover_every_phase_and_every_state() -> None:
    assert set(transitions.TRANSITIONS) == set(enums.Phase)
    assert set(transitions.JOB_TRANSITIONS) == set(enums.JobState)


# --- templates ---------------------------------------------------------------------------------


def test_no_template_has_what_the_content_security_policy_forbids() -> None:
    pattern = re.compile(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\bsrc=)|javascript:|hx-on")
    assert [name_of(p) for p in sources("templates", suffix=".html") if pattern.search(p.read_text())] == []


def test_every_component_begins_with_its_variables() -> None:
    components = sources("templates/components", suffix=".html")
    assert [name_of(path) for path in components if not path.read_text().startswith(("{#", "{% comment"))] == []


# --- documents, tools and CI -------------------------------------------------------------------


def test_generated_documents_are_fresh() -> None:
    call_command("build_docs", check=True)


def test_what_the_readme_tells_developers_is_what_ci_runs() -> None:
    section = (ROOT / "README.md").read_text().partition("## Work on it")[2]
    told = re.findall(r"^make [\w-]+$", section, re.MULTILINE)
    run = re.findall(r"^part (make [\w-]+)$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    suites = ["make test", "make test-scaled", "make test-boxes", "make test-journeys"]
    assert told == run == ["make services", "make check", *suites]


def documents() -> Iterator[Path]:
    yield from (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sources("docs", suffix=".md"))


def test_every_command_a_document_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for path in documents():
        text = path.read_text()
        named = re.findall(r"`(?:[A-Z_]+=\S+ )*make ([a-z-]+)", text) + re.findall(
            r"^make ([a-z-]+)", text, re.MULTILINE
        )
        assert set(named) <= targets, name_of(path)
        assert set(re.findall(r"manage\.py ([a-z_]+)", text)) <= set(get_commands()), name_of(path)


def test_every_link_between_documents_leads_somewhere() -> None:
    for path in documents():
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text()):
            assert (path.parent / target).exists(), f"{name_of(path)}: {target}"


def test_every_path_the_architecture_names_exists() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text() + (ROOT / "docs" / "README.md").read_text()
    named = re.findall(r"`((?:config|projects|sandboxes|agents|templates|tests)/[\w/.-]*[\w/])", text)
    assert sorted({path for path in named if not (ROOT / path).exists()}) == []


def test_every_function_the_architecture_names_exists() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    named = re.findall(r"`([\w/]+)\.py: (\w+)`", text)
    named += [(module.replace(".", "/"), name) for module, name in re.findall(r"`((?:\w+\.)+)(\w+)`", text)]
    named = [(module.strip("/"), name) for module, name in named if module.split("/")[0] in APPS]
    assert len(named) >= 6
    for module, name in named:
        assert re.search(rf"^(def {name}\(|{name} = )", (ROOT / f"{module}.py").read_text(), re.MULTILINE), name


def test_decisions_are_numbered_without_gaps_and_have_one_shape() -> None:
    pages = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        text = page.read_text()
        assert text.startswith(f"# {int(page.name[:4])}. ")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Situation", "Decision", "What follows"]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_and_says_why(name: str) -> None:
    for line in (ROOT / name).read_text().splitlines():
        if line and not line.startswith(("#", "-r ")):
            assert re.fullmatch(r"[\w.-]+(\[[\w,-]+\])?(==[\w.]+)?\s+# \S.+", line), line
            assert "==" in line or "[compatible-mypy]" in line, line


def test_every_target_of_the_makefile_is_in_its_help() -> None:
    text = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    assert phony
    assert set(phony.group(1).split()) == set(re.findall(r"^([a-z-]+):.*## ", text, re.MULTILINE))


@pytest.mark.parametrize("name", ["coverage_floor.txt", "coverage_floor_boxes.txt"])
def test_the_floor_of_the_coverage_only_rises(name: str) -> None:
    log = subprocess.run(
        ["git", "log", "--format=", "-p", "--", f"tests/{name}"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    newest_first = [float(value) for value in re.findall(r"^\+([\d.]+)$", log, re.MULTILINE)]
    now = float((ROOT / "tests" / name).read_text())
    assert [now, *newest_first] == sorted([now, *newest_first], reverse=True)
