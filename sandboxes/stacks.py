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
    """Any of these paths in a tree says that it is of this kind."""
    unless: tuple[str, ...] = ()
    """Any of these says that it is not."""
    packages: str = ""
    """The file that names the packages it wants."""
    lock: str = ""
    """The file in which an install writes down what it took, so that the next one takes the same."""
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
    says_ended: tuple[str, ...] = ()
    """So begin the lines in which whoever watches over its server says that this has ended; it waits for a change."""
    says_begun: tuple[str, ...] = ()
    """And so those in which it is begun again."""
    checks: tuple[Check, ...] = ()

    @property
    def is_npm(self) -> bool:
        """Its packages are npm's: they lie in `node_modules` beside the app."""
        return self.packages == "package.json"


STATIC = Stack(name="static", title="Plain HTML, CSS and JavaScript", needs_box=False, marks=("index.html",))

_NPM_INSTALL = (
    *("npm", "install", "--no-audit", "--no-fund", "--prefer-offline", "--no-update-notifier"),
    # The lock goes along with the project: to where packages come from elsewhere.
    *("--omit-lockfile-registry-resolved", "--loglevel=warn"),
)
_NPM_LOCK = "package-lock.json"
_LINT = Check(
    name="lint", title="Check the style", argv=("npm", "run", "--silent", "lint"), script="lint", is_of_whole=True
)


def _vite(name: str, title: str, marks: tuple[str, ...], types: str) -> Stack:
    """`types` is the program that checks the types."""
    vite = "node_modules/vite/bin/vite.js"
    temporary = "/tmp/.checked"  # noqa: S108 - the box's own
    return Stack(
        name=name,
        title=title,
        needs_box=True,
        marks=marks,
        packages="package.json",
        lock=_NPM_LOCK,
        install=_NPM_INSTALL,
        serve=("node", vite, "--host", "127.0.0.1", "--port", "5173", "--strictPort", "--clearScreen", "false"),
        port=5173,
        template=name,
        needs=("node", "npm"),
        checks=(
            Check(
                name="types",
                title="Check the types",
                argv=(
                    *("node", types, "--noEmit", "--pretty", "false"),
                    *("--incremental", "--tsBuildInfoFile", f"{temporary}/types"),
                ),
                wants=("tsconfig.json",),
                tool=types,
            ),
            _LINT,
            Check(
                name="build",
                title="Build it once",
                argv=("node", vite, "build", "--logLevel", "warn", "--outDir", f"{temporary}/built", "--emptyOutDir"),
                wants=("index.html",),
                tool=vite,
                is_of_whole=True,
                spared_by="types",
            ),
        ),
    )


VUE_VITE = _vite(
    "vue-vite", "Vue with Vite and TypeScript", ("src/App.vue", "src/main.vue"), "node_modules/vue-tsc/bin/vue-tsc.js"
)

NODE_API = Stack(
    name="node-api",
    title="Node with an interface and its page",
    needs_box=True,
    marks=("server.js",),
    unless=("index.html", "app.py"),
    packages="package.json",
    lock=_NPM_LOCK,
    install=_NPM_INSTALL,
    serve=("node", "--watch", "--watch-preserve-output", "server.js"),
    env=(("HOST", "127.0.0.1"), ("NODE_ENV", "development")),
    port=3000,
    template="node-api",
    needs=("node", "npm"),
    looks_late=True,
    says_ended=("Failed running", "Completed running"),
    says_begun=("Restarting",),
    checks=(
        Check(
            name="syntax",
            title="Check the syntax",
            argv=("node", "--check", "server.js"),
            wants=("server.js",),
            seconds=30.0,
        ),
        _LINT,
    ),
)

REACT_VITE = _vite("react-vite", "React with Vite and TypeScript", ("package.json",), "node_modules/typescript/bin/tsc")

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

ALL: tuple[Stack, ...] = (STATIC, REACT_VITE, VUE_VITE, NODE_API, PYTHON)
BY_NAME: dict[str, Stack] = {stack.name: stack for stack in ALL}


def detect(paths: Iterable[str]) -> Stack:
    """The first kind whose marks a tree bears. One that says nothing is static: showing it costs nothing."""
    present = set(paths)
    for stack in (VUE_VITE, NODE_API, REACT_VITE, PYTHON):
        if present.intersection(stack.marks) and not present.intersection(stack.unless):
            return stack
    return STATIC


def choose(template: str, paths: Iterable[str]) -> Stack:
    """What the tree says; while it does not say yet, what the plan chose."""
    detected = detect(paths)
    if detected.needs_box:
        return detected
    return BY_NAME.get(template, detected)
