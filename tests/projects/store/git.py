"""The real git, asked many questions at once."""

import os
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

# Content, and whether it may be executed.
Files = Mapping[str, tuple[bytes, bool]]


class Merged(NamedTuple):
    """What git made: a tree, and the paths it could not join."""

    is_clean: bool
    tree: dict[str, tuple[str, str]]


class Git:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(folder)}
        self.run("init", "-q", "--bare")

    def run(self, *arguments: str, given: bytes = b"", fine: Iterable[int] = (0,)) -> bytes:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder, env=self.environment, input=given, capture_output=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode in fine, done.stderr.decode()
        return done.stdout

    def commits(self, trees: Iterable[tuple[Files, int | None]]) -> list[str]:
        """A commit of each tree; the number is the place of its parent."""
        stream: list[bytes] = []
        for number, (files, parent) in enumerate(trees, 1):
            stream.append(f"commit refs/heads/c{number}\nmark :{number}\ncommitter a <a@b> 0 +0000\ndata 0\n".encode())
            stream.append(b"" if parent is None else f"from :{parent + 1}\n".encode())
            stream.append(b"deleteall\n")
            for path, (content, executable) in sorted(files.items()):
                mode = "100755" if executable else "100644"
                stream.append(f'M {mode} inline "{path}"\ndata {len(content)}\n'.encode() + content + b"\n")
        self.run("fast-import", "--quiet", "--export-marks=marks", given=b"".join(stream))
        marks = dict(line.split() for line in (self.folder / "marks").read_text().splitlines())
        return [marks[f":{number}"] for number in range(1, len(marks) + 1)]

    def merge_trees(self, cases: Sequence[tuple[Files, Files, Files]]) -> list[Merged]:
        """What `git merge` makes of each (base, ours, theirs)."""
        trees = [
            (files, None if at == 0 else number * 3)
            for number, case in enumerate(cases)
            for at, files in enumerate(case)
        ]
        names = self.commits(trees)
        pairs = [f"{names[at + 1]} {names[at + 2]}\n" for at in range(0, len(names), 3)]
        told = self.run(
            "merge-tree", "--write-tree", "--stdin", "--no-messages", "--name-only", given="".join(pairs).encode()
        )
        fields = told.decode().split("\0")
        merged = []
        at = 0
        for _ in cases:
            is_clean, oid = fields[at] == "1", fields[at + 1]
            at += 2
            while fields[at]:
                at += 1
            at += 1
            merged.append(Merged(is_clean, self.listing(oid) if is_clean else {}))
        return merged

    def listing(self, oid: str) -> dict[str, tuple[str, str]]:
        lines = self.run("ls-tree", "-r", "-z", oid).decode().split("\0")[:-1]
        return {line.split("\t")[1]: (line[:6], line.split()[2]) for line in lines}

    def merge_file(self, base: bytes, ours: bytes, theirs: bytes, *options: str) -> tuple[bool, bytes]:
        """What `git merge-file -p` prints, and whether without a conflict."""
        for name, content in (("base", base), ("ours", ours), ("theirs", theirs)):
            (self.folder / name).write_bytes(content)
        labels = ("-L", "ours", "-L", "base", "-L", "theirs")
        done = subprocess.run(
            ["git", "merge-file", "-p", *options, *labels, "ours", "base", "theirs"],
            cwd=self.folder, env=self.environment, capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        return done.returncode == 0, done.stdout

    def renames(self, cases: Sequence[tuple[Files, Files]]) -> list[set[tuple[str, str, int]]]:
        """(old, new, percent) of each (before, after), as `git diff -M` finds them."""
        names = self.commits((files, None) for case in cases for files in case)
        found = []
        for at in range(0, len(names), 2):
            told = self.run("diff-tree", "-r", "-M", "-z", "--diff-filter=R", names[at], names[at + 1])
            fields = told.decode().split("\0")[:-1]
            rows = zip(fields[::3], fields[1::3], fields[2::3], strict=True)
            found.append({(old, new, int(row.split()[-1][1:])) for row, old, new in rows})
        return found

    def patches(self, cases: Sequence[tuple[bytes, bytes]], *options: str) -> list[list[tuple[int, int, int, int]]]:
        """Where each (before, after) differs, as `git diff -U0` numbers it: start and count on both sides."""
        files = {(number, at): content for number, case in enumerate(cases) for at, content in enumerate(case)}
        sides = [{f"{n}": (content, False) for (n, at), content in files.items() if at == side} for side in (0, 1)]
        names = self.commits((side, None) for side in sides)
        told = self.run("diff", "-U0", "--text", "--no-indent-heuristic", "--no-renames", *options, *names)
        found: list[list[tuple[int, int, int, int]]] = [[] for _ in cases]
        number = -1
        for line in told.splitlines():
            if line.startswith(b"diff --git a/"):
                number = int(line.split()[2][2:])
            elif heading := re.match(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", line):
                found[number].append(_places(heading))
        return found


def _places(heading: re.Match[bytes]) -> tuple[int, int, int, int]:
    a, removed, b, added = (1 if group is None else int(group) for group in heading.groups())
    return a - (removed > 0), removed, b - (added > 0), added
