"""salver itself, on trial like the others: its encoder learned from the rows alone, or on top of a pretrained one."""

import time
from pathlib import Path

from bench.intents import learn as learned
from bench.rivals.trial import Job, Trained, compete, folder_bytes
from salver.models.folder import bytes_of
from salver.models.history import HistoryEncoder


def learn(job: Job) -> Trained:
    """Learn as `salver train` does; variant `pretrained` takes the job's encoder."""
    pretrained = job.variant == "pretrained"
    if pretrained:
        import sentence_transformers  # noqa: F401 (nobody's imports are timed)
    started = time.perf_counter()
    brain = learned(job.train, job.encoder if pretrained else HistoryEncoder.alone)
    train_s = time.perf_counter() - started
    found = brain.understanding
    arrays = [found.encoder.to_arrays(), found.intents.to_arrays(), {"vectors": found.vectors}]
    return Trained(
        labels=found.intents.labels,
        scores=lambda texts: brain.read(texts)[0],
        bytes_on_disk=sum(len(bytes_of(one)) for one in arrays)
        + (folder_bytes(Path(job.encoder)) if pretrained else 0),
        told="words, vectors and neighbours, weighed on texts that were held back in turn; the encoder is learned from "
        f"these rows{', on top of the pretrained one' if pretrained else ''}; on disk: arrays and a vector a row",
        libraries=("numpy", "scipy", "scikit-learn", "faiss-cpu", *(("sentence-transformers",) if pretrained else ())),
        train_s=train_s,
    )


if __name__ == "__main__":
    compete(learn)
