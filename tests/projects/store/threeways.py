"""Texts that two sides changed, made up from a seed: what three-way merges are tried with."""

from random import Random

Case = tuple[bytes, bytes, bytes]


def text(dice: Random) -> list[bytes]:
    words = [f"line {number}" for number in range(dice.choice([2, 4, 12, 100]))]
    ends = dice.choice(["\n", "\n", "\r\n", "mixed"])
    lines = []
    for _ in range(dice.choice([0, 1, 3, 8, 20, 60])):
        end = dice.choice(["\n", "\r\n"]) if ends == "mixed" else ends
        lines.append((dice.choice([*words, ""]) + end).encode())
    return lines


def edited(dice: Random, lines: list[bytes]) -> list[bytes]:
    made = lines.copy()
    for _ in range(dice.choice([0, 1, 1, 2, 4])):
        at, count = dice.randrange(len(made) + 1), dice.choice([1, 1, 2, 5])
        match dice.choice(["replace", "insert", "delete", "move", "repeat", "ends", "tail"]):
            case "replace":
                made[at : at + count] = [f"new {dice.randint(0, 2)}\n".encode() for _ in range(count)]
            case "insert":
                made[at:at] = [f"new {dice.randint(0, 2)}\n".encode() for _ in range(count)]
            case "delete":
                del made[at : at + count]
            case "move":
                block = made[at : at + count]
                del made[at : at + count]
                to = dice.randrange(len(made) + 1)
                made[to:to] = block
            case "repeat":
                made[at:at] = made[at : at + count]
            case "ends":
                made[at : at + count] = [line.rstrip(b"\r\n") + b"\r\n" for line in made[at : at + count]]
            case _:
                made.append(b"last\n")
    return made


def joined(dice: Random, lines: list[bytes]) -> bytes:
    whole = b"".join(lines)
    return whole.rstrip(b"\r\n") if dice.random() < 0.15 else whole


def case(dice: Random) -> Case:
    base = text(dice)
    ours, theirs = edited(dice, base), edited(dice, base)
    if dice.random() < 0.2:
        # Both do some things alike.
        ours, theirs = edited(dice, ours), edited(dice, ours)
    return joined(dice, base), joined(dice, ours), joined(dice, theirs)
