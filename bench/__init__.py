"""Comparisons, one file each. Not installed."""
