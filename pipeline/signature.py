"""The end of a mail that says who wrote; and the line that greets."""

import re

from salver.data.reading import Cut
from salver.pipeline.footer import Found, armour, devices, notices

_NAMES = r"(?:[ ,]+[^\s,]+){0,5}[ ,.!]*(?:[:;][-)(D]+|\U0001f642)?"
_CLOSING = re.compile(
    r"\s*(?:(?:vielen |besten |herzlichen )?(?:dank|danke)(?: im voraus| schon ?mal| vorab)?(?: und|,| &)? )?"
    r"(?:(?:mit |viele |beste |liebe |herzliche |freundliche |schöne |sonnige |freundlichen |(?:den )?besten )*"
    r"(?:(?:freundliche[nm]|beste[nm]|kollegiale[nm]|herzliche[nm]|liebe[nm]|viele[nm]|sonnige[nm]|schöne[nm]) )?"
    r"(?:gr(?:ü|ue|u)(?:ß|ss)(?:e|en|le)?|gruess(?:en)?)(?: aus \w+)?"
    r"|hochachtungsvoll|mfg|m\.?\s?f\.?\s?g\.?|vg|lg|bg|glg|lieben gruß|gruezi|herzlichst"
    r"|(?:thanks?|thank you|many thanks|cheers)(?: in advance| again)?(?:,| and| &)+ (?:best |kind |warm )?regards?"
    r"|(?:with )?(?:the )?(?:best|kind|kindest|warm|warmest|many|my|friendly)(?: and (?:best|kind|warm))?"
    r" (?:regards?|wishes|greetings)"
    r"|with regards|regards|rgds|br|kr|greetings|sincerely(?: yours)?|yours (?:sincerely|faithfully|truly)|yours"
    r"|respectfully(?: yours)?|cheers|all the best|best(?=\W*$|,)|take care(?! of)|cordially"
    r"|god bless(?: you)?|blessings"
    r"|kommen sie gut (?:durch|in|nach|heim)"
    r"|(?:wir wünschen (?:ihnen|dir) )?(?:noch )?(?:eine?n? )?schöne[nrs]? (?:rest)?"
    r"(?:tag|abend|woche|wochenende|feierabend|zeit)|alles gute|bis bald"
    r"|have a (?:nice|good|great|lovely)|wishing you)" + _NAMES + r"$",
    re.IGNORECASE,
)
_CLOSING_ELSEWHERE = re.compile(
    r"\s*(?:(?:bien )?(?:cordialement|amicalement)|sincères salutations|(?:meilleures "
    r"|cordiales )?salutations(?: distinguées)?"
    r"|bien à (?:vous|toi)|(?:un |muchos )?(?:cordial )?saludos?(?: cordial(?:es)?)?|atentamente|(?:cordiali"
    r"|distinti|cari) saluti"
    r"|(?:met )?(?:vriendelijke|hartelijke) groet(?:en)?|m\.?v\.?g\.?|groet(?:en|jes)?|med (?:venlig|vennlig) hilsen"
    r"|(?:venlig |vennlig )?hilsen|mvh|kh|med vänlig(?:a)? hälsning(?:ar)?|(?:vänliga )?hälsningar"
    r"|(?:melhores )?cumprimentos"
    r"|atenciosamente|pozdrawiam|z poważaniem|s pozdravem|saygılarımla|с уважением|ystävällisin terveisin)"
    + _NAMES
    + r"$",
    re.IGNORECASE,
)
"""Closings in the languages of neighbours. What they say is plain enough to be cut without reading the language."""
_THANKS = re.compile(
    r"\s*(?:(?:vielen |besten |herzlichen |1000 |tausend )?dank(?:e(?:schön)?)?(?: schon ?mal| vorab| im voraus)?"
    r"|(?:many )?thanks|thank you|thx|tia|ta)(?: so much| very much| a lot| in advance)?[ ,.!]*$",
    re.IGNORECASE,
)
_NAME_LINE = re.compile(r"\W{0,3}[^\W\d_][\w.'’-]*(?:[ ,]+[^\W\d_][\w.'’-]*){0,4}[ ,]*(?:\([^)]*\))?\s*$")
_BARE_NAME = re.compile(
    r"(?:(?:Dr|Prof)\. )*(?:[A-ZÄÖÜ]\.[ -]?)*[A-ZÄÖÜ][^\W\d_A-ZÄÖÜ]*\.?(?:[ -](?:von |van |de |zu |der"
    r" )?[A-ZÄÖÜ][^\W\d_]+){0,2}$"
)
_SAID = re.compile(r"[^\W\d_]{3,}[.!]$")
"""Who signs with a name ends without a full stop; who answers with one word ends with one."""
_NO_NAME_WORDS = (
    "Danke Dankeschön Dank Thanks Bitte Please Dringend Urgent Hilfe Help Foto Anlage Anbei Photo Attached"
    " Nein No Ja Yes"
    " Zählerstand Stand Rechnung Kündigung Adresse Termin Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag"
    " Vielen Besten Many Thank Mein Meine Ihr Ihre Und And"
)
_NO_NAME = frozenset(_NO_NAME_WORDS.split())
_DELIMITER = re.compile(r"\s*(?:--|—|–|__)\s*$")
_RULE = re.compile(r"\s*+(?:[-_=~*#+•]{3,}|ᐧ)?\s*$")
_LONG_RULE = re.compile(r"\s*+(?:_{10,}|-{10,}|={10,})\s*$")
_REGISTER = re.compile(
    r"\b(?:HR[AB]\s?:?\s?\d|(?:Amtsgericht|Registergericht|Handelsregister|Sitz der Gesellschaft"
    r"|Geschäftsführer(?:in|ung)?"
    r"|Vorstand|Aufsichtsrat|USt\.?-?Id|Steuer-?Nr|VAT (?:no|reg)|Company (?:no|reg)|Registered (?:office"
    r"|in))\b.{0,4}[:. ]"
    r"|(?:Tel|Fax|Telefon|Telefax|Mobil|Mobile|Phone|Fon)\b\.?\s?:?\s*\(?[+\d]|Inh\. |www\.|Öffnungszeiten:)"
)
_POSTSCRIPT = re.compile(r"\W*+p\.?\s?p?\.?\s?s\b[.:,]?\s?", re.IGNORECASE)
_FACT = re.compile(
    r"\W*+(?:meine? |my )?(?:kunden|kd|vertrag|zähler|zaehler|rechnung|auftrag|bestell|vorgang|iban|customer"
    r"|contract|account"
    r"|meter|invoice|order|reference|ref)\w*[-. ]*.{0,24}\d",
    re.IGNORECASE,
)
_HELLO = (
    r"\s*(?:sehr (?:geehrte|verehrte)[rs]?\b|guten (?:tag|morgen|abend)\b|gruess gott\b|grüß gott\b|hallo\b"
    r"|hallöchen\b"
    r"|huhu\b|moin(?: moin)?\b|servus\b|tach\b|liebe[rs]?\b(?= \S)|hi\b|hey\b|hello\b|dear\b"
    r"|good (?:morning|afternoon|evening|day)\b|to whom it may concern\b)"
)
_TITLE_DOT = r"\.(?=\S)|(?<=[DMHF]r)\.|(?<=Prof)\.|(?<=Mrs)\.|(?<=M[sx])\.|(?<=Ing)\.|(?<=med)\.|(?<=[ .][A-Z])\."
_GREETING = re.compile(
    rf"{_HELLO}(?:(?:[^,!:.?\n]|{_TITLE_DOT}){{0,70}}[,!:.]+(?:\s+|$)|(?:[ \t]+\S+){{0,4}}[ \t]*(?:\n\s*|$))",
    re.IGNORECASE,
)

