"""What a box may do as a container: everything it is given is listed here, and nothing else is."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from docker.types import LogConfig, Ulimit

from sandboxes.backends import base, fences, registries, surroundings

MANAGED, INSTANCE, BOX, CREATED = "djinn.managed", "djinn.instance", "djinn.box", "djinn.created"
NARROW, WIDE = 20_000, 40_000
CERTIFICATES = dict.fromkeys(("SSL_CERT_FILE", "PIP_CERT", "NODE_EXTRA_CA_CERTS"), "/etc/ssl/certs/ca-certificates.crt")
RUN = ("python3", "-I", "-S", "-B")
NAME = "@djinn"
AGENT = (*RUN, "/opt/djinn/agent.pyc", "--bind", NAME)
CONNECTOR = (*RUN, "/opt/djinn/connector.pyc", NAME)


@dataclass(frozen=True)
class Abilities:
    """What the engine says of itself, as far as boxes depend on it."""

    version: str
    runtimes: frozenset[str] = frozenset()
    security: tuple[str, ...] = ()
    cgroup: str = "2"

    @property
    def runtime(self) -> str | None:
        """gVisor's kernel of its own, where the engine has it."""
        return "runsc" if "runsc" in self.runtimes else None

    @property
    def isolation(self) -> base.Isolation:
        return "container-gvisor" if self.runtime else "container"

    @property
    def has_few_users(self) -> bool:
        """Behind a user namespace there are 65536 of them."""
        return any(word in option for option in self.security for word in ("userns", "rootless"))

    @property
    def reasons(self) -> tuple[str, ...]:
        """What it cannot promise; sentences for people."""
        found = []
        if not any("seccomp" in option for option in self.security):
            found.append("This engine does not filter system calls.")
        elif self._major < 25 and not self.runtime:
            found.append("This engine's filter lets io_uring and vsock pass; version 25 refuses them.")
        return tuple(found)

    @property
    def _major(self) -> int:
        first = self.version.partition(".")[0]
        return int(first) if first.isdigit() else 0


def user_of(box: str, abilities: Abilities) -> int:
    """A user of its own for each box: what the kernel counts per user is then no other box's."""
    wide = fences.user_of(box)
    return NARROW + wide % WIDE if abilities.has_few_users else wide


def name_of(install_id: str, box: str) -> str:
    return f"djinn-{install_id}-{box}"


def labels(spec: base.Spec, install_id: str) -> dict[str, str]:
    ours = {MANAGED: "1", INSTANCE: install_id, BOX: spec.id, CREATED: datetime.now(UTC).isoformat()}
    return {**{f"djinn.label.{name}": value for name, value in spec.labels.items()}, **ours}


def options(
    spec: base.Spec,
    abilities: Abilities,
    found: registries.Registries,
    *,
    image: str,
    install_id: str,
    grace: float,
) -> dict[str, Any]:
    """For `create_container`, but for the part about the host."""
    user = user_of(spec.id, abilities)
    environment = surroundings.variables((), spec.env, found, certificates=CERTIFICATES)
    return {
        "image": image,
        "command": [*AGENT, "--alone", str(max(1, round(grace)))],
        "name": name_of(install_id, spec.id),
        "hostname": "sandbox",
        "user": f"{user}:{user}",
        "working_dir": "/workspace",
        "environment": environment,
        "labels": labels(spec, install_id),
        "use_config_proxy": False,
    }


def host_options(spec: base.Spec, abilities: Abilities) -> dict[str, Any]:
    """For `create_host_config`. No limit of processes per user: the kernel would count all boxes together."""
    limits, user = spec.limits, user_of(spec.id, abilities)
    memory = limits.memory_mb << 20
    return {
        "init": True,
        "read_only": True,
        "tmpfs": _memory_disks(limits, user),
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "privileged": False,
        "network_mode": "none",
        # A box knows its own name and nobody's address, neither this machine's servers of names.
        "dns": ["127.0.0.1"],
        "dns_search": ["."],
        "ipc_mode": "private",
        "cgroupns": "private",
        "shm_size": 64 << 20,
        "pids_limit": limits.processes,
        "mem_limit": memory,
        "memswap_limit": memory,
        **({"mem_swappiness": 0} if abilities.cgroup == "1" else {}),
        "oom_score_adj": 500,
        "nano_cpus": round(limits.cpus * 1_000_000_000),
        "cpu_shares": 256,
        "ulimits": _ulimits(limits),
        "log_config": LogConfig(type="local", config={"max-size": "5m", "max-file": "2"}),
        "restart_policy": {"Name": "no"},
        "auto_remove": False,
        "runtime": abilities.runtime,
    }


def _memory_disks(limits: base.Limits, user: int) -> dict[str, str]:
    """All that can be written: of a fixed size, of a fixed number of files, and gone with the box."""
    scratch = f"rw,noexec,nosuid,nodev,size={limits.scratch_mb}m,nr_inodes=50k,mode=1777"
    own = f"uid={user},gid={user},mode=0750"
    work = f"rw,exec,nosuid,nodev,size={limits.disk_mb}m,nr_inodes={limits.files},{own}"
    return {"/tmp": scratch, "/workspace": work}  # noqa: S108 — the box's own


def _ulimits(limits: base.Limits) -> list[Any]:
    largest = limits.disk_mb << 20
    return [
        Ulimit(name="nofile", soft=4096, hard=4096),
        Ulimit(name="core", soft=0, hard=0),
        Ulimit(name="fsize", soft=largest, hard=largest),
    ]
