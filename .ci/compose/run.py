"""Builds the images, runs compose.yaml once from end to end, breaks it twice, and leaves nothing.

    .venv/bin/python .ci/compose/run.py [--remove-images] [--keep]

What is left of a trial that was cut off is cleared away by the next one.
"""

import argparse
import os
import shlex
import shutil
import socket
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import images
import proxy
import stage
from shell import Failed, step, wait_for
from stage import Stage
from visitor import Visitor

# As an installation does it, in the first project's box.
FETCH = """
from sandboxes.enums import CommandKind
from sandboxes.models import Sandbox
from sandboxes.runtime import commands
words = ("npm", "view", "clsx", "name")
told = dict(kind=CommandKind.INSTALL, title="Look a package up", listener=commands.Listener(), timeout=60)
print(commands.run(Sandbox.objects.earliest("created_at"), words, downloads=True, **told).output)
"""
TIMER = "A pomodoro timer with a task list and a log of my week"
TOOLS = "A tool library for our street: borrow, bring back, a page per tool"
GREEN, DARK = "Make the header green", "Add a dark mode switch"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--remove-images", action="store_true", help="remove the trial's own images afterwards")
    parser.add_argument("--keep", action="store_true", help="leave it running, to look at")
    chosen = parser.parse_args()
    began = time.monotonic()
    play = Stage(**images.settings(), **_settings())
    try:
        with step("what an earlier trial left is cleared"):
            stage.clear(play)
        _build(play)
        _story(play)
    except Failed as failure:
        print(f"\nThe trial of compose.yaml failed.\n{failure}\n", file=sys.stderr)
        said = [play.said(service) for service in stage.SERVICES]
        print("\n".join(each for each in said if each.count("\n") > 1), file=sys.stderr)
        return 1
    finally:
        if not chosen.keep:
            _leave(play, chosen.remove_images)
    print(f"{time.monotonic() - began:7.1f} s  in all" + ("" if chosen.keep else "; nothing is left"))
    return 0


def _build(play: Stage) -> None:
    with step("stand-ins and proxy built"):
        images.build_stand_ins()
    with step("the image built"):
        images.build_djinn(play.folder / "context")
    for line in images.sizes():
        print(f"{'':11}{line}")


def _story(play: Stage) -> None:
    with step("the image of the boxes built, from inside a container"):
        play.compose("run", "--rm", "--no-deps", "worker-sandbox", "build_sandbox_image")
    with step("up, and every part healthy"):
        play.up()
    link = play.manage("web", "create_owner --email owner@example.org").splitlines()[-1]
    owner = Visitor(link)
    with step("signed in; a wish came true and its app is seen through edge"):
        project = owner.wish(TIMER)
        timer = _made(play, jobs=1)
        owner.sees(timer, "/", "Twentyfive")
    with step("the app was changed"):
        owner.say(project, GREEN)
        _made(play, jobs=2)
        owner.sees(timer, "/src/base.css", "#1d7a45")
    _is("the dashboard's page hears the feed", owner.hears(project))
    with step("a box fetched from the packages' registry"):
        _is("npm answers in a box", play.manage("worker-generate", f"shell -v 0 -c {shlex.quote(FETCH)}") == "clsx")
    with step("in the middle of a wish its worker and the dashboard crashed; both came back, and it came true"):
        owner.wish(TOOLS)
        _wait_for_work(play)
        play.crash("worker-generate")
        play.crash("web")
        play.is_well("web")
        play.is_well("worker-generate")
        tools = _made(play, jobs=3)
        owner.sees(tools, "/", "The Shed")
        owner.page(project)
    with step("the database was dumped, lost, and restored from the dump"):
        _restore(play)
        owner.page(project)
        owner.sees(timer, "/", "Twentyfive")
    _behind_a_proxy(play, project)


def _wait_for_work(play: Stage) -> None:
    wait_for(lambda: "implementing" in play.rows("select phase from agents_job"), seconds=60, what="work to begin")


