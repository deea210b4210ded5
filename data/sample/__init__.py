"""A small bilingual company of our own, to try everything on."""
