"""How much memory and processor time a measurement takes."""

import threading
from collections.abc import Callable

import psutil

_LOOK_S = 0.05


class Peak:
    """The most resident memory that a process, this one by default, and its children had together: a look every 50 ms.

    `tell` is called with what there is, in bytes, every `every_s` seconds. `cpu_s` are the seconds of all cores that
    they worked meanwhile: on a machine that does other things too they say more than the clock does.
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
        self._worked = dict[int, float]()
        self._before = 0.0
        self._looks = max(1, int(every_s / _LOOK_S))
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Peak":
        self._worked = self._look_at(_family(self._process))
        self._before = sum(self._worked.values())
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watch.join()
        self._worked |= self._look_at(_family(self._process))

    @property
    def cpu_s(self) -> float:
        return sum(self._worked.values()) - self._before

    def _look(self) -> None:
        looks = 0
        while not self._over.wait(_LOOK_S):
            family = _family(self._process)
            now = sum(map(_resident, family))
            self._worked |= self._look_at(family)
            self.bytes = max(self.bytes, now)
            looks += 1
            if looks % self._looks == 0:
                self._tell(now)

    @staticmethod
    def _look_at(family: list[psutil.Process]) -> dict[int, float]:
        return {one.pid: seconds for one in family if (seconds := _seconds(one))}


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


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)
