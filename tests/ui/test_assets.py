"""Style sheets and modules: every import leads somewhere, nothing lies about unused, no literals beside the tokens."""

import re
from pathlib import Path

import pytest
from django.conf import settings

STATIC = Path(settings.BASE_DIR) / "static"
TEMPLATES = Path(settings.BASE_DIR) / "templates"
SHEETS = sorted(path for path in (STATIC / "css").rglob("*.css"))
MODULES = sorted((STATIC / "js").glob("*.js"))


def test_the_one_style_sheet_brings_all_the_others() -> None:
    brought = re.findall(r'@import "([^"]+)" layer\(\w+\);', (STATIC / "css" / "main.css").read_text())
    assert sorted(brought) == sorted(str(p.relative_to(STATIC / "css")) for p in SHEETS if p.name != "main.css")


def test_every_module_is_brought_by_another_or_by_the_page() -> None:
    brought = {name for module in MODULES for name in _imports(module)} | {"main.js", "early.js"}
    assert brought == {module.name for module in MODULES}


def test_modules_depend_on_nothing_but_each_other() -> None:
    foreign = [line for module in MODULES for line in re.findall(r'from "(?!\./)[^"]+"', module.read_text())]
    assert foreign == []


def _imports(module: Path) -> list[str]:
    return re.findall(r'import (?:[^";]+ from )?"\./([\w-]+\.js)"', module.read_text())


@pytest.mark.parametrize("word", ["innerHTML = `", "eval(", "new Function", "outerHTML =", "insertAdjacentHTML"])
def test_no_module_makes_markup_or_code_from_text(word: str) -> None:
    assert [module.name for module in MODULES if word in module.read_text()] == []


def test_colours_are_named_once() -> None:
    """A colour outside the tokens is one that neither theme nor contrast knows; white is what apps and cameras want."""
    found = {
        path.name: colours
        for path in SHEETS
        if path.name != "tokens.css" and (colours := set(re.findall(r"#[0-9a-f]{3,8}\b", path.read_text())))
    }
    assert found == {
        "overlay.css": {"#3b2f1a66", "#000a"},
        "cards.css": {"#0003", "#000"},
        "preview.css": {"#fff"},
        "people.css": {"#fff"},
    }


def test_every_token_that_is_used_exists() -> None:
    text = "".join(path.read_text() for path in SHEETS)
    defined = set(re.findall(r"(--[\w-]+):", text))
    # Set by the splitter, with a value of its own to fall back on.
    assert set(re.findall(r"var\((--[\w-]+)", text)) - defined == {"--w-mid"}


def test_no_sheet_or_module_is_longer_than_three_hundred_lines() -> None:
    assert [path.name for path in [*SHEETS, *MODULES] if len(path.read_text().splitlines()) > 300] == []


def test_what_htmx_enhances_works_without_it() -> None:
    """Every hx-get is on a link, every hx-post on a form; a region that only refreshes itself is exempt."""
    for path in TEMPLATES.rglob("*.html"):
        for tag in re.findall(r"<(\w+)[^>]*\shx-(get|post)=", path.read_text()):
            assert tag in {("a", "get"), ("form", "post"), ("div", "get"), ("p", "get")}, path.name
