"""Commands between files become lines of the file that lists the packages, or nothing at all."""

import json

import pytest

from agents import packages

NPM, PIP, PLAIN = "react-vite", "python", "static"


class Folder:
    """The files of an app, in memory."""

    def __init__(self, **texts: str) -> None:
        self.files = {name.replace("__", "."): text.encode() for name, text in texts.items()}

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def replace(self, path: str, content: bytes) -> bool:
        self.files[path] = content
        return True

    def remove(self, path: str) -> None:
        self.files.pop(path, None)

    def refusal(self, path: str) -> str:
        return f"{path}: NOT_SHOWN." if path == "unseen.js" else ""

    def text(self, path: str) -> str:
        return self.files[path].decode()


def carry_out(line: str, folder: Folder, stack: str) -> Folder:
    packages.carry_out(tuple(line.split()), folder, stack=stack)
    return folder


@pytest.mark.parametrize(
    ("line", "section", "name", "version"),
    [
        ("npm install three@0.170.0", "dependencies", "three", "0.170.0"),
        ("npm i -D vitest@^2", "devDependencies", "vitest", "^2"),
        ("yarn add --dev @types/node@22.1.0", "devDependencies", "@types/node", "22.1.0"),
        ("pnpm add @dnd-kit/core", "dependencies", "@dnd-kit/core", "latest"),
        ("bun add i@1.0.0", "dependencies", "i", "1.0.0"),
    ],
)
def test_an_npm_package_becomes_a_dependency(line: str, section: str, name: str, version: str):
    folder = carry_out(line, Folder(package__json='{"name": "x", "dependencies": {"react": "19"}}'), NPM)
    package = json.loads(folder.text("package.json"))
    assert package[section][name] == version
    assert (package["name"], package["dependencies"]["react"]) == ("x", "19")


def test_what_is_there_already_is_left_as_it_is():
    before = '{"dependencies": {"react": "18.0.0"},\n"devDependencies": {"vite": "6"}}'
    for line in ("npm install", "npm install react@19.0.0", "npm install vite", "npm install -g serve"):
        assert carry_out(line, Folder(package__json=before), NPM).text("package.json") == before


def test_several_packages_at_once_are_all_added():
    folder = carry_out("npm install a@1 b@2 Not!OK", Folder(package__json="{}"), NPM)
    assert json.loads(folder.text("package.json")) == {"dependencies": {"a": "1", "b": "2"}}


@pytest.mark.parametrize("broken", ["{", "[]", "null", '"x"', '{"dependencies": []}', "[" * 100_000, ""])
def test_a_broken_package_json_is_refused_and_stays(broken: str):
    folder = Folder(package__json=broken)
    with pytest.raises(packages.Unusable, match=r"package\.json"):
        carry_out("npm install three@0.170.0", folder, NPM)
    assert folder.text("package.json") == broken


def test_without_a_package_json_nothing_is_made_up():
    assert carry_out("npm install three", Folder(), NPM).files == {}


@pytest.mark.parametrize(
    ("line", "added"),
    [
        ("pip install markdown==3.7", "markdown==3.7"),
        ("uv add httpx>=0.28", "httpx>=0.28"),
        ("uv pip install rich", "rich"),
        ("pip install uvicorn[standard]==0.34.0", "uvicorn[standard]==0.34.0"),
        ("npm install markdown@3.7", "markdown==3.7"),
        ("npm install markdown@^3.7", "markdown==3.7"),
        ("npm install markdown", "markdown"),
    ],
)
def test_in_a_python_app_a_package_becomes_a_requirement(line: str, added: str):
    folder = carry_out(line, Folder(requirements__txt="flask==3.1.0"), PIP)
    assert folder.text("requirements.txt") == f"flask==3.1.0\n{added}\n"


def test_a_requirement_is_not_added_twice_however_it_is_spelt():
    before = "Flask-Login==0.6.3\n"
    for name in ("flask_login", "FLASK.login==1.0", "flask-login[x]"):
        assert (
            carry_out(f"pip install {name}", Folder(requirements__txt=before), PIP).text("requirements.txt") == before
        )


def test_the_first_requirement_makes_the_file():
    assert carry_out("pip install rich==14.0.0", Folder(), PIP).text("requirements.txt") == "rich==14.0.0\n"


@pytest.mark.parametrize("line", ["pip install -r requirements.txt", "pip install -e .", "npm install @scope/x@1"])
def test_what_is_no_package_of_python_is_left_alone(line: str):
    assert carry_out(line, Folder(requirements__txt="flask\n"), PIP).text("requirements.txt") == "flask\n"


@pytest.mark.parametrize("line", ["npm install three", "pip install flask", "uv add flask"])
def test_a_plain_page_has_no_packages(line: str):
    assert carry_out(line, Folder(index__html="x"), PLAIN).files == {"index.html": b"x"}


def test_files_are_removed_and_moved():
    folder = Folder(a__txt="a", b__txt="b")
    carry_out("rm -f a.txt", folder, PLAIN)
    carry_out("mv b.txt c.txt", folder, PLAIN)
    carry_out("mv c.txt c.txt", folder, PLAIN)
    carry_out("mv nothing.txt d.txt", folder, PLAIN)
    carry_out("mkdir -p src", folder, PLAIN)
    assert folder.files == {"c.txt": b"b"}


def test_nothing_is_moved_over_a_file_that_was_not_shown():
    folder = Folder(a__js="new")
    with pytest.raises(packages.Unusable, match="NOT_SHOWN"):
        carry_out("mv a.js unseen.js", folder, PLAIN)
    assert folder.text("a.js") == "new"
