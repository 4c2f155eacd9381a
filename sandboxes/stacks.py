"""What kinds of app there are: how one is recognised, installed and served. Data only."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Stack:
    """`serve` and `install` are argv lists, run in the box at the root of the tree."""

    name: str
    title: str
    needs_box: bool
    marks: tuple[str, ...]
    """Any of these paths at the root of a tree says that it is of this kind."""
    packages: str = ""
    """The file that names the packages it wants."""
    install: tuple[str, ...] = ()
    serve: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    port: int = 0
    template: str = ""
    """The folder under backends/templates that says which packages it begins with; seen at /opt/templates."""
    needs: tuple[str, ...] = ()
    """Programs that a box must find."""
    looks_late: bool = False
    """Its server sees changed files after a while: asked meanwhile, it answers with what they were."""


STATIC = Stack(name="static", title="Plain HTML, CSS and JavaScript", needs_box=False, marks=("index.html",))

REACT_VITE = Stack(
    name="react-vite",
    title="React with Vite and TypeScript",
    needs_box=True,
    marks=("package.json",),
    packages="package.json",
    install=(
        *("npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--prefer-offline"),
        *("--no-update-notifier", "--loglevel=warn"),
    ),
    serve=(
        *("node", "node_modules/vite/bin/vite.js", "--host", "127.0.0.1", "--port", "5173"),
        *("--strictPort", "--clearScreen", "false"),
    ),
    port=5173,
    template="react-vite",
    needs=("node", "npm"),
)

PYTHON = Stack(
    name="python",
    title="Python with Flask",
    needs_box=True,
    marks=("requirements.txt", "app.py"),
    packages="requirements.txt",
    install=(
        *("python3", "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--upgrade"),
        *("--no-warn-script-location", "--target", ".venv/site-packages", "--requirement", "requirements.txt"),
    ),
    # Debug for the reloader and fresh templates; its debugger would let every visitor run code.
    serve=(
        *("python3", "-m", "flask", "--app", "app", "--debug", "run", "--no-debugger", "--reload"),
        *("--host", "127.0.0.1", "--port", "5000"),
    ),
    env=(
        ("PYTHONPATH", "/workspace/.venv/site-packages:/opt/templates/python/site-packages"),
        ("PYTHONDONTWRITEBYTECODE", "1"),
        ("PYTHONUNBUFFERED", "1"),
    ),
    port=5000,
    template="python",
    looks_late=True,
)

ALL: tuple[Stack, ...] = (STATIC, REACT_VITE, PYTHON)
BY_NAME: dict[str, Stack] = {stack.name: stack for stack in ALL}


def detect(paths: Iterable[str]) -> Stack:
    """The kind a tree is of. One that says nothing is static: showing it costs nothing."""
    present = set(paths)
    for stack in (REACT_VITE, PYTHON):
        if present.intersection(stack.marks):
            return stack
    return STATIC


def choose(template: str, paths: Iterable[str]) -> Stack:
    """What the tree says; while it does not say yet, what the plan chose."""
    detected = detect(paths)
    if detected.needs_box:
        return detected
    return BY_NAME.get(template, detected)
