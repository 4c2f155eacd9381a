"""The bridge in pages that mean no good: it tells what can be told, and the page lives as it would without it."""

import base64
import json

import pytest

from tests.ui.watched import Watched

pytestmark = pytest.mark.browser


def test_what_nobody_caught_is_told_with_its_place(watched: Watched) -> None:
    watched.open("""function shelf() { null.books }
        setTimeout(() => { throw 'a word' }); setTimeout(() => { throw undefined });
        setTimeout(() => { throw {code: 7} });
        Promise.reject(new RangeError('late')); Promise.reject(12); shelf()""")
    for text in ("null", "a word", "code: 7", "late", "12"):
        watched.wait(text)
    first = watched.wait("Cannot read")
    assert (first.source, first.text) == ("error", "TypeError: Cannot read properties of null (reading 'books')")
    assert first.stack.splitlines()[0].strip() == "at shelf (app.js:1:25)"
    assert sorted(watched.texts("rejection")) == [
        "Uncaught (in promise) 12",
        "Uncaught (in promise) RangeError: late",
    ]
    assert {"Uncaught a word", "Uncaught {code: 7}"} <= set(watched.texts("error"))


def test_what_was_asked_for_and_did_not_come_is_told(watched: Watched) -> None:
    watched.put("/broken", status=503)
    watched.open(
        """fetch('/gone?a=1'); fetch(new Request('/broken', {method: 'PUT'}));
        fetch(new URL('http://nowhere.example/x')).catch(() => 0);
        const gone = new AbortController(); fetch('/late', {signal: gone.signal}).catch(() => 0); gone.abort();
        const old = new XMLHttpRequest(); old.open('POST', '/old'); old.send();
        const dead = new XMLHttpRequest(); dead.open('GET', 'http://nowhere.example/y'); dead.send()""",
        body="<img id=logo src=/logo.png><link rel=stylesheet href=/a.css><script src=http://nowhere.example/z.js></script>",
    )
    for text in ("/gone", "/broken", "/x failed", "/old", "/y failed", "logo.png", "a.css", "z.js"):
        watched.wait(text)
    assert set(watched.texts("network")) == {
        "GET /gone?a=1 answered 404",
        "PUT /broken answered 503",
        "GET http://nowhere.example/x failed: no answer came",
        "POST /old answered 404",
        "GET http://nowhere.example/y failed: no answer came",
    }
    assert {line.level for line in watched.lines if "404" in line.text} == {"warn"}
    assert "Could not load /logo.png for <img#logo>" in [
        text.replace("http://p-abcdefghijklmnopqrstuvwxyz.localhost:8000", "") for text in watched.texts("resource")
    ]


def test_fetch_is_to_the_page_what_it_was(watched: Watched) -> None:
    """Refusals nobody takes are still told as such, and those that are taken are not."""
    watched.put("/fine", "well")
    page = watched.open("""window.seen = [];
        addEventListener('unhandledrejection', event => { seen.push(event.reason.name) });
        fetch('http://nowhere.example/a'); fetch('http://nowhere.example/b').catch(() => seen.push('taken'));
        fetch('/fine').then(answer => answer.text()).then(text => seen.push(text))""")
    page.wait_for_function("seen.length === 3")
    assert sorted(page.evaluate("seen")) == ["TypeError", "taken", "well"]
    assert page.evaluate(
        "[fetch.name, typeof XMLHttpRequest.prototype.open, Object.keys(window).includes('bridge')]"
    ) == ["fetch", "function", False]
    watched.wait("/b failed")
    assert watched.texts("rejection") == ["Uncaught (in promise) TypeError: Failed to fetch"]


