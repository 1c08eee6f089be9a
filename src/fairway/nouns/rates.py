"""How often somebody may ask: requests in a minute, of one who asks and under one agreement."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rates:
    """Requests a minute: `principal` of one person, partner or node; `agreement` under one."""

    principal: int = 6000
    agreement: int = 6000


@dataclass(frozen=True, slots=True)
class Bucket:
    """What one may still ask for: `left` requests at the second `at`; `told` if a stop was told."""

    left: float
    at: float
    told: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of asking for one request: `wait` seconds, 0 to go on; `first` stop of a row."""

    wait: int = 0
    first: bool = False
