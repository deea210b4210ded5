"""The way of a message, one step a file: read, clean, screen, split, classify, match, decide, compose or route."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from salver.pipeline.run import Pipeline

__all__ = ["Pipeline"]


def __getattr__(name: str) -> Any:
    """Load the pipeline, and the libraries behind it, when it is asked for: reading a mail needs none of them."""
    if name == "Pipeline":
        from salver.pipeline.run import Pipeline

        return Pipeline
    raise AttributeError(name)
