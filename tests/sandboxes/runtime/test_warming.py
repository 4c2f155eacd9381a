"""A server that was loaded before there was an app: what it serves is what one that was started cold serves."""

import re
from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from projects.services import secrets
from sandboxes.enums import CommandKind, SandboxState
from sandboxes.models import Command, Sandbox
from sandboxes.models.shown import manifest_of
from sandboxes.runtime import asking, boxes, commands, lifecycle, serve, sync, waking, warming
from sandboxes.runtime import install as installing
from sandboxes.runtime.commands import Listener
from tests.sandboxes import apps, registry
from tests.sandboxes.conftest import MakeApp
from tests.sandboxes.runtime.ready import drained, filled

pytestmark = [pytest.mark.usefixtures("transactional_db"), pytest.mark.timeout(240)]

# Every file that decides how the app is served, and each unlike the sample's.
PECULIAR = {
    **apps.REACT,
    "package.json": apps.REACT["package.json"].replace('"type": "module", ', ""),
    "vite.config.js": 'import { defineConfig } from "vite";\nimport react from "@vitejs/plugin-react";\n'
    'import tailwind from "@tailwindcss/vite";\n'
    'export default defineConfig({ base: "/under/", plugins: [react(), tailwind()], define: { __MARK__: \'"marked"\' },'
    ' server: { headers: { "x-own": "yes" } } });\n',
    ".env": "VITE_GREETING=hello from a file\n",
    "tsconfig.json": '{"compilerOptions": {"jsx": "react", "target": "ES2020", "useDefineForClassFields": false}}\n',
    "public/robots.txt": "of the app\n",
    "src/style.css": '@import "tailwindcss";\n.own { @apply underline; }\n',
    "src/App.tsx": 'import "./style.css";\nclass Kept { value: string = import.meta.env.VITE_GREETING; }\n'
    "export default function App() {\n"
    '  return <h1 className="own">{new Kept().value} {__MARK__} {import.meta.env.MODE}</h1>;\n}\n',
}
del PECULIAR["vite.config.ts"]
VUE = {**apps.VUE, "src/App.vue": apps.VUE["src/App.vue"] + "<style scoped>h1 { color: teal; }</style>\n"}
ASKED = {
    "react-vite": ("/under/", "/under/src/main.tsx", "/under/src/App.tsx", "/under/src/style.css", "/under/robots.txt"),
    "vue-vite": ("/", "/src/main.ts", "/src/App.vue", "/src/style.css"),
}


@pytest.fixture(
    params=[pytest.param("process", marks=pytest.mark.box), pytest.param("docker", marks=pytest.mark.docker)]
)
def backend(request: pytest.FixtureRequest, settings: Settings) -> Iterator[str]:
    with drained(request.param) as one:
        yield one


def shown(sandbox: Sandbox) -> Sandbox:
    waking.wake(str(sandbox.pk))
    fresh = Sandbox.objects.select_related("project", "branch", "changeset").get(pk=sandbox.pk)
    assert (fresh.state, fresh.error) == (SandboxState.READY, "")
    return fresh


def processes(sandbox: Sandbox) -> str:
    return boxes.ask(sandbox, lambda wire: wire.exec(["sh", "-c", "cat /proc/[0-9]*/cmdline"], timeout=10)).output


def answers(sandbox: Sandbox, asked: tuple[str, ...]) -> list[tuple[int, str, str]]:
    """But for the moments and hashes that Vite writes into addresses."""
    found = []
    for path in asked:
        answer = boxes.ask(sandbox, lambda wire, path=path: asking.get(wire, 5173, path))  # type: ignore[misc]
        found.append((answer.status, answer.content_type, re.sub(r"[?&][tv]=\w+", "", answer.text)))
    return found


