"""salver itself, on trial like the others: with the encoder learned from the archive, or with a pretrained one."""

import time
from pathlib import Path

from bench.intents import _predict, _train
from bench.rivals.trial import Job, Trained, compete, folder_bytes
from salver.models.folder import bytes_of
from salver.models.history import HistoryEncoder


def learn(job: Job) -> Trained:
    """Learn as `salver train` does; variant `pretrained` takes the job's encoder."""
    pretrained = job.variant == "pretrained"
    if pretrained:
        import sentence_transformers  # noqa: F401 (nobody's imports are timed)
    started = time.perf_counter()
    brain, intents = _train(job.train, job.encoder if pretrained else HistoryEncoder.name)
    train_s = time.perf_counter() - started
    arrays = [brain.intents.to_arrays(), {"vectors": brain.vectors}]
    if isinstance(brain.encoder, HistoryEncoder):
        arrays.append(brain.encoder.to_arrays())
    return Trained(
        labels=brain.intents.labels,
        scores=lambda texts: _predict(brain, intents, list(texts)),
        bytes_on_disk=sum(len(bytes_of(one)) for one in arrays)
        + (folder_bytes(Path(job.encoder)) if pretrained else 0),
        told=f"words, vectors and neighbours, weighed on texts that were held back in turn; the encoder is "
        f"{'pretrained' if pretrained else 'learned from these rows'}; on disk: encoder, arrays and a vector a row",
        libraries=("numpy", "scipy", "scikit-learn", "faiss-cpu", *(("sentence-transformers",) if pretrained else ())),
        train_s=train_s,
    )


if __name__ == "__main__":
    compete(learn)
