"""The small process beside each box of the process back end: starts it, watches it, ends it.

Started with nothing but the standard library; it outlives the worker that started it and is
killed together with the box (`--die-with-parent`). Its word to others is a state file under `run/`.
"""

import contextlib
import fcntl
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from sandboxes.backends import ends, measures

LOOK = 0.2  # seconds between looks at memory and processes
SAMPLE = 2.0  # between samples written down, and between looks at the disk
NOTES = 4096


class Warden:
    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config
        self.run, self.folder = Path(config["run"]), Path(config["folder"])
        self.limits: dict[str, int] = config["limits"]
        self.state, self.note, self.said = "running", "", b""
        self.usage: dict[str, float] = {}
        self.wanted: list[int] = []
        self.alone_since = 0.0
        self.checked = self.sampled = 0.0

    def path(self, kind: str) -> Path:
        return self.run / f"{self.config['id']}.{kind}"

    def claim(self) -> bool:
        """Hold the box's lock for life: held means alive, whatever a file says."""
        self.lock = os.open(self.path("lock"), os.O_RDWR | os.O_CREAT, 0o600)
        for _ in range(20):
            try:
                fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except BlockingIOError:
                time.sleep(0.01)  # it may only be somebody looking
        return False

    def start(self) -> str:
        """Start the box; an empty answer is success."""
        self.woken, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake)
        for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2):
            signal.signal(number, lambda number, _: self.wanted.append(number))
        listener = self.listen()
        with contextlib.suppress(OSError):  # short of memory, the kernel takes a box before the server
            Path("/proc/self/oom_score_adj").write_text("500")
        told, tell = os.pipe()
        ready, steady = os.pipe()
        self.errors, inner = os.pipe()
        options = os.memfd_create("options")
        os.write(options, "\0".join([*self.config["options"], ""]).encode())
        os.lseek(options, 0, os.SEEK_SET)
        fds = {"OPTIONS": str(options), "INFO": str(tell), "READY": str(steady), "SOCKET": str(listener.fileno())}
        self.box = subprocess.Popen(
            [fds.get(word, word) for word in self.config["argv"]],
            stdin=subprocess.DEVNULL,
            stdout=inner,
            stderr=inner,
            pass_fds=(options, tell, steady, listener.fileno()),
        )
        for handle in (options, tell, steady, inner):
            os.close(handle)
        listener.close()  # the agent alone accepts; when it is gone, so is the address
        os.set_blocking(self.errors, False)
        with os.fdopen(told) as info, os.fdopen(ready) as agent:
            answer = info.read()
            if not answer or not agent.read(1):
                self.box.wait()
                self.listen_to_errors()
                return self.said.decode(errors="replace").strip() or "bubblewrap ended at once"
        self.first: int = json.loads(answer)["child-pid"]
        self.space = Path(f"/proc/{self.first}/ns/pid").readlink()
        self.save()
        return ""

    def listen(self) -> socket.socket:
        """Bind by the folder's descriptor: socket addresses are short, homes may be long."""
        self.path("sock").unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        folder = os.open(self.run, os.O_RDONLY)
        listener.bind(f"/proc/self/fd/{folder}/{self.config['id']}.sock")
        os.close(folder)
        listener.listen(64)
        return listener

    def save(self) -> None:
        kept = {name: self.config[name] for name in ("id", "install_id", "labels", "created_at")}
        draft = self.path("json.new")
        state = {**kept, "pid": os.getpid(), "state": self.state, "note": self.note, "usage": self.usage}
        draft.write_text(json.dumps(state))
        draft.rename(self.path("json"))

    def watch(self) -> None:
        """Until the box ends or must end."""
        while self.box.poll() is None:
            self.pause_or_resume()
            if signal.SIGTERM in self.wanted or self.is_abandoned():
                self.end()
                return self.forget()
            if self.state == "running":
                self.look()
            ready, _, _ = select.select([self.errors, self.woken], [], [], LOOK)
            if self.woken in ready:
                os.read(self.woken, 64)
            self.listen_to_errors()
        self.end()
        self.state = "stopped"
        self.note = self.note or self.said.decode(errors="replace")[-500:] or "The box ended by itself."
        self.path("sock").unlink(missing_ok=True)
        self.save()
        return None

    def listen_to_errors(self) -> None:
        try:
            self.said = (self.said + os.read(self.errors, 65536))[-NOTES:]
        except BlockingIOError:
            return

    def pause_or_resume(self) -> None:
        while self.wanted and self.wanted[0] != signal.SIGTERM:
            pausing = self.wanted.pop(0) == signal.SIGUSR1
            for _ in range(3 if pausing else 1):  # what was forked meanwhile is stopped too
                for pid in self.pids():
                    ends.kill(pid, signal.SIGSTOP if pausing else signal.SIGCONT)
            self.state = "paused" if pausing else "running"
            self.save()

    def is_abandoned(self) -> bool:
        """Has the installation been dead for the whole grace? Looks once a second."""
        now = time.monotonic()
        if now - self.checked < min(1.0, self.config["grace"] / 4):
            return False
        self.checked = now
        if ends.is_held(self.run / "server.lock", may_be_shared=True):
            self.alone_since = 0.0
            return False
        self.alone_since = self.alone_since or now
        return now - self.alone_since >= float(self.config["grace"])

    def look(self) -> None:
        """Memory and processes on every look; the disk and the state file less often."""
        sizes = {pid: measures.resident(pid) for pid in self.pids()}
        if sum(sizes.values()) > self.limits["memory"]:
            self.relieve(sizes)
        if len(sizes) > self.limits["processes"]:
            self.stop(f"The app ran more than {self.limits['processes']} processes at once.")
        now = time.monotonic()
        if now - self.sampled >= SAMPLE:
            disk = measures.size_of(self.folder / "workspace")
            if disk > self.limits["disk"]:
                self.stop(f"The app filled more than {self.limits['disk'] >> 20} MB of disk.")
            if measures.files_in(self.folder / "workspace") > self.limits["files"]:
                self.stop(f"The app made more than {self.limits['files']} files.")
            cpu = sum(measures.cpu_seconds(pid) for pid in sizes)
            self.usage = {"memory": sum(sizes.values()), "processes": len(sizes), "disk": disk, "cpu": cpu}
            self.save()
            self.sampled = time.monotonic() + 20 * (time.monotonic() - now)  # a slow disk is asked less

    def relieve(self, sizes: dict[int, int]) -> None:
        """Kill the largest, as the kernel would, until the rest fits; the agent is the box and goes last."""
        shares = {pid: measures.share(pid) for pid in sizes}  # pages shared by many are counted once
        left = sum(shares.values())
        if left <= self.limits["memory"]:
            return
        most = self.limits["memory"] >> 20
        self.note = f"The app used more than {most} MB of memory, so its largest process was killed."
        in_turn = sorted(shares, key=lambda pid: (measures.number_inside(pid) > self.config["early"], shares[pid]))
        while in_turn and left > self.limits["memory"]:
            largest = in_turn.pop()
            left -= shares[largest]
            ends.kill(largest, signal.SIGKILL)
        self.save()

    def pids(self) -> list[int]:
        found = []
        for name in os.listdir("/proc"):  # noqa: PTH208 — asked five times a second
            if name.isdigit():
                try:
                    if os.readlink(f"/proc/{name}/ns/pid") == str(self.space):  # noqa: PTH115
                        found.append(int(name))
                except OSError:
                    continue
        return found

    def stop(self, note: str) -> None:
        self.note = note
        ends.kill(self.first, signal.SIGKILL)

    def end(self) -> None:
        """The first process takes its whole process namespace with it."""
        ends.kill(self.first, signal.SIGKILL)
        try:
            self.box.wait(5)  # bubblewrap reaps it, then ends
        except subprocess.TimeoutExpired:
            self.box.kill()
            self.box.wait()
        deadline = time.monotonic() + 5
        while self.pids() and time.monotonic() < deadline:
            time.sleep(0.01)

    def forget(self) -> None:
        ends.clear(self.folder)
        for kind in ("sock", "json", "lock"):
            self.path(kind).unlink(missing_ok=True)


def main() -> None:
    warden = Warden(json.load(sys.stdin))
    if os.fork():
        os._exit(0)  # the worker has nobody to reap
    if not warden.claim():
        answer({"error": ""})  # the box is there already
    elif failure := warden.start():
        warden.forget()
        answer({"error": failure})
    else:
        answer({"error": ""})
        warden.watch()


def answer(message: dict[str, str]) -> None:
    """Tell the worker, then let go of its pipes."""
    print(json.dumps(message), flush=True)
    quiet = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(quiet, stream)


if __name__ == "__main__":
    main()
