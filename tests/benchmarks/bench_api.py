"""How long reading takes over the API: one web process as shipped, 100 projects, 20 clients.

It prints, and fails only when an endpoint answers with something else than what was asked for.
"""

import http.client
import json
import os
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.seeding import CLIENTS
from tests.installation import Installation, installed

EACH = int(os.environ.get("BENCH_EACH", "25"))
ONLY = os.environ.get("BENCH_ONLY", "")
PATIENT = dict.fromkeys(("DJINN_API_READS", "DJINN_API_WRITES", "DJINN_API_ANONYMOUS"), "1000000")

SEED = "import json; from tests.benchmarks import seeding; print(json.dumps(seeding.seed()))"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    home = tmp_path_factory.mktemp("bench") / "home"
    with installed(home, SANDBOX_BACKEND="none", DJINN_LOG_LEVEL="ERROR", **PATIENT) as one:
        one.manage("migrate", "--verbosity=0")
        one.serve()
        yield one


@pytest.mark.timeout(1200)
def test_reading_with_twenty_clients(server: Installation) -> None:
    facts = json.loads(server.script(SEED))
    addresses = dict(_addresses(_document(), facts, server))
    print(f"\nload {os.getloadavg()[0]:.2f} before, {os.cpu_count()} cores; {CLIENTS} clients, {EACH} requests each")
    print(f"{'p50 ms':>7} {'p95 ms':>7} {'req/s':>6}  address")
    slowest = 0.0
    for name, address in addresses.items():
        took, rate = _measure(server.port, address, facts["tokens"])
        p95 = statistics.quantiles(took, n=20)[-1]
        slowest = max(slowest, p95)
        print(f"{statistics.median(took):7.0f} {p95:7.0f} {rate:6.0f}  {name}")
    print(f"slowest p95 {slowest:.0f} ms; load {os.getloadavg()[0]:.2f} after")


def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(Path("docs/openapi.json").read_text())
    return document


def _addresses(document: dict[str, Any], facts: dict[str, Any], server: Installation) -> Iterator[tuple[str, str]]:
    """Every reading operation, with rows that are there; one without is a gap of this benchmark's seed."""
    known = {**facts, "number": 7, "path": "src/App.tsx", "name": "main"}
    queries = {"/compare": "?before=1&after=9", "file-search": "?words=const", "/merges": "?source=side&into=main"}
    for path, operations in document["paths"].items():
        if "get" not in operations or ONLY not in path:
            continue
        address = path.format_map(known)
        address += next((query for end, query in queries.items() if path.endswith(end)), "")
        with closing(http.client.HTTPConnection("127.0.0.1", server.port)) as wire:
            status = _ask(wire, address, facts["tokens"][0])
        assert status == 200, (address, status)
        yield path, address


def _measure(port: int, address: str, tokens: list[str]) -> tuple[list[float], float]:
    took: list[float] = []
    wrong: list[int] = []
    gate = threading.Barrier(CLIENTS + 1)

    def client(token: str) -> None:
        wire = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        wire.connect()
        _ask(wire, address, token)
        gate.wait()
        for _ in range(EACH):
            began = time.perf_counter()
            if (status := _ask(wire, address, token)) != 200:
                wrong.append(status)
            took.append((time.perf_counter() - began) * 1000)
        wire.close()

    threads = [threading.Thread(target=client, args=(token,)) for token in tokens[:CLIENTS]]
    for thread in threads:
        thread.start()
    gate.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    assert not wrong, (address, wrong[:5])
    return took, len(took) / (time.perf_counter() - began)


def _ask(wire: http.client.HTTPConnection, address: str, token: str) -> int:
    wire.request("GET", address, headers={"Authorization": f"Bearer {token}", "Accept": "application/json"})
    answer = wire.getresponse()
    answer.read()
    return answer.status
