"""Asking an app's box whether the app is sound."""

import threading
import time

import pytest

from projects.services import files
from sandboxes import stacks
from sandboxes.enums import CommandState
from sandboxes.errors import Stopped
from sandboxes.models import Command, Sandbox
from sandboxes.models.shown import manifest_of
from sandboxes.runtime import boxes, checking, install, lifecycle, sync
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp

pytestmark = pytest.mark.box

TYPED = {
    **apps.REACT,
    "tsconfig.json": '{"compilerOptions": {"target": "ES2022", "module": "ESNext", "moduleResolution": "bundler",'
    ' "jsx": "react-jsx", "strict": true, "noEmit": true, "skipLibCheck": true}, "include": ["src"]}\n',
}
WRONG = 'export default function App() {\n  const one: number = "one";\n  return <h1>{one}</h1>;\n}\n'


def prepared(sandbox: Sandbox) -> Sandbox:
    lifecycle.ensure(sandbox)
    sync.sync(sandbox, manifest_of(sandbox))
    install.install(sandbox)
    return sandbox


def ran(said: list[checking.Said]) -> list[tuple[str, int | None]]:
    return [(one.check, one.exit_code) for one in said]


@pytest.mark.node
def test_a_sound_app_passes_all_that_fits_it_and_stays_as_it_is(make_app: MakeApp) -> None:
    sandbox = prepared(make_app(TYPED))
    assert ran(checking.run(sandbox, is_whole=False)) == [("types", 0)]
    assert ran(checking.run(sandbox, is_whole=True)) == [("types", 0)]
    assert ran(checking.run(sandbox, is_whole=True, is_thorough=True)) == [("types", 0), ("build", 0)]
    tree = boxes.ask(sandbox, lambda wire: wire.tree())
    assert files.tree_hash(manifest_of(sandbox)) == sandbox.tree_hash
    assert set(tree.files) == set(TYPED)


@pytest.mark.node
def test_the_first_complaint_is_enough(make_app: MakeApp) -> None:
    [said] = checking.run(prepared(make_app({**TYPED, "src/App.tsx": WRONG})), is_whole=True)
    assert (said.check, said.exit_code) == ("types", 2)
    assert said.output.startswith("src/App.tsx(2,9): error TS2322:")
    assert said.seconds > 0


@pytest.mark.node
def test_what_only_a_build_finds(make_app: MakeApp) -> None:
    """So it is asked where there are no types, too."""
    faulty = {**apps.REACT, "index.html": "<script type=module src=/no.js>"}
    said = checking.run(prepared(make_app(faulty)), is_whole=True)
    assert ran(said) == [("build", 1)]
    assert "no.js" in said[-1].output


@pytest.mark.node
def test_an_app_without_types_is_not_asked_for_them(make_app: MakeApp) -> None:
    assert ran(checking.run(prepared(make_app(apps.REACT)), is_whole=False)) == []


@pytest.mark.node
def test_an_apps_own_rules_of_style_are_asked(make_app: MakeApp) -> None:
    package = apps.REACT["package.json"].replace('"type"', '"scripts": {"lint": "echo crooked && exit 1"}, "type"')
    [said] = checking.run(prepared(make_app({**apps.REACT, "package.json": package})), is_whole=True)
    assert (said.check, said.exit_code, said.output) == ("lint", 1, "crooked")


@pytest.mark.node
def test_a_tool_that_is_not_there_says_nothing(make_app: MakeApp) -> None:
    sandbox = make_app(TYPED)
    lifecycle.ensure(sandbox)
    sync.sync(sandbox, manifest_of(sandbox))
    assert checking.run(sandbox, is_whole=True) == []


def test_python_is_read_without_being_run(make_app: MakeApp) -> None:
    broken = {**apps.FLASK, "store.py": "def books(:\n    return []\n", "instance/x.py": "def ("}
    sandbox = prepared(make_app(broken))
    [said] = checking.run(sandbox, is_whole=False)
    assert (said.check, said.exit_code) == ("syntax", 1)
    assert 'File "./store.py", line 1' in said.output
    assert "instance" not in said.output
    assert set(boxes.ask(sandbox, lambda wire: wire.tree()).files) == set(broken)


def test_plain_pages_have_nothing_to_ask(make_app: MakeApp) -> None:
    assert checking.fitting(stacks.STATIC, manifest_of(make_app(apps.STATIC)), is_whole=True) == ()


@pytest.mark.node
def test_a_stop_is_heeded_within_a_second(make_app: MakeApp) -> None:
    sandbox = prepared(make_app(TYPED))
    asked: list[float] = []
    threading.Timer(0.4, lambda: asked.append(time.monotonic())).start()
    with pytest.raises(Stopped):
        checking.run(sandbox, is_whole=True, should_stop=lambda: bool(asked))
    assert time.monotonic() - asked[0] < 1.0
    assert not Command.objects.filter(sandbox=sandbox, state=CommandState.RUNNING).exists()


@pytest.mark.parametrize("package", ["[]", "{", '{"scripts": 1}', '{"scripts": {"lint": "x"}}'])
def test_only_a_script_that_is_there_is_run(make_app: MakeApp, package: str) -> None:
    manifest = manifest_of(make_app({"package.json": package}))
    named = [check.name for check in checking.fitting(stacks.REACT_VITE, manifest, is_whole=True)]
    assert named == (["lint"] if "x" in package else [])