@pytest.mark.parametrize(("name", "files"), [("react-vite", PECULIAR), ("vue-vite", VUE)])
def test_it_serves_what_a_cold_one_serves(backend: str, make_app: MakeApp, name: str, files: dict[str, str]) -> None:
    warm, cold = make_app(files), make_app(files)
    spare = filled(warm, name)
    assert spare.handle["warm"], "it was not loaded"
    warm = shown(warm)
    assert warm.handle["id"] == spare.box
    assert "begin.mjs" in processes(warm)
    cold = shown(cold)
    assert cold.handle["id"] != spare.box
    assert "begin.mjs" not in processes(cold)
    expected = answers(cold, ASKED[name])
    assert [status for status, _, _ in expected] == [200] * len(expected)
    assert answers(warm, ASKED[name]) == expected
    listed = boxes.ask(warm, lambda wire: wire.tree()).files
    assert listed == {path: entry.sha256 for path, entry in manifest_of(warm).items()}


@pytest.mark.box
def test_a_project_with_secrets_gets_a_server_of_its_own(make_app: MakeApp) -> None:
    with drained("process"):
        sandbox = make_app(apps.REACT)
        secrets.put(sandbox.project, name="PLANTED", value="planted/correct+horse", by=sandbox.project.owner)
        spare = filled(sandbox)
        sandbox = shown(sandbox)
        assert sandbox.handle["id"] == spare.box
        assert "begin.mjs" not in processes(sandbox)
        seen = boxes.ask(sandbox, lambda wire: wire.exec(["sh", "-c", "cat /proc/[0-9]*/environ"], timeout=10)).output
        assert "planted/correct+horse" in seen


@pytest.mark.box
@pytest.mark.node
def test_with_other_packages_what_was_loaded_is_ended_before_they_are_fetched(
    make_app: MakeApp, settings: Settings
) -> None:
    registry.reach(settings)
    with drained("process"):
        package = apps.REACT["package.json"].replace('"react":', '"clsx": "^2.1.0", "react":')
        sandbox = make_app({**apps.REACT, "package.json": package})
        spare = filled(sandbox)
        lifecycle.ensure(sandbox)
        sync.sync(sandbox, manifest_of(sandbox))
        seen: list[str] = []
        installing.put_in_place(sandbox, Listener(on_line=lambda line: seen.append(processes(sandbox))))
        assert sandbox.handle["id"] == spare.box
        assert seen
        assert "begin.mjs" not in "".join(seen)
        assert not warming.waits(sandbox)
        serve.start(sandbox)
        assert serve.wait_ready(sandbox).ok
        assert "begin.mjs" not in processes(sandbox)


@pytest.mark.box
def test_what_somebody_ran_in_the_box_may_have_moved_its_packages(make_app: MakeApp) -> None:
    with drained("process"):
        sandbox = make_app(apps.REACT)
        filled(sandbox)
        lifecycle.ensure(sandbox)
        assert warming.is_linked(sandbox)
        commands.run(
            sandbox, ["rm", "-rf", "node_modules"], kind=CommandKind.TOOL, title="rm", listener=Listener(), timeout=10
        )
        assert not warming.is_linked(sandbox)
        sync.sync(sandbox, manifest_of(sandbox))
        assert installing.put_in_place(sandbox, Listener()).exit_code == 0
        serve.start(sandbox)
        assert serve.wait_ready(sandbox).ok


@pytest.mark.box
def test_whoever_dies_over_beginning_it_is_followed_by_one_who_starts_another(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row says that the server runs, and what runs was never told to begin."""
    with drained("process"):
        sandbox = make_app(apps.REACT)
        filled(sandbox)
        lifecycle.ensure(sandbox)
        sync.sync(sandbox, manifest_of(sandbox))
        installing.put_in_place(sandbox, Listener())
        with monkeypatch.context() as patched:
            patched.setattr(warming, "begin", lambda *_: 1 // 0)
            with pytest.raises(ZeroDivisionError):
                serve.start(sandbox)
        assert serve.is_running(sandbox)
        serve.start(sandbox)
        assert serve.wait_ready(sandbox).ok
        assert Command.objects.filter(sandbox=sandbox, kind=CommandKind.SERVE, state="running").count() == 1


@pytest.mark.box
def test_one_that_ended_meanwhile_is_replaced(make_app: MakeApp) -> None:
    with drained("process"):
        sandbox = make_app(apps.REACT)
        filled(sandbox)
        lifecycle.ensure(sandbox)
        boxes.ask(sandbox, lambda wire: wire.signal("serve", 9))
        assert shown(sandbox).port == 5173