_REACH = 14
_LONGEST, _GOES_ON = 1000, " and so it goes on and on."
"""Lines under a closing that may still be a signature."""
_LONG_WORDS, _SMALL_WORDS = 9, 4
"""Words, and words in small letters, from which a line is prose."""


def unsigned(lines: list[str]) -> tuple[list[str], list[Cut]]:
    """The lines without signature and footers, and these. All stay when nothing else would be left."""
    kept, cuts = _trimmed(lines), list[Cut]()
    for find in (armour, devices, notices, _delimited, _closed, _company, _named):
        kind, chosen = find([_shortened(line) for line in kept])
        left = [line for i, line in enumerate(kept) if i not in chosen] if chosen else []
        if any(line.strip() for line in left):
            cuts.append(Cut(kind=kind, text="\n".join(kept[i] for i in sorted(chosen)).strip("\n")))
            kept = _trimmed(left)
    return kept, cuts


def _shortened(line: str) -> str:
    """A line as far as it must be looked at: a very long one is somebody's words."""
    return line if len(line) <= _LONGEST else line[:_LONGEST] + _GOES_ON


def is_closing(lines: list[str]) -> bool:
    """Whether lines say nothing but a closing and who signs."""
    return any(lines) and len(_closed(["Text.", "", *lines])[1]) == len(lines)


