"""A mail server in a process of its own, which writes down what it accepts before it replies, and takes its time.

It is started as `python -m tests.crash.sink FOLDER DELAY_MS`; its port is written to FOLDER/port.
"""

import os
import random
import sys
import time
from pathlib import Path

from tests.serve.post import Accepted, Post


def main(folder: Path, delay_ms: float) -> None:
    """Serve until the parent is gone."""
    log = os.open(folder / "accepted", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    chance, parent = random.Random(5), os.getppid()

    def took(one: Accepted) -> None:
        os.write(log, f"{one.id}\n".encode())
        post.plan.delay_s = chance.uniform(0, delay_ms / 1000)
        post.accepted.clear()

    with Post() as post:
        post.took = took
        (folder / "port.new").write_text(str(post.server.port), "ascii")
        (folder / "port.new").rename(folder / "port")
        while os.getppid() == parent:
            time.sleep(0.2)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
