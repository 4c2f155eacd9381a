"""An installation whose workers die again and again, in either shape, and how a run ends when none does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.fakes import model_server
from tests.faults import endings, looked_at, told
from tests.faults.endings import Ending
from tests.faults.orders import Orders
from tests.faults.told import Model
from tests.installations.scaled import Scaled, scaled
from tests.installations.unsupervised import Unsupervised, unsupervised
from tests.installations.visited import Visited
from tests.services.postgres import Postgres
from tests.services.redis import Redis

# Plain pages need no box, and the shortest lease is over soonest.
_QUICK = {"SANDBOX_BACKEND": "none", "DJINN_LEASE_SECONDS": "3", "DJINN_MODEL": "own-model", "DJINN_API_KEY": "sk-none"}
_TRIES = 3
_FEW = ["web-1", "worker-1", "worker-2", "beat-1"]


@dataclass
class Hurt:
    one: Unsupervised | Scaled
    orders: Orders
    model: Model
    calm: Ending

    @contextmanager
    def paced(self, pause: float) -> Iterator[None]:
        """So many seconds between two lines of a reply: a run lasts long enough to be met anywhere."""
        self.model.pause = pause
        try:
            yield
        finally:
            self.model.pause = 0.0


@contextmanager
def embedded(folder: Path) -> Iterator[Hurt]:
    orders = Orders(folder)
    with _asked() as (model, url):
        with unsupervised(folder / "home", DJINN_API_BASE=url, **_QUICK, **orders.environment) as one:
            one.begin()
            yield Hurt(one, orders, model, _calm(one))


@contextmanager
def several(folder: Path, postgres: Postgres, redis: Redis) -> Iterator[Hurt]:
    """Two workers, and of everything else one."""
    orders, servers = Orders(folder), {"postgres": postgres, "redis": redis}
    with _asked() as (model, url):
        with scaled(folder / "home", **servers, DJINN_API_BASE=url, **_QUICK, **orders.environment) as one:  # type: ignore[arg-type]
            one.every = _FEW
            one.up()
            yield Hurt(one, orders, model, _calm(one))


@contextmanager
def looking(folder: Path) -> Iterator[Hurt]:
    """With boxes, and an app that there is something to check of."""
    orders, model = Orders(folder), Model()
    with model_server.running() as server:
        server.will_choose(looked_at.answer)
        environment = {**_QUICK, "SANDBOX_BACKEND": "process", "DJINN_API_BASE": server.url, **orders.environment}
        with unsupervised(folder / "home", **environment) as one:
            one.share_packages()
            one.begin()
            yield Hurt(one, orders, model, _calm(one, looked_at.ask, jobs=1))


@contextmanager
def _asked() -> Iterator[tuple[Model, str]]:
    with model_server.running() as server:
        model = Model()
        server.will_choose(model)
        yield model, server.url


def _calm(one: Unsupervised | Scaled, ask: Callable[[Visited], str] = told.ask, *, jobs: int = 2) -> Ending:
    """Whatever ends otherwise than this one was disturbed. On a busy machine so short a lease runs out by itself."""
    for _ in range(_TRIES):
        run = one.run(ask(one))
        ending = endings.of(run)
        if endings.outcomes(run) == ["completed"] * jobs:
            return ending
    raise AssertionError(f"Nobody touched {_TRIES} runs, and each lost its worker.")
