"""`salver serve`: the HTTP door with a bundle and a store behind it."""

import signal
from dataclasses import replace
from pathlib import Path

from salver.serve import logs
from salver.serve.endings import Stopped
from salver.serve.http.server import demand_token, run
from salver.serve.wiring import open_pipeline, open_store, settings_of


def listen(
    *,
    bundle: Path | None,
    host: str | None,
    port: int | None,
    store: str | None,
    settings: Path | None,
    log_json: bool = False,
) -> None:
    """Answer until Ctrl-C. Raises Stopped then, when what was begun is finished."""
    known = settings_of(settings)
    known = replace(known, host=host or known.host, port=known.port if port is None else port)
    demand_token(known)
    with logs.written("json" if log_json else known.logs), open_store(known, store) as kept:
        signal.signal(signal.SIGTERM, lambda *_: None)  # uvicorn has finished by then, and raises it once more
        try:
            run(open_pipeline(known, bundle, kept), kept, known, logs.note)
        except KeyboardInterrupt:
            raise Stopped("Stopped; what had been begun is finished.") from None