def without_salutation(lines: list[str]) -> list[str]:
    """The lines without the greeting at the top; what follows it on its line stays."""
    text = "\n".join(lines).lstrip()
    while (greeting := _GREETING.match(text)) and greeting.end() < len(text):
        text = text[greeting.end() :].lstrip()
    return text.split("\n")


def _delimited(lines: list[str]) -> Found:
    """What stands under "-- " (RFC 3676, 4.3), and rules at the very end."""
    begin, filled, only_rules = None, 0, True
    for i in range(len(lines) - 1, 0, -1):
        only_rules = only_rules and bool(_RULE.match(lines[i]))
        if only_rules or _DELIMITER.match(lines[i]) or (_LONG_RULE.match(lines[i]) and _led_away(lines[i + 1 :])):
            begin = i
        filled += bool(lines[i].strip())
        if filled > _REACH + 6:
            break
    return "signature", set() if begin is None else _signature_lines(lines, begin)


def _led_away(lines: list[str]) -> bool:
    """Whether a few short lines end a mail and lead elsewhere: a list's footer, a firm's address."""
    filled = [line for line in lines if line.strip()]
    led = any(re.search(r"://|www\.|@\S+\.\w", line) for line in filled)
    return 0 < len(filled) <= 6 and led and not any(map(_prose, filled))


def _closed(lines: list[str]) -> Found:
    """The last closing formula with the name and the short lines under it."""
    for i in range(len(lines) - 1, max(0, len(lines) - 40), -1):
        line = lines[i]
        if len(line) < 100 and (_CLOSING.match(line) or _CLOSING_ELSEWHERE.match(line)):
            return "signature", _signature_lines(lines, i)
        if len(line) < 60 and _THANKS.match(line) and _names_only(lines[i + 1 :]):
            return "signature", set(range(i + 1, len(lines)))
    return "signature", set()


def _company(lines: list[str]) -> Found:
    """A last paragraph of short lines: a name first, or with a telephone, a register or an owner."""
    start = _last_paragraph(lines)
    tail = lines[start:]
    if start == 0 or len(tail) > _REACH or any(_prose(line) for line in tail):
        return "signature", set()
    signed = _is_name(tail[0]) or any(_REGISTER.search(line) for line in tail)
    return "signature", _signature_lines(lines, start) if signed else set()


def _named(lines: list[str]) -> Found:
    """A name alone on the last line, under a whole sentence."""
    last = len(lines) - 1
    alone = last > 0 and _is_name(lines[last]) and lines[last - 1].rstrip().endswith((".", "!", "?", ")"))
    return "signature", {last} if alone else set()


def _is_name(line: str) -> bool:
    line = line.strip()
    if len(line) >= 60 or _SAID.search(line):
        return False
    return _BARE_NAME.match(line) is not None and _NO_NAME.isdisjoint(line.split())


def _signature_lines(lines: list[str], start: int) -> set[int]:
    """From `start` on up to a postscript or to prose, without the customer's own numbers; of a long block the name."""
    below = range(start + 1, len(lines))
    end = next((i for i in below if _POSTSCRIPT.match(lines[i]) or _prose(lines[i])), len(lines))
    if _count(lines[start + 1 : end]) > _REACH:
        end = start + 1 + _name_lines(lines[start + 1 : end])
    return {start, *(i for i in range(start + 1, end) if not _FACT.match(lines[i]))}


def _name_lines(lines: list[str]) -> int:
    """How many lines at the top are at most two short lines of words."""
    taken = named = 0
    for line in lines:
        if line.strip() and (named == 2 or not _NAME_LINE.match(line)):
            break
        taken, named = taken + 1, named + bool(line.strip())
    return taken if named else 0


def _names_only(lines: list[str]) -> bool:
    filled = [line for line in lines if line.strip()]
    return 0 < len(filled) <= 2 and all(_NAME_LINE.match(line) for line in filled)


def _prose(line: str) -> bool:
    """A question, a long sentence, or a line of mostly small letters; a name, a firm and an address are none."""
    words = line.split()
    if line.rstrip().endswith("?") or (len(words) >= _LONG_WORDS and line.rstrip().endswith((".", "!", ",", ":"))):
        return True
    return sum(word[0].islower() for word in words) >= _SMALL_WORDS and not _REGISTER.search(line)


def _last_paragraph(lines: list[str]) -> int:
    start = len(lines)
    while start and lines[start - 1].strip():
        start -= 1
    return start


def _count(lines: list[str]) -> int:
    return sum(1 for line in lines if line.strip())


def _trimmed(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[:end]
