"""Trees that two sides changed, made up from a seed: what merges of trees are tried with."""

from random import Random

Files = dict[str, tuple[bytes, bool]]
Case = tuple[Files, Files, Files]

FOLDERS = ["", "src/", "src/deep/", "lib/", "docs/"]
NAMES = ["index.ts", "app.ts", "a.txt", "b.txt"]


def path(dice: Random) -> str:
    return dice.choice(FOLDERS) + dice.choice(NAMES)


def text(dice: Random) -> bytes:
    if dice.random() < 0.1:
        return dice.choice([b"", b"\0binary", b"one line\n"])
    return b"".join(f"{dice.choice('abcdefgh')} {dice.randint(0, 40)}\n".encode() for _ in range(dice.randint(3, 25)))


def edited(dice: Random, content: bytes) -> bytes:
    lines = content.split(b"\n")
    for _ in range(dice.choice([1, 1, 2, 8])):
        at = dice.randrange(len(lines))
        lines[at : at + dice.choice([0, 1])] = [f"new {dice.randint(0, 3)}".encode()]
    return b"\n".join(lines)


def changed(dice: Random, base: Files) -> Files:
    files = dict(base)
    for _ in range(dice.choice([0, 1, 2, 3])):
        known = sorted(files)
        deed = dice.choice(["edit", "edit", "add", "delete", "move", "move", "move", "move folder", "mode"])
        if deed == "add":
            files.setdefault(path(dice), (text(dice), False))
        elif deed == "move folder":
            old, new = dice.choice(FOLDERS[1:]), dice.choice(FOLDERS[1:])
            for one in [one for one in known if one.startswith(old)]:
                files.setdefault(new + one.removeprefix(old), files.pop(one))
        elif known:
            one = dice.choice(known)
            content, executable = files.pop(one)
            if deed == "move":
                # Often changed a little on the way.
                content = edited(dice, content) if dice.random() < 0.6 else content
                files.setdefault(path(dice), (content, executable))
            elif deed == "edit":
                files[one] = edited(dice, content), executable
            elif deed == "mode":
                files[one] = content, not executable
    return files


def case(dice: Random) -> Case:
    base: Files = {path(dice): (text(dice), False) for _ in range(dice.randint(1, 8))}
    if dice.random() < 0.2:
        base[path(dice)] = base[min(base)]
    return base, changed(dice, base), changed(dice, base)
