"""The way of a message, one step a file: read, clean, screen, split, classify, match, decide, compose or route."""

from salver.pipeline.run import Pipeline

__all__ = ["Pipeline"]
