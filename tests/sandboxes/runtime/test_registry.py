"""What the registry tells is kept with its date; what it does not tell is a sentence."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from projects.services import secrets
from sandboxes.models import Command, PackageReport, Sandbox
from sandboxes.packages import words
from sandboxes.runtime import lifecycle, registry, serve, waking
from sandboxes.services import packages
from tests.sandboxes import apps
from tests.sandboxes import registry as mirrors
from tests.sandboxes.conftest import MakeApp, apply

pytestmark = pytest.mark.box


@pytest.fixture
def reachable(settings: Settings) -> None:
    mirrors.reach(settings)


def asked(sandbox: Sandbox) -> PackageReport:
    """As the service asks, and a worker answers."""
    report = PackageReport.objects.create(sandbox=sandbox, asked_at=timezone.now() - timedelta(seconds=1))
    registry.ask(str(sandbox.pk))
    report.refresh_from_db()
    assert report.answered_at is not None
    assert not packages.is_asking(report)
    return report


@pytest.mark.node
def test_newer_versions_of_an_npm_app_are_told_while_it_runs_on(make_app: MakeApp, reachable: None) -> None:
    package = apps.REACT["package.json"].replace('"react":', '"clsx": "2.0.0", "react":')
    sandbox = make_app({**apps.REACT, "package.json": package})
    report = asked(sandbox)
    assert report.newest["clsx"] not in ("", "2.0.0")
    assert {"react", "vite"} <= report.newest.keys()
    assert report.weaknesses is not None or "weaknesses are known" in " ".join(report.problems)
    [command] = Command.objects.filter(sandbox=sandbox)
    assert (command.kind, command.state) == ("tool", "finished")
    [clsx] = [one for one in packages.of(sandbox.branch).packages if one.name == "clsx"]
    assert (clsx.newest, clsx.installed, clsx.is_outdated) == (report.newest["clsx"], "", False)


@pytest.mark.node
def test_a_server_that_runs_is_left_alone(make_app: MakeApp, reachable: None) -> None:
    sandbox = lifecycle.ensure(make_app(apps.REACT))
    asked(sandbox)
    server = Command.objects.create(sandbox=sandbox, kind="serve", title="Start")
    registry.ask(str(sandbox.pk))
    server.refresh_from_db()
    assert server.state == "running"
    serve.stop(sandbox)


def test_no_server_with_secrets_runs_while_the_way_out_is_open(make_app: MakeApp, reachable: None) -> None:
    sandbox = make_app(apps.FLASK)
    secrets.put(sandbox.project, name="TOKEN", value="k7Q2-pZ9x-vT4m-wL8r", by=sandbox.project.owner)
    waking.wake(str(sandbox.pk))
    report = asked(sandbox)
    assert report.problems == [
        "The app runs with its secrets, and must not while the way out is open. Stop the app, then ask again."
    ]
    sandbox.refresh_from_db()
    assert serve.is_running(sandbox)
    serve.stop(sandbox)
    registry.ask(str(sandbox.pk))
    report.refresh_from_db()
    assert report.problems == ["pip does not tell of known weaknesses."]


def test_what_is_installed_of_a_python_app_is_asked_of_its_box(make_app: MakeApp, reachable: None) -> None:
    sandbox = make_app({**apps.FLASK, "requirements.txt": "flask\npyfiglet==1.0.2\n"})
    waking.wake(str(sandbox.pk))
    report = asked(sandbox)
    assert report.installed["pyfiglet"] == "1.0.2"
    assert report.newest["pyfiglet"] not in ("", "1.0.2")
    assert (report.weaknesses, report.problems) == (None, ["pip does not tell of known weaknesses."])
    found = {one.name: one for one in packages.of(sandbox.branch).packages}
    assert (found["pyfiglet"].installed, found["pyfiglet"].is_outdated) == ("1.0.2", True)
    assert found["flask"].installed == report.installed[words.plain("Flask")]


def test_a_python_app_that_runs_is_left_alone(make_app: MakeApp) -> None:
    sandbox = make_app(apps.FLASK)
    waking.wake(str(sandbox.pk))
    apply(sandbox.branch, {"requirements.txt": "flask\npyfiglet==1.0.2\n"})
    report = asked(sandbox)
    assert report.problems[0].startswith("The packages of the list are not in place yet.")
    states = dict(Command.objects.filter(sandbox=sandbox).values_list("kind", "state"))
    assert states["serve"] == "running"
    question = Command.objects.get(sandbox=sandbox, kind="tool")
    assert (question.state, question.exit_code, question.seconds) == ("finished", 1, 600)


@pytest.mark.node
def test_a_list_that_npm_does_not_take_is_told_in_a_sentence(make_app: MakeApp, reachable: None) -> None:
    package = apps.REACT["package.json"].replace('"react":', '"no-such-package-of-ours-1a2b": "1", "react":')
    report = asked(make_app({**apps.REACT, "package.json": package}))
    assert report.problems == ["The registry has no package of this name."]
    assert (report.newest, report.weaknesses) == ({}, None)


@pytest.mark.node
def test_a_registry_that_is_out_of_reach_is_a_sentence(make_app: MakeApp, reachable: None) -> None:
    """Of a scope that leads elsewhere."""
    package = apps.REACT["package.json"].replace('"react":', '"@ours/x": "1", "react":')
    ours = "@ours:registry=https://registry.invalid/\n"
    report = asked(make_app({**apps.REACT, "package.json": package, ".npmrc": ours}))
    assert report.problems == ["The registry wants a key for this package, or the box may not go where it lies."]


def test_an_app_without_a_list_is_told_so(make_app: MakeApp) -> None:
    assert asked(make_app(apps.STATIC)).problems == ["This kind of app has no packages."]


def test_a_box_that_cannot_be_had_is_told_so(make_app: MakeApp, settings: Settings) -> None:
    settings.SANDBOX_BACKEND = "none"
    [problem] = asked(make_app(apps.FLASK)).problems
    assert problem.startswith("The app's box could not be asked: ")
