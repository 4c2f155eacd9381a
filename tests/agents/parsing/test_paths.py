import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.parsing import paths


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ("a", "a"),
        ("./a", "a"),
        ("a//b/./c.ts", "a/b/c.ts"),
        ("src/$id.tsx", "src/$id.tsx"),
        ("src/[slug]/(group)/page.tsx", "src/[slug]/(group)/page.tsx"),
        ("my file.ts", "my file.ts"),
        ("cafe\u0301.ts", "caf\u00e9.ts"),
        (".env", ".env"),
        ("..a/b..", "..a/b.."),
    ],
)
def test_one_spelling_for_each_path(raw, path):
    assert paths.clean(raw) == path


@pytest.mark.parametrize(
    "raw",
    [
        "",
        " ",
        ".",
        "./",
        "a/",
        "a/.",
        "/a",
        "//a",
        "~",
        "C:a",
        "..",
        "a/../b",
        "a\\b",
        "a\nb",
        "a\u202eb",
        "a\ud800",
        "a/ b",
        "x" * 256,
        "a/" * 300 + "b",
        ".git",
        "a/.Git/b",
        "/".join("a" * 40),
    ],
)
def test_a_path_that_cannot_be_used_is_refused(raw):
    with pytest.raises(paths.BadPath):
        paths.clean(raw)


@given(st.text(max_size=40))
def test_a_clean_path_stays_clean_and_inside(raw):
    try:
        path = paths.clean(raw)
    except paths.BadPath:
        return
    assert paths.clean(path) == path
    assert not path.startswith("/")
    assert ".." not in path.split("/")
