"""How a name sounds: Meyer, Meier, Maier and Mayr are one (Cologne phonetics: Postel, IBM-Nachrichten 19, 1969)."""

import cologne_phonetics


def sounds(name: str) -> tuple[str, ...]:
    """A code of digits for each word that has one, in order of the words."""
    return tuple(code for _, code in cologne_phonetics.encode(name) if code)
