"""The estimate is held to three public tokenizers, on what apps are made of and on what is worst for it."""

import base64
import itertools
import json
import os
import time
import uuid
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents import tokens
from agents.recordings import catalogue

ROOT = Path(__file__).parents[2]
KINDS = {
    "recordings": ROOT.glob("agents/recordings/*/*.txt"),
    "prompts": ROOT.glob("agents/prompts/*.md"),
    "python": ROOT.glob("agents/*/*.py"),
    "templates": ROOT.glob("templates/*/*.html"),
    "styles": ROOT.glob("static/css/*.css"),
    "scripts": ROOT.glob("static/js/*.js"),
    "json": [ROOT / "docs/openapi.json", ROOT / "package-lock.json"],
}
HARD = {
    "german": "Die Straßenbahnhaltestelle liegt größtenteils im Überschwemmungsgebiet. " * 40,
    "russian": "Это приложение для нашего книжного клуба, где мы голосуем. " * 40,
    "greek": "Αυτή είναι μια εφαρμογή για τη λέσχη ανάγνωσης " * 40,
    "arabic": "هذا تطبيق لنادي الكتاب الخاص بنا حيث نصوت " * 40,
    "hebrew": "זו אפליקציה למועדון הקריאה שלנו " * 40,
    "hindi": "यह हमारे पुस्तक क्लब के लिए एक ऐप है " * 40,
    "thai": "นี่คือแอปสำหรับชมรมหนังสือของเรา" * 40,
    "chinese": "这是一个关于读书俱乐部的应用程序，我们需要投票功能。" * 40,
    "japanese": "これは読書会のためのアプリです。" * 40,
    "korean": "이것은 우리 독서 모임을 위한 앱입니다 " * 40,
    "emoji": "🎉👩‍👩‍👧🚀 " * 80,
    "digits": "3.14159265358979 2718281828 " * 80,
    "path of an image": "M12.5 3.25c-1.6 0-2.9 1.3-2.9 2.9v.4l4.7 4.7 " * 60,
    "minified": "function a(b){return c.d(e,f)[g]?h:i};" * 80,
    "colours": "".join(f"#{number * 7919 % 0xFFFFFF:06x};" for number in range(300)),
    "identifiers": "".join(str(uuid.UUID(int=number * 7**40 % 2**128)) + " " for number in range(60)),
    "blanks": "a    b  c      d \n        x\n" * 100,
    "capitals": "DJINN_MODEL_OF_STEP XKCD_HTTP " * 80,
    "names": "handleTaskCreatedEventListenerRegistry someVeryLongIdentifierName " * 50,
    "data": json.dumps([{"id": number, "name": "Ada", "done": True} for number in range(100)]),
}


@pytest.fixture(scope="module")
def counters() -> list[Callable[[str], int]]:
    """Two of OpenAI's and one of Anthropic's, as litellm brings them along."""
    found = find_spec("litellm")
    assert found is not None
    assert found.origin is not None
    folder = Path(found.origin).parent / "litellm_core_utils" / "tokenizers"
    before, os.environ["TIKTOKEN_CACHE_DIR"] = os.environ.get("TIKTOKEN_CACHE_DIR"), str(folder)
    import tiktoken
    from tokenizers import Tokenizer

    theirs = [tiktoken.get_encoding(name) for name in ("cl100k_base", "o200k_base")]
    if before is None:
        del os.environ["TIKTOKEN_CACHE_DIR"]
    else:
        os.environ["TIKTOKEN_CACHE_DIR"] = before
    another = Tokenizer.from_file(str(folder / "anthropic_tokenizer.json"))
    return [
        *(lambda text, one=one: len(one.encode(text, disallowed_special=())) for one in theirs),
        lambda text: len(another.encode(text).ids),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_of_what_apps_are_made_of_it_is_a_little_above_the_truth(kind: str, counters, record_property):
    text = "".join(path.read_text() for path in itertools.islice(KINDS[kind], 40))
    truth, estimate = max(count(text) for count in counters), tokens.count(text)
    record_property("figure", f"tokens of {kind}: {truth:,}, estimated {estimate:,} ({estimate / truth:.2f})")
    assert truth <= estimate <= 1.3 * truth


@pytest.mark.parametrize("name", HARD)
def test_of_nothing_it_is_far_below(name: str, counters):
    truth, estimate = max(count(HARD[name]) for count in counters), tokens.count(HARD[name])
    assert 0.95 * truth <= estimate <= 2.6 * truth


def test_of_packed_bytes_it_is_a_sixth_below_at_most(counters):
    text = base64.b64encode(bytes(range(256)) * 8).decode()
    assert tokens.count(text) >= 0.83 * max(count(text) for count in counters)


def test_of_every_recorded_reply_it_is_no_less_than_the_truth(counters):
    for recording in catalogue.built_in():
        for path in recording.folder.glob("*.txt"):
            text = path.read_text()
            assert tokens.count(text) >= max(count(text) for count in counters), path.name


@given(st.text(), st.text())
def test_more_text_is_never_fewer_tokens(one: str, more: str):
    assert tokens.count("") == 0
    assert tokens.count(one + more) >= 0.5 * tokens.count(one)
    assert (tokens.count(one) > 0) == bool(one)


@pytest.mark.parametrize("piece", ["a", "A", "1", " ", "\n", "{", "é", "文", "🎉", "aB3 ", "aA", "äA"])
def test_the_time_grows_with_the_text(piece: str):
    def seconds(size: int) -> float:
        began = time.process_time()
        tokens.count(piece * size)
        return time.process_time() - began

    once = min(seconds(10_000) for _ in range(3))
    assert min(seconds(80_000) for _ in range(3)) < 24 * once + 0.02
