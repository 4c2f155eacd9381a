"""What may be called a package: names and versions alone."""

import pytest

from sandboxes.packages import words
from sandboxes.packages.errors import BadPackage
from sandboxes.packages.words import Wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("zod", Wanted("zod")),
        ("zod@4", Wanted("zod", "4")),
        ("@types/node@^22.1.0", Wanted("@types/node", "^22.1.0")),
        ("@dnd-kit/core", Wanted("@dnd-kit/core")),
        ("three@latest", Wanted("three", "latest")),
        ("react@>=18", Wanted("react", ">=18")),
        ("vue@3.5.0-rc.1+build.5", Wanted("vue", "3.5.0-rc.1+build.5")),
    ],
)
def test_a_package_of_npm_is_read(text: str, wanted: Wanted):
    assert words.npm(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("flask", Wanted("flask")),
        ("Flask-Login==0.6.3", Wanted("Flask-Login", "==0.6.3")),
        ("uvicorn[standard]>=0.34,<1", Wanted("uvicorn", ">=0.34,<1", "[standard]")),
        ("markdown@^3.7", Wanted("markdown", "==3.7")),
        ("markdown@latest", Wanted("markdown")),
        ("rich~=14.0", Wanted("rich", "~=14.0")),
    ],
)
def test_a_package_of_python_is_read(text: str, wanted: Wanted):
    assert words.pip(text) == wanted


def test_a_version_may_be_said_apart():
    assert words.npm("zod", "4.1") == Wanted("zod", "4.1")
    assert words.pip("rich", "14.0") == Wanted("rich", "==14.0")


HOSTILE = [
    "",
    " ",
    "-g",
    "--registry=https://evil.example",
    "../../etc/passwd",
    "./local",
    "/etc",
    "~/x",
    "https://evil.example/x.tgz",
    "git+https://evil.example/x.git",
    "git@evil.example:x.git",
    "user/repository",
    "file:../x",
    "npm:other@1",
    "a b",
    "a;rm -rf .",
    "a&&b",
    "a|b",
    "$(id)",
    "`id`",
    "a\nb",
    "a\x00b",
    "a" * 215,
    "pаckage",  # with a letter of another script
    "@scope",
    "@/x",
    "@a/b/c",
    "__proto__",
    "a@",
    "a@https://evil.example/x.tgz",
    "a@file:../x",
    "a@../x",
    "a@~/x",
    "a@.",
    "a@x.tgz",
    "a@github:user/repository",
    "a@1 --force",
    "a@1\n",
    "a@" + "1" * 101,
    "a[b c]",
    "a @ https://evil.example/x.whl",
    "a==1; import os",
    "a==1 --hash=x",
]


@pytest.mark.parametrize("text", [*HOSTILE, "node_modules", ".bin", "_x"])
def test_what_is_no_package_of_npm_is_refused_in_words(text: str):
    with pytest.raises(BadPackage, match=r"is not|is missing") as refused:
        words.npm(text)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("text", [*HOSTILE, "x.whl", "x.tar.gz", "x.zip", "-r", "a==1,", "a=1"])
def test_what_is_no_package_of_python_is_refused_in_words(text: str):
    with pytest.raises(BadPackage, match=r"is not|is missing") as refused:
        words.pip(text)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("version", ["--force", "1 2", "https://x", "../x", "file:x", "x.tgz"])
def test_a_version_apart_is_looked_at_as_well(version: str):
    for read in (words.npm, words.pip):
        with pytest.raises(BadPackage, match="is not a version of zod"):
            read("zod", version)
