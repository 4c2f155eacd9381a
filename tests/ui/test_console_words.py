"""What a page says to its console, as the bridge puts it into words: whatever the value, and however large."""

import pytest

from sandboxes.console import lines
from tests.ui.watched import Watched

pytestmark = pytest.mark.browser


def test_each_way_of_saying_something_has_its_level(watched: Watched) -> None:
    watched.open("""for (const name of ["log", "info", "warn", "error", "debug"]) console[name]("said by", name);
        console.assert(true, "not this"); console.assert(false, "but this"); console.log("end")""")
    watched.wait("end")
    told = {line.text: line.level for line in watched.lines}
    assert told == {
        "said by log": "log", "said by info": "info", "said by warn": "warn", "said by error": "error",
        "said by debug": "debug", "Assertion failed: but this": "error", "end": "log",
    }  # fmt: skip
    assert watched.wait("said by warn").stack.endswith("app.js:1:76")
    assert {batch.page for batch in watched.batches} == {"/"}


VALUES = {
    "cyclic": ("const a = {b: [1]}; a.a = a; a.b.push(a); say(a)", "V {b: [1, [circular]], a: [circular]}"),
    "node": ("say(document.body, document)", "V <body> #document"),
    "classes": ("document.body.id = 'x'; document.body.className = ' a  b'; say(document.body)", "V <body#x.a.b>"),
    "bigint": ("say(12n, 10n ** 5000n)", "V 12n huge n"),
    "symbol": ("say(Symbol('s'), {[Symbol('k')]: 1})", "V Symbol(s) {Symbol(k): 1}"),
    "getter": ("say({get a() { throw 1 }, b: 2})", "V {a: (…), b: 2}"),
    "proxy": ("say(new Proxy({}, new Proxy({}, {get() { throw 1 }})))", "V [cannot be read]"),
    "revoked": ("const {proxy, revoke} = Proxy.revocable({}, {}); revoke(); say(proxy, 1)", "V [cannot be read] 1"),
    "toString": ("say({toString() { throw 1 }, toJSON() { throw 1 }})", "V {toString: ƒ toString, toJSON: ƒ toJSON}"),
    "no prototype": ("say(Object.create(null), Object.create({get constructor() { throw 1 }}))", "V {} {}"),
    "collections": (
        "say(new Map([[1, 2]]), new Set(), new Uint8Array(3), new Date(0), /a/g)",
        "V Map(1) Set(0) [0, 0, 0] 1970-01-01T00:00:00.000Z /a/g",
    ),
    "class": (
        "say(new (class Shelf { books = null; #secret = 1 })(), class A {}, undefined)",
        "V Shelf {books: null} ƒ A undefined",
    ),
    "format": (
        "console.log('%cV%c %s of %d %o 100%%', 'color: red', '', 'one', 2, {a: 1}, 'rest')",
        "V one of 2 {a: 1} 100% rest",
    ),
    "error": ("say(new TypeError('no'), {e: new Error('in')})", "V TypeError: no {e: Error: in}"),
    "deep": ("say({a: {b: {c: {d: 1}}}})", "V {a: {b: {c: {…}}}}"),
    "many": (
        "say(Array.from({length: 1e6}, (_, n) => n))",
        "V [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, … 1000000 in all]",
    ),
    "nothing": ("console.log(); console.log(''); say(null)", "V null"),
    "cause": ("say(new Error('a', {cause: new Error('b')}))", "V Error: a"),
}


@pytest.mark.parametrize(("script", "told"), VALUES.values(), ids=VALUES)
def test_whatever_is_said_is_told_in_words(watched: Watched, script: str, told: str) -> None:
    page = watched.open(f"const say = (...all) => console.log('V', ...all); {script}; document.title = 'alive'")
    assert watched.wait("V").text == told
    assert page.title() == "alive"


def test_huge_texts_and_objects_are_cut(watched: Watched) -> None:
    watched.open("""const wide = {}; for (let n = 0; n < 5000; n++) wide['key' + n] = 'x'.repeat(1e5);
        console.log('x'.repeat(5e7)); console.log(wide); console.log([wide, wide, wide]); console.log('V')""")
    watched.wait("V")
    assert all(len(line.text) <= lines.MOST_TEXT for line in watched.lines)
    assert len(watched.lines) == 4
    assert max(watched.sizes) < lines.MOST_BODY
