"""What a file offers and uses, in four languages; and that no text whatever upsets or delays the reader."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents import symbols

SCRIPT = """\
import { useState } from "react";
import type { Task } from './types';
import "./style.css";
// import { no } from "./no";
const lazy = await import("./Lazy");
/* export const hidden = 1 */
export const MAX = 10;
export const words: string[] = [
  "a", "b" ];
export type Mode = "work" | "rest";
export type Deep = {
  a: number;
  b: (x: string) => void;
};
export interface Props { title: string; onDone(id: number): void }
export enum Kind { A, B = "b" }
export const add = async (a: number, b = { c: 1 }): Promise<number> => { return a };
export const one = x => x + 1
export function App({ title, items }: Props): JSX.Element {
  const re = /[`"]/g; return <p>Don't</p>;
}
const text = `
export const inTemplate = 1
`;
export default class Foo extends React.Component<Props> {
}
export { a, b as c } from "./more";
export * from '@/all'
export default App;
export async function* gen<T>(x: T[]) {}
module.exports = { a, b };
"""

MODULE = '''\
"""Words
def no(): pass
"""
import os
from . import db
from .models import Task, Person as P

MAX = 3
LONG = {
    "a": 1,
}
_hidden = 1
@app.route("/tasks", methods=["POST"])
def add(title: str, *, when: "date" = None) -> Task:
    x = 1
class Task(Base):
    def done(self, by: str) -> None: ...
    def _hidden(self): ...
async def go(): pass
if MAX == 3: pass
else:
    pass
'''

STYLES = """\
@import "./tokens.css";
:root { --ground: #fff; --ink: light-dark(#000, #fff) }
.card, .card .title:hover { color: var(--ink); margin: .5rem }
/* .no { } */
@media (min-width: 30em) { .wide { color: red } }
"""

PAGE = (
    '<!doctype html><title>Shelf</title><link href="style.css"><!-- <p id="no"> -->'
    '<body id="top"><script type="module" src="/src/main.tsx"></script>'
)


def test_a_script():
    assert symbols.read("src/App.tsx", SCRIPT) == (
        (
            "const MAX = 10",
            "const words: string[]",
            'type Mode = "work" | "rest"',
            "type Deep = { a: number; b: (x: string) => void; }",
            "interface Props { title: string; onDone(id: number): void }",
            'enum Kind { A, B = "b" }',
            "const add = async (a: number, b = { c: 1 }): Promise<number> =>",
            "const one = x =>",
            "function App({ title, items }: Props): JSX.Element",
            "default class Foo extends React.Component<Props>",
            '{ a, b as c } from "./more"',
            "* from '@/all'",
            "default App",
            "async function* gen<T>(x: T[])",
            "module.exports = { a, b }",
        ),
        ("react", "./types", "./style.css", "./Lazy", "./more", "@/all"),
    )


def test_a_module():
    assert symbols.read("app.py", MODULE) == (
        (
            "MAX = 3",
            "LONG",
            '@app.route("/tasks", methods=["POST"]) def add(title: str, *, when: "date" = None) -> Task',
            "class Task(Base)",
            ".def done(self, by: str) -> None",
            "async def go()",
        ),
        ("os", ".", ".db", ".models", ".models.Task", ".models.Person"),
    )


def test_a_style_sheet():
    assert symbols.read("style.css", STYLES) == (
        (".card .title .wide", "--ground: #fff", "--ink: light-dark(#000, #fff)"),
        ("./tokens.css",),
    )


def test_a_page():
    assert symbols.read("index.html", PAGE) == (("title Shelf", "#top"), ("style.css", "/src/main.tsx"))


def test_what_nobody_reads_offers_nothing():
    assert symbols.read("README.md", "export const a = 1") == symbols.Outline()


def test_what_comes_of_a_file_is_bounded():
    text = "".join(f"export const name{number}: {'x' * 400} = 1;\n" for number in range(200))
    found = symbols.read("a.ts", text).exports
    assert len(found) == symbols.MOST_EXPORTS
    assert max(map(len, found)) == symbols.MOST_SIGNATURE


NAMES = st.sampled_from(("a.ts", "a.jsx", "a.py", "a.css", "a.html", "a.vue"))
# Pieces of which the readers make something, in any order.
PIECES = st.sampled_from(
    (
        *(
            "export ",
            "const ",
            "type ",
            "interface ",
            "default ",
            "function ",
            "import ",
            "from ",
            "def ",
            "class ",
            "a",
        ),
        *"=(){}[]<>`'\"/*\\\n ;:,@#ä\u2028\0",
        *("=>", "//", "/*", "*/", '"""', "'''", "--a", ".a", "@import ", "<!--", "-->", "<title>", " id="),
    )
)


@given(NAMES, st.text() | st.lists(PIECES).map("".join))
def test_any_text_gives_bounded_lines_that_stand_in_it(name: str, text: str):
    exports, imports = symbols.read(name, text)
    assert all(len(one) <= symbols.MOST_SIGNATURE and "\n" not in one and one for one in exports)
    assert all(one in text for one in imports if not name.endswith(".py"))


HOSTILE = (
    *("=/[", "=/(", "/*", "`", "{", '"', "'\\", "'''", '"""', "<!--", "<!-", "-", "--a", "--a: b", "\n.a", ".a-"),
    *("export ", "export const a=(", "export const a = <", "\nexport const a = async", "export type a={"),
    *("export interface a{{", "@import ", "import ( \n", "import a, ", "from ", "from .", " id='"),
    *("def a(", "class ", "@a\n", "\na" * 30 + " = ", "\n\t"),
    *("[" + "(/[" * 26 + "]", "(/[" + "a" * 80 + "]", "= /\\", "( ", " .a", "from '"),
)


def seconds(name: str, text: str) -> float:
    began = time.process_time()
    symbols.read(name, text)
    return time.process_time() - began


@pytest.mark.parametrize("name", ["a.tsx", "a.py", "a.css", "a.html"])
@pytest.mark.parametrize("piece", HOSTILE)
def test_the_time_grows_with_the_text_and_no_faster(name: str, piece: str):
    """Eight times the text takes about eight times as long; squared it were sixty-four."""
    short, long = (piece * (size // len(piece)) for size in (symbols.MOST_READ // 8, symbols.MOST_READ))
    once = min(seconds(name, short) for _ in range(3))
    assert min(seconds(name, long) for _ in range(3)) < 24 * once + 0.02


@pytest.mark.parametrize(("name", "plain"), [("a.tsx", SCRIPT), ("a.py", MODULE), ("a.css", STYLES), ("a.html", PAGE)])
def test_no_text_takes_much_longer_than_an_ordinary_one(name: str, plain: str):
    """What grows with the text may still take thousands of steps for each letter of it."""
    ordinary, *hostile = ((piece * symbols.MOST_READ)[: symbols.MOST_READ] for piece in (plain, *HOSTILE))
    usual = min(seconds(name, ordinary) for _ in range(3))
    assert all(min(seconds(name, text) for _ in range(2)) < 40 * usual + 0.05 for text in hostile)


def test_a_regular_expression_is_no_code():
    text = r"""
const a = f(/[{'\/]+/g);
export const b = 1;
x = [1 / 2, '/'];
export const c = f(/{\//) + 1, /* } */ d;
"""
    assert symbols.read("a.ts", text).exports == ("const b = 1", r"const c = f(/{\//) + 1, /* } */ d")


def test_of_a_very_long_file_the_beginning_is_read():
    text = "\n" * symbols.MOST_READ + "export const late = 1\n"
    assert symbols.read("a.ts", text).exports == ()
