"""What kinds of app there are: how one is recognised, installed and served. Data only."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """What says whether an app is sound without running it. An exit code other than 0 is a complaint."""

    name: str
    title: str
    argv: tuple[str, ...]
    """Run in the box at the root of the tree. What it writes goes to /tmp, or it would come to be the app's."""
    wants: tuple[str, ...] = ()
    """Only a tree that has all of these can be asked."""
    tool: str = ""
    """The file in the box that is run; without it nothing is."""
    script: str = ""
    """The script of package.json that is run; without it nothing is."""
    is_of_whole: bool = False
    """Says nothing of an app of which files are still to come."""
    spared_by: str = ""
    """The check that finds what it would find in less time; only who wants to know all asks both."""
    seconds: float = 60.0


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
    checks: tuple[Check, ...] = ()


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
    checks=(
        Check(
            name="types",
            title="Check the types",
            argv=(
                *("node", "node_modules/typescript/bin/tsc", "--noEmit", "--pretty", "false"),
                *("--incremental", "--tsBuildInfoFile", "/tmp/.checked/types"),  # noqa: S108 - the box's own
            ),
            wants=("tsconfig.json",),
            tool="node_modules/typescript/bin/tsc",
        ),
        Check(
            name="lint",
            title="Check the style",
            argv=("npm", "run", "--silent", "lint"),
            script="lint",
            is_of_whole=True,
        ),
        Check(
            name="build",
            title="Build it once",
            argv=(
                *("node", "node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"),
                *("--outDir", "/tmp/.checked/built", "--emptyOutDir"),  # noqa: S108 - the box's own
            ),
            wants=("index.html",),
            tool="node_modules/vite/bin/vite.js",
            is_of_whole=True,
            spared_by="types",
        ),
    ),
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
    checks=(
        Check(
            name="syntax",
            title="Check the syntax",
            argv=(
                *("python3", "-X", "pycache_prefix=/tmp/.checked", "-m", "compileall", "-q"),
                *("-x", r"/(\.venv|instance|node_modules)/", "."),
            ),
            seconds=30.0,
        ),
    ),
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
