"""Learning from the archive and from corrections."""
