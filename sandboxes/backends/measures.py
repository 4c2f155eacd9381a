"""What the kernel tells about processes and folders. What has ended meanwhile counts nothing."""

import os
import subprocess
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")


def read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""  # it has ended meanwhile


def resident(pid: int) -> int:
    fields = read(f"/proc/{pid}/statm").split()
    return int(fields[1]) * PAGE if fields else 0


def share(pid: int) -> int:
    for line in read(f"/proc/{pid}/smaps_rollup").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def number_inside(pid: int) -> int:
    """The number a process has in its box; the first few are our own."""
    for line in read(f"/proc/{pid}/status").splitlines():
        if line.startswith("NSpid:"):
            return int(line.split()[-1])
    return 0


def cpu_seconds(pid: int) -> float:
    fields = read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS if fields else 0.0


def size_of(folder: Path) -> int:
    """`du` neither follows links nor minds depth."""
    return _du("-sxB1", folder)


def files_in(folder: Path) -> int:
    return _du("-sx", "--inodes", folder)


def _du(*words: str | Path) -> int:
    try:
        told = subprocess.run(["du", *words], capture_output=True, timeout=30, check=False)
    except subprocess.TimeoutExpired:
        return 0
    return int(told.stdout.split()[0]) if told.stdout else 0
