"""A lock is read as what anybody could have written."""

import json
import re

import pytest

from sandboxes.packages import locks


def lock(packages: object, version: object = 3) -> bytes:
    return json.dumps({"name": "app", "lockfileVersion": version, "packages": packages}).encode()


def test_places_and_versions_are_read():
    content = lock(
        {
            "": {"name": "app"},
            "node_modules/react": {"version": "19.3.1"},
            "node_modules/@types/react": {"version": "19.3.0", "dev": True},
            "node_modules/a/node_modules/react": {"version": "18.0.0"},
            "node_modules/odd": {"version": ["1"]},
            "node_modules/worse": "1",
            "node_modules/script": {"version": "<script>"},
            "elsewhere": {"version": "1.0.0"},
        }
    )
    places = locks.read(content)
    assert places is not None
    assert places["node_modules/a/node_modules/react"] == "18.0.0"
    assert locks.direct(places) == {"react": "19.3.1", "@types/react": "19.3.0"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<<<<<<< ours",
        b"[]",
        b"[" * 100_000,
        lock([], 3),
        lock({}, 1),
        lock({}, "3"),
        lock({}, [3]),
        b"\xff",
        lock({"x": "y" * locks.MOST_BYTES}),
    ],
)
def test_what_is_no_lock_is_none(content: bytes):
    assert locks.read(content) is None


def test_a_lock_says_what_its_list_says():
    content = lock({"": {"dependencies": {"a": "latest", "b": "1"}}, "node_modules/a": {"version": "2.1.0"}})
    packages = json.loads(locks.settled(content, {"a": "^2.1.0"}))["packages"]
    assert packages[""] == {"dependencies": {"a": "^2.1.0", "b": "1"}}
    odds: list[dict[str, object]] = [{}, {"": []}, {"": {"dependencies": []}}]
    for odd in odds:
        assert json.loads(locks.settled(lock(odd), {"a": "1"}))["packages"] == odd


def test_where_something_was_fetched_from_is_left_out() -> None:
    entry = {"version": "1.0.0", "integrity": "sha512-x"}
    nested = {
        "dependencies": {"d": {**entry, "resolved": "git+ssh://x/d.git", "dependencies": {"e": {"resolved": "//x"}}}}
    }
    places = {
        "node_modules/a": {**entry, "resolved": "https://evil.example/a.tgz"},
        "node_modules/b": {**entry, "resolved": "file:parts/b"} | {"link": True, "resolved": "parts/b"},
        "node_modules/c": {**entry, "resolved": "git@host:c.git"},
    }
    told = locks.without_addresses(json.dumps({"lockfileVersion": 2, "packages": places, **nested}).encode())
    assert re.findall(rb'"resolved": "([^"]*)"', told) == [b"parts/b"]
    assert told.count(b"sha512-x") == 4
    plain = json.dumps({"lockfileVersion": 3, "packages": {"node_modules/a": entry}}).encode()
    assert locks.without_addresses(plain) is plain
