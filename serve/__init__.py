"""The doors: command line, HTTP, and what they share."""
