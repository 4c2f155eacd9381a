import shutil
import subprocess

import pytest

from projects.store.branchnames import branch_fault

GOOD = ["idea", "feature/dark-mode", "v1.2", "a@b", "Größe", "x" * 120, "a/b/c", "1", "refs"]
BAD = [
    *("", "a b", "a..b", "/a", "a/", "a//b", ".a", "a/.b", "a.lock", "a.LOCK/b", "a.", "-a", "@", "HEAD", "a~1", "a^"),
    *("a:b", "a?b", "a*", "a[b", "a\\b", "a@{1}", "a\x00b", "a\x7fb", "a\nb", "a\u202eb", "a\u00a0b", "\ud800"),
    *("x" * 121, "0" * 40, "u\u0308", "\ufffd"),
]


@pytest.mark.parametrize("name", GOOD)
def test_a_good_name_is_taken_by_us_and_by_git(name: str):
    assert branch_fault(name) is None
    assert _git_takes(name)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_name_is_refused_with_its_rule(name: str):
    assert branch_fault(name)


def test_git_takes_whatever_we_take():
    pieces = ["a", ".", "/", "-", "@", "{", "~", ".lock"]
    names = {one + two + three for one in pieces for two in pieces for three in pieces}
    ours = [name for name in sorted(names) if branch_fault(name) is None]
    assert len(ours) > 20
    assert [name for name in ours if not _git_takes(name)] == []


def _git_takes(name: str) -> bool:
    git = shutil.which("git")
    assert git
    return subprocess.run([git, "check-ref-format", "--branch", name], check=False, capture_output=True).returncode == 0
