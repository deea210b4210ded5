"""How good predictions are, per intent and language."""

import numpy as np
from numpy.typing import NDArray


def calibration_error(confidence: NDArray[np.float64], right: NDArray[np.bool_], bins: int = 15) -> float:
    """The expected calibration error, 0 to 1, over bins of equal width (Guo et al., On Calibration, 2017)."""
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    shares = np.bincount(which, minlength=bins)
    sure = np.bincount(which, weights=confidence, minlength=bins)
    true = np.bincount(which, weights=right, minlength=bins)
    return float(np.abs(sure - true)[shares > 0].sum() / max(len(confidence), 1))
