"""Figures of a training that a person looks at: how sure against how right, how much against how wrong, and when."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from salver.data.case import Case
from salver.training.calibrate import Bound
from salver.training.evaluate import Prediction
from salver.training.rehearse import Rehearsed

_BINS = 10
_POINTS = 40


def bound(found: Bound, max_error: float) -> dict[str, Any]:
    """The bound as plain numbers."""
    return asdict(found) | {"max_error": max_error}


def reliability(predictions: Sequence[Prediction]) -> list[list[float]]:
    """Rows of mean confidence, share right, and number, from unsure to sure."""
    rows = []
    which = [min(int(one.confidence * _BINS), _BINS - 1) for one in predictions]
    for place in sorted(set(which)):
        some = [one for one, at in zip(predictions, which, strict=True) if at == place]
        sure = float(np.mean([one.confidence for one in some]))
        rows.append([round(sure, 4), round(float(np.mean([one.right for one in some])), 4), len(some)])
    return rows


def coverage(eligible: Sequence[Rehearsed], messages: int) -> list[list[float]]:
    """Rows of share answered (of all messages), share wrong among them, and threshold, from strict to lax."""
    order = sorted(eligible, key=lambda one: -one.confidence)
    if not order:
        return []
    wrong = np.cumsum([not one.right for one in order])
    counts = sorted({round(one) for one in np.linspace(1, len(order), min(_POINTS, len(order)))})
    return [
        [round(n / messages, 4), round(float(wrong[n - 1]) / n, 4), round(order[n - 1].confidence, 4)] for n in counts
    ]


def volumes(cases: Sequence[Case]) -> dict[str, Any]:
    """How many messages came on which weekday (0 is Monday) and hour, in which month, and of which intent."""
    table = pd.DataFrame({"intent": [case.intent for case in cases], "at": [case.received_at for case in cases]})
    dated = table.dropna(subset="at")
    at = pd.Series([moment.replace(tzinfo=None) for moment in dated["at"]], dtype="datetime64[us]")
    hours = pd.crosstab(at.dt.day_of_week, at.dt.hour).reindex(index=range(7), columns=range(24), fill_value=0)
    return {
        "weekday_hour": hours.to_numpy().tolist(),
        "by_month": {str(month): int(n) for month, n in at.dt.strftime("%Y-%m").value_counts().sort_index().items()},
        "by_intent": {str(intent): int(n) for intent, n in table["intent"].value_counts().items()},
    }
