import random
from pathlib import Path

import pytest

from projects.store import renames, similarity
from projects.store.renames import Rename
from projects.store.trees import Manifest
from tests.projects.store.git import Files, Git
from tests.projects.store.shelves import Shelf

WORDS = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"]
FOLDERS = ["", "src/", "src/deep/", "lib/"]
NAMES = ["index.ts", "app.ts", "a.txt", "b.txt", "c.txt"]


def detected(before: Manifest, after: Manifest, shelf: Shelf) -> list[Rename]:
    gone = {path: entry for path, entry in before.items() if path not in after}
    come = {path: entry for path, entry in after.items() if path not in before}
    return renames.detect(gone, come, shelf.fetch)


def text(dice: random.Random) -> bytes:
    if dice.random() < 0.1:
        return b"" if dice.random() < 0.5 else bytes(dice.choices(range(256), k=dice.randint(50, 400)))
    ends = dice.choice(["\n", "\r\n"])
    lines = [
        f"{dice.choice(WORDS)} {dice.randint(0, 99)} {'x' * dice.choice([0, 3, 90])}"
        for _ in range(dice.randint(1, 30))
    ]
    return (ends.join(lines) + dice.choice(["", ends])).encode()


def changed(dice: random.Random, content: bytes) -> bytes:
    lines = content.split(b"\n")
    for _ in range(dice.randint(0, max(1, len(lines) * 2 // 3))):
        at = dice.randrange(len(lines))
        lines[at : at + dice.randint(0, 2)] = [f"{dice.choice(WORDS)} new {dice.randint(0, 9)}".encode()]
        lines = lines or [b""]
    return b"\n".join(lines)


def case(dice: random.Random) -> tuple[Files, Files]:
    places = dice.sample([folder + name for folder in FOLDERS for name in NAMES], 12)
    before = {path: text(dice) for path in places[:6]}
    if dice.random() < 0.4:
        before[places[1]] = before[places[0]]
    after = dict(before)
    for path in places[: dice.randint(1, 6)]:
        content = after.pop(path)
        for target in dice.sample(places[6:], dice.choice([0, 1, 1, 1, 2])):
            after[target] = changed(dice, content) if dice.random() < 0.7 else content
    return {path: (c, False) for path, c in before.items()}, {path: (c, False) for path, c in after.items()}


def test_the_renames_are_those_git_finds(tmp_path: Path):
    dice = random.Random(4)
    cases = [case(dice) for _ in range(150)]
    expected = Git(tmp_path).renames(cases)
    wrong = []
    for number, ((before, after), wanted) in enumerate(zip(cases, expected, strict=True)):
        shelf = Shelf()
        found = detected(shelf.tree(before), shelf.tree(after), shelf)
        if {(old, new, score * 100 // similarity.SAME) for old, new, score in found} != wanted:
            wrong.append((number, sorted(wanted), found))
    assert wrong == []
    assert sum(map(len, expected)) > 200


def test_two_files_of_one_content_keep_their_names():
    shelf = Shelf()
    before = shelf.tree({"a/one": "same\n", "a/two": "same\n"})
    after = shelf.tree({"b/two": "same\n", "b/one": "same\n"})
    assert [found[:2] for found in detected(before, after, shelf)] == [("a/one", "b/one"), ("a/two", "b/two")]


def test_too_many_are_only_compared_by_content_and_name(monkeypatch):
    shelf = Shelf()
    long = "".join(f"line {number}\n" for number in range(30))
    before = shelf.tree({**{f"old/{n}": f"{long}{n}\n" for n in range(300)}, "x/only.txt": long, "y": "exact\n"})
    after = shelf.tree(
        {**{f"new/{n}!": f"{long}{n}!\n" for n in range(300)}, "z/only.txt": f"{long}z\n", "w": "exact\n"}
    )
    assert [found[:2] for found in detected(before, after, shelf)] == [("x/only.txt", "z/only.txt"), ("y", "w")]


def written(dice: random.Random, lines: int, shared: int) -> str:
    own = [f"unique {dice.random()} xxxxxxxx\n" for _ in range(lines - shared)]
    return "".join([*(f"const shared_{number} = 'some boilerplate';\n" for number in range(shared)), *own])


@pytest.mark.parametrize("shared", [100, 325])
def test_many_that_are_a_little_alike_end_soon(shared: int):
    """The second time each pair is so nearly a rename that git's own hashes have to tell."""
    dice, shelf = random.Random(1), Shelf()
    before = shelf.tree({f"src/{n}.js": written(dice, 800, shared) for n in range(200)})
    after = shelf.tree({f"lib/b{n}.js": written(dice, 800, shared) for n in range(200)})
    found = renames.search(before, after, shelf.fetch)
    assert (found.renames, found.is_complete) == ([], False)


def test_a_content_is_hashed_once_however_many_are_nearly_alike(monkeypatch):
    """All of these pairs fit into what one search may cost only if hashes are kept."""
    dice, shelf = random.Random(1), Shelf()
    before = shelf.tree({f"src/{n}.js": written(dice, 80, 36) for n in range(20)})
    after = shelf.tree({f"lib/b{n}.js": written(dice, 80, 36) for n in range(20)})
    size = sum(entry.size for entry in [*before.values(), *after.values()])
    one, other = (
        similarity.pieces(shelf[tree[path].sha256]) for tree, path in ((before, "src/0.js"), (after, "lib/b0.js"))
    )
    assert similarity.is_close(similarity.score(one, other, max(before["src/0.js"].size, after["lib/b0.js"].size)))
    monkeypatch.setattr(renames, "MOST_STEPS", 4 * size + 2 * 20 * 20 * 80)
    assert renames.search(before, after, shelf.fetch).is_complete
