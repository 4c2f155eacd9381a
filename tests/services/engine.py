"""A Docker engine beside the machine's own: its data, its socket, no network. Only root can run one."""

import os
import signal
import subprocess

from tests.services.servers import Server

OF_THE_MACHINE = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")


class Engine(Server):
    name = "engine"

    def __init__(self) -> None:
        super().__init__()
        self.url = f"unix://{self.folder}/docker.sock"

    def argv(self) -> list[str]:
        # Its containerd died with it; where nobody buries the dead, the next engine would wait for that one.
        for left in ("pid", "exec/containerd/containerd.pid"):
            (self.folder / left).unlink(missing_ok=True)
        places = {"--data-root": "data", "--exec-root": "exec", "--pidfile": "pid"}
        own = [f"{option}={self.folder / name}" for option, name in places.items()]
        return ["dockerd", f"--host={self.url}", *own, "--bridge=none", "--iptables=false", "--ip6tables=false"]

    def answers(self) -> bool:
        return self.docker("version").returncode == 0

    def docker(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["docker", "--host", self.url, *words], capture_output=True, text=True, timeout=120, check=False
        )

    def take(self, image: str) -> None:
        """From the machine's own engine, where it was built."""
        with subprocess.Popen(["docker", "--host", OF_THE_MACHINE, "save", image], stdout=subprocess.PIPE) as saved:
            subprocess.run(["docker", "--host", self.url, "load"], stdin=saved.stdout, check=True, capture_output=True)
        assert saved.returncode == 0

    def __exit__(self, *failure: object) -> None:
        """Told to end, it ends its boxes; what it had mounted upon itself stays and is taken off."""
        assert self.process is not None
        if boxes := self.docker("ps", "-aq").stdout.split():
            self.docker("rm", "--force", *boxes)
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        subprocess.run(["umount", str(self.folder / "data")], check=False)
        super().__exit__(*failure)