def test_a_flood_of_lines_is_dropped_with_a_count_and_the_page_goes_on(watched: Watched) -> None:
    """Ten thousand a second for two seconds, and an error in the middle of it."""
    page = watched.open("""let said = 0; const began = performance.now();
        const flood = setInterval(() => {
          for (let n = 0; n < 100; n++) console.log('line ' + said++, {said});
          if (said === 10000) setTimeout(() => { throw new Error('in the flood') });
          if (said >= 20000) { clearInterval(flood); window.took = performance.now() - began; console.warn('over') }
        }, 10)""")
    page.wait_for_function("window.took", timeout=60_000)
    page.wait_for_timeout(50)
    watched.wait("in the flood")
    for _ in range(200):
        if sum(line.count for line in watched.lines) + watched.dropped == 20_002:
            break
        page.wait_for_timeout(50)
    assert sum(line.count for line in watched.lines) + watched.dropped == 20_002
    assert watched.dropped > 15_000
    assert len(watched.batches) < 60
    assert all(len(batch.lines) <= 20 for batch in watched.batches)


def test_a_loop_of_the_same_error_is_one_line_with_a_count(watched: Watched) -> None:
    page = watched.open(
        """let left = 15; const again = () => { if (left--) setTimeout(again); throw new Error('again') }; again()"""
    )
    watched.wait("again")
    for _ in range(100):
        if sum(line.count for line in watched.lines) + watched.dropped == 16:
            break
        page.wait_for_timeout(50)
    assert sum(line.count for line in watched.lines) + watched.dropped == 16
    assert len(watched.lines) < 16


def test_a_page_that_takes_everything_away_is_still_told_of(watched: Watched) -> None:
    page = watched.open("""const kept = console.log;
        console.log = (...said) => kept('mine:', ...said);
        JSON.stringify = Date.now = () => { throw 1 }; window.fetch = navigator.sendBeacon = () => { throw 2 };
        window.setTimeout = window.clearTimeout = () => { throw 3 };
        Array.prototype.toJSON = Object.prototype.toJSON = String.prototype.toJSON = () => 'spoilt';
        Error.stackTraceLimit = 0; Error.prepareStackTrace = () => { throw 4 };
        Reflect.ownKeys = Reflect.apply = Object.getOwnPropertyDescriptor = () => { throw 5 };
        console.log({a: [1]}); document.title = 'alive'; window.console = {log() { throw 6 }}; null.gone""")
    watched.wait("Cannot read")
    assert watched.wait("mine").text == "mine: {a: [1]}"
    assert page.title() == "alive"


def test_a_value_that_speaks_while_it_is_looked_at_is_no_endless_loop(watched: Watched) -> None:
    page = watched.open("""const loud = new Proxy({}, {ownKeys() { console.log(loud); return [] }});
        console.log('V', loud); document.title = 'alive'""")
    watched.wait("V")
    assert page.title() == "alive"


@pytest.mark.parametrize(
    "policy",
    [
        "default-src 'none'; script-src 'self'",
        "default-src 'self'; connect-src 'none'",
        "script-src 'nonce-own' 'strict-dynamic' 'self'; connect-src http://elsewhere.example",
        "default-src 'none'; script-src 'sha256-x' http://p-abcdefghijklmnopqrstuvwxyz.localhost:8000/app.js",
        "require-trusted-types-for 'script'; default-src 'self'",
    ],
)
def test_an_app_with_a_strict_policy_has_a_console_too(watched: Watched, policy: str) -> None:
    strict = ("content-security-policy", policy)
    if "strict-dynamic" in policy:
        watched.open("", strict, body="<script nonce=own>console.log('V', location.pathname)</script>")
    else:
        watched.open("console.log('V', location.pathname)", strict)
    assert watched.wait("V").text == "V /"


def module(*lines: str, mappings: str) -> str:
    """As a development server sends it: with its own lines before, and the way back at its end."""
    kept = base64.b64encode(json.dumps({"version": 3, "sources": ["Shelf.tsx"], "mappings": mappings}).encode())
    return "\n".join(["// one", "// two", "// three", *lines]) + (
        f"\n//# sourceMappingURL=data:application/json;base64,{kept.decode()}"
    )


