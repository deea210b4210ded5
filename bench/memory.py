"""How much memory a measurement takes."""

import threading
from collections.abc import Callable

import psutil

_LOOK_S = 0.05


class Peak:
    """The most resident memory that a process, this one by default, and its children had together: a look every 50 ms.

    `tell` is called with what there is, in bytes, every `every_s` seconds.
    """

    def __init__(
        self,
        tell: Callable[[int], None] = lambda _: None,
        every_s: float = 30,
        process: psutil.Process | None = None,
    ) -> None:
        self.bytes = 0
        self._process = process or psutil.Process()
        self._tell = tell
        self._looks = max(1, int(every_s / _LOOK_S))
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Peak":
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watch.join()

    def _look(self) -> None:
        looks = 0
        while not self._over.wait(_LOOK_S):
            now = sum(map(_resident, _family(self._process)))
            self.bytes = max(self.bytes, now)
            looks += 1
            if looks % self._looks == 0:
                self._tell(now)


def _family(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.Error:  # it has ended
        return []


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0
