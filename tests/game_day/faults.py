"""Everything that goes wrong on a game day, in an order that a random generator draws."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.game_day.machines import LOST_AFTER, Machine
from tests.game_day.metadata import SCALE_IN, SPOT_NOTICE
from tests.game_day.servers import Database, RedisOnTheBridge, Storage

AWAY = 2.0
"""Seconds that a server is away."""


@dataclass
class Faults:
    """Draws the next fault until each has happened; `n_hits` is how many workers they have hit so far."""

    machines: list[Machine]
    database: Database
    broker: RedisOnTheBridge
    storage: Storage
    rng: random.Random
    happened: list[str] = field(default_factory=list)
    n_hits: int = 0

    def __post_init__(self) -> None:
        self._next: list[tuple[str, Callable[[], None], int]] = [
            (SPOT_NOTICE, lambda: self._leave(SPOT_NOTICE), 1),
            (SCALE_IN, lambda: self._leave(SCALE_IN), 1),
            ("kill -9", self._kill, 1),
            ("partition", self._partition, 1),
            ("broker restart", lambda: self._restart(self.broker), 0),
            ("S3 errors", lambda: self._restart(self.storage), len(self.machines)),
            ("PostgreSQL restart", lambda: self._restart(self.database), len(self.machines)),
        ]
        self.rng.shuffle(self._next)

    @property
    def are_over(self) -> bool:
        """Whether everything has happened."""
        return not self._next

    def strike(self) -> None:
        """Let the next fault happen, and bring back what it has taken away."""
        kind, happen, n_hits = self._next.pop()
        print(f"{kind} …", flush=True)
        self.happened.append(kind)
        self.n_hits += n_hits
        happen()

    def _leave(self, kind: str) -> None:
        machine = self.rng.choice(self.machines)
        machine.notify(kind)
        machine.start()  # another machine joins

    def _kill(self) -> None:
        machine = self.rng.choice(self.machines)
        machine.kill()
        machine.start()

    def _partition(self) -> None:
        machine = self.rng.choice(self.machines)
        machine.network.cut(machine.name)
        time.sleep(LOST_AFTER + 3)  # until it is taken for lost
        machine.network.join(machine.name)

    def _restart(self, server: Database | RedisOnTheBridge | Storage) -> None:
        server.stop()
        time.sleep(AWAY)
        server.start()
