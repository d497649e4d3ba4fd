"""How far long work is, for whoever waits for it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class Progress:
    """Work in the middle: `done` things, of which `kept` were there already; `share` of all there is to do, 0 to 1."""

    done: int = 0
    kept: int = 0
    share: float = 0.0
    finished: bool = False
    began: float = field(default_factory=time.monotonic)

    @property
    def rate(self) -> float:
        """Things a second."""
        return self.done / max(1e-9, time.monotonic() - self.began)

    @property
    def left(self) -> float | None:
        """Seconds left, None where too little is known."""
        if self.share <= 0:
            return None
        return (time.monotonic() - self.began) * (1 - self.share) / self.share