def _restore(play: Stage) -> None:
    """As docs/how-to/deploy.md says."""
    dump = play.database("pg_dump", "-U", "djinn", "--clean", "--if-exists", "djinn")
    play.compose("down", "--volumes")
    play.compose("up", "--detach", "postgres")
    play.is_well("postgres")
    play.database("psql", "-q", "-U", "djinn", "-d", "djinn", stdin=dump)
    play.up("--scale", "worker-generate=2", "--scale", "worker-sandbox=2", "--scale", "beat=2")


def _behind_a_proxy(play: Stage, project: str) -> None:
    with step("started again behind a proxy that speaks HTTPS: forms, sockets and previews work, strangers do not"):
        port = _free_port()
        play.settings |= {
            "DJINN_SITE_URL": f"https://{proxy.SITE}:{port}",
            "PREVIEW_DOMAIN": proxy.PREVIEWS,
            "PREVIEW_PORT": "0",
            "DJINN_PROXIES": "1",
        }
        ports = (int(play.settings[name]) for name in ("DJINN_WEB_PORT", "DJINN_EDGE_PORT"))
        trust = proxy.start(play.folder, label=stage.LABEL, port=port, web=next(ports), edge=next(ports))
        play.up()
        owner = Visitor(play.manage("web", "create_owner --email owner@example.org").splitlines()[-1], trust=trust)
        page = owner.page("/")
        _is("HSTS is sent", "max-age" in page.headers.get("Strict-Transport-Security", ""))
        _is("cookies are secure", all(cookie.secure for cookie in owner.client.cookies.jar))
        owner.say(project, DARK)
        timer = _made(play, jobs=4, newest=False)
        owner.sees(timer, "/", "Twentyfive")
        _is("the dashboard's page hears the feed", owner.hears(project))
        _is("a preview's page does not", not owner.hears(project, origin=timer.rstrip("/")))


def _made(play: Stage, *, jobs: int, newest: bool = True) -> str:
    """Where the app is seen, once that many jobs are completed; any other end fails at once."""

    def done() -> bool:
        states = play.rows("select state from agents_job")
        if {"failed", "cancelled"} & set(states):
            raise Failed("\n".join(play.rows("select error from agents_job")))
        return states == ["completed"] * jobs

    wait_for(done, seconds=300, what=f"{jobs} completed jobs")
    labels = play.rows("select label from sandboxes_sandbox order by created_at")
    label = labels[-1] if newest else labels[0]
    site = urlsplit(play.settings["DJINN_SITE_URL"])
    port = play.settings["PREVIEW_PORT"] if play.settings["PREVIEW_PORT"] != "0" else site.port
    return f"{site.scheme}://p-{label}.{play.settings['PREVIEW_DOMAIN']}:{port}/"


def _settings() -> dict[str, str]:
    engine = urlsplit(os.environ.get("DOCKER_HOST", "") or "unix:///var/run/docker.sock")
    if engine.scheme != "unix":
        raise SystemExit("The trial needs an engine on this machine: its socket is given to containers.")
    web, edge = _free_port(), _free_port()
    return {
        "DOCKER_SOCKET": engine.path,
        "DOCKER_GID": str(Path(engine.path).stat().st_gid),
        "DJINN_WEB_PORT": str(web),
        "DJINN_EDGE_PORT": str(edge),
        "DJINN_SITE_URL": f"http://localhost:{web}",
        "PREVIEW_DOMAIN": "localhost",
        "PREVIEW_PORT": str(edge),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is(what: str, found: bool) -> None:
    if not found:
        raise Failed(f"It is not so that {what}.")


def _leave(play: Stage, with_images: bool) -> None:
    with step("everything taken down"):
        stage.clear(play)
        left = stage.leftovers(play)
        shutil.rmtree(play.folder)
    if any(left.values()):
        raise SystemExit(f"This is left in the engine: {left}")
    if with_images:
        images.remove()


if __name__ == "__main__":
    sys.exit(main())
