"""SetFit: a pretrained encoder tuned on pairs of texts, then a logistic regression on its vectors.

Source: Tunstall et al., Efficient Few-Shot Learning Without Prompts, 2022. It runs in an environment of its own, so
this file imports only what is there.
"""

import tempfile
from pathlib import Path

from datasets import Dataset
from setfit import SetFitModel, Trainer, TrainingArguments

from bench.rivals.trial import Job, Trained, compete, folder_bytes

_PAPER = 20
"""Pairs of each kind that the paper makes of a text."""
_BATCH = 16


def learn(job: Job) -> Trained:
    """Tune and fit. Of each text as many pairs are made as the job's `pairs` in all allow, at most those of the paper.

    Raises SystemExit with the reason when that is less than one pair of each kind a text.
    """
    each = min(_PAPER, job.pairs // (2 * len(job.train)))
    if not each:
        raise SystemExit(
            f"it needs {2 * len(job.train):,} pairs at least and was given {job.pairs:,} by --setfit-pairs"
        )
    labels = sorted(set(job.intents))
    model = SetFitModel.from_pretrained(job.encoder, labels=labels, device="cpu")
    rows = [{"text": row["text"], "label": row["intent"]} for row in job.train]
    with tempfile.TemporaryDirectory(prefix="salver-bench-") as folder:
        settings = TrainingArguments(
            output_dir=folder,
            batch_size=_BATCH,
            num_epochs=1,
            num_iterations=each,
            report_to="none",
            save_strategy="no",
            logging_strategy="no",
            show_progress_bar=False,
            seed=0,
        )
        Trainer(model=model, args=settings, train_dataset=Dataset.from_list(rows)).train()
        model.save_pretrained(Path(folder) / "saved")
        size = folder_bytes(Path(folder) / "saved")
    pairs = 2 * each * len(rows)
    return Trained(
        labels=model.model_head.classes_.tolist(),
        scores=lambda texts: model.predict_proba(list(texts), as_numpy=True, show_progress_bar=False),
        bytes_on_disk=size,
        told=f"{pairs:,} pairs (`num_iterations={each}`; the paper takes {_PAPER}), one epoch in batches of {_BATCH}; "
        "in an environment of its own",
        libraries=("setfit", "sentence-transformers", "transformers", "torch"),
        more={"pairs": pairs},
    )


if __name__ == "__main__":
    compete(learn)