def test_an_error_is_where_it_was_written(watched: Watched) -> None:
    lines = ("const shelf = () => { null.books };", "shelf();")
    # The first line is the seventh of the file, from its column 0 and from 22, which was 5; the second the tenth.
    watched.put("/src/Shelf.tsx?t=17", module(*lines, mappings=";;;AAMA,sBAAK;AAGL"), kind="text/javascript")
    watched.open("import('/src/Shelf.tsx?t=17')")
    frames = watched.wait("Cannot read").stack.splitlines()
    assert [frame.strip() for frame in frames] == ["at shelf (src/Shelf.tsx:7:6)", "at src/Shelf.tsx:10:1"]


@pytest.mark.parametrize(
    "ending", ["", "//# sourceMappingURL=data:application/json;base64,e30=", "//# sourceMappingURL=x.map"]
)
def test_where_nothing_leads_back_it_is_told_as_it_is(watched: Watched, ending: str) -> None:
    watched.put("/src/Shelf.tsx", f"null.books\n{ending}", kind="text/javascript")
    watched.open("import('/src/Shelf.tsx')")
    assert watched.wait("Cannot read").stack.strip() == "at src/Shelf.tsx:1:6"


def test_whoever_forbids_looking_is_told_nothing_wrong_of(watched: Watched) -> None:
    watched.put("/src/Shelf.tsx", module("null.books", mappings=";;;AAMA"), kind="text/javascript")
    watched.open("import('/src/Shelf.tsx')", ("content-security-policy", "connect-src 'none'"))
    assert watched.wait("Cannot read").stack.strip() == "at src/Shelf.tsx:4:6"
    watched.page.evaluate("console.log('later')")
    watched.wait("later")
    assert watched.texts("resource") == []


def test_a_policy_goes_on_forbidding_what_it_forbade(watched: Watched) -> None:
    page = watched.open(
        "console.log('V'); fetch('/a').catch(() => 0); eval",
        (
            "content-security-policy",
            "default-src 'none'; script-src http://p-abcdefghijklmnopqrstuvwxyz.localhost:8000/app.js",
        ),
        body="<script>document.title = 'inline'</script><script src=/other.js></script>",
    )
    watched.put("/other.js", "document.title = 'other'", kind="text/javascript")
    watched.wait("V")
    assert page.title() == "App"
    watched.wait("The Content-Security-Policy (connect-src) blocked /a")


def test_where_nobody_listens_it_waits_and_comes_back(watched: Watched) -> None:
    """A connection that is refused, one that is too much, then one that is taken: told once, nothing lost."""
    watched.answers[:] = [0, 429, 503]
    page = watched.open("console.log('first'); setTimeout(() => console.log('second'), 300)")
    watched.wait("second")
    assert sorted(watched.texts()) == ["first", "second"]
    assert watched.texts("network") == []
    page.evaluate("console.log('third')")
    watched.wait("third")


def test_what_is_not_understood_is_not_sent_again(watched: Watched) -> None:
    watched.answers[:] = [400]
    page = watched.open("console.log('first')")
    page.wait_for_timeout(50)
    while watched.answers:
        page.wait_for_timeout(50)
    page.evaluate("console.log('second')")
    watched.wait("second")
    assert watched.texts() == ["second"]


def test_what_was_said_last_is_told_when_the_page_is_left(watched: Watched) -> None:
    """Before its time is over: nobody would be there to send it."""
    page = watched.open("console.log('hello')")
    watched.wait("hello")
    page.evaluate("""console.log('goodbye');
        Object.defineProperty(document, 'visibilityState', {get: () => 'hidden'});
        document.dispatchEvent(new Event('visibilitychange'))""")
    watched.wait("goodbye")
    assert watched.ways == ["fetch", "ping"]


def test_the_page_sees_nothing_of_it(watched: Watched) -> None:
    page = watched.open("window.names = Object.keys(window); console.log('V')")
    watched.wait("V")
    ours = {"values", "batches", "watch", "note", "source", "waiting", "told", "shown", "djinn"}
    assert ours.isdisjoint(page.evaluate("names"))
    assert page.evaluate("console.log.name") == "log"
