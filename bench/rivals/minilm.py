"""Sentence vectors of a pretrained encoder as it is, and a logistic regression on them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer
from sklearn.linear_model import LogisticRegression

from bench.rivals.trial import Job, Trained, columns, compete, folder_bytes


def learn(job: Job) -> Trained:
    """Encode every text once and fit the regression on the vectors."""
    encoder = SentenceTransformer(job.encoder, device="cpu", trust_remote_code=False)

    def vectors(texts: Sequence[str]) -> np.ndarray:
        return np.asarray(
            encoder.encode(list(texts), batch_size=64, normalize_embeddings=True, show_progress_bar=False)
        )

    linear = LogisticRegression(C=10, max_iter=1000).fit(vectors(job.texts), job.intents)
    return Trained(
        labels=linear.classes_.tolist(),
        scores=lambda texts: columns(linear.decision_function(vectors(texts))),
        bytes_on_disk=folder_bytes(Path(job.encoder)) + linear.coef_.nbytes,
        told=f"vectors of length 1, `{linear}`; on disk: encoder and arrays",
        libraries=("sentence-transformers", "transformers", "torch", "scikit-learn"),
    )


if __name__ == "__main__":
    compete(learn)
