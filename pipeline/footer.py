"""What a mail says that nobody wrote: on what device, under which law, with what key, and that it is from outside."""

import re

from salver.data.reading import CutKind

Found = tuple[CutKind, set[int]]
"""What kind of piece, and which lines it is."""

_TOP = 3
"""Lines at the top where a mail server writes its warning."""
_DEVICE = re.compile(
    r"\W*+(?:(?:diese (?:nachricht|e-?mail) wurde )?(?:von|mit|aus) (?:mein(?:em|er)|unterwegs|dem"
    r"|der)?\s?[^.!?]{0,60}"
    r"(?:gesendet|gesandt|geschrieben)(?: mit .{0,40})?|gesendet (?:von|mit|über|aus) .{0,60}"
    r"|(?:sent|written|typed) (?:from|via|with|by|using|on) (?:a |my |the |mobile|mail|outlook|yahoo|windows"
    r"|airmail|galaxy|"
    r"\[|\w+ mail|gmail|proton|iphone|ipad|android|samsung|blackberry).{0,160}|from my (?:iphone|ipad|mobile"
    r"|phone)\b.{0,40}"
    r"|get \[?outlook\b.{0,120}|holen sie sich outlook\b.{0,120}|outlook für (?:ios|android)\b.{0,120}"
    r"|envoyé (?:de|depuis|à partir d[eu]) .{0,60}|(?:verzonden|verstuurd) (?:met|vanaf|van|vanuit) .{0,60}"
    r"|sendt fra .{0,60}"
    r"|skicka(?:t|des) från .{0,60}|inviato da(?:l|lla)? .{0,60}|enviado (?:desde|do|de) (?:mi|meu|minha|un"
    r"|el) .{0,60}"
    r"|wysłane z .{0,60}|lähetetty .{0,40}(?:sta|stä|lta|ltä)|odesláno z .{0,60}|отправлено (?:с|из) .{0,60}"
    r"|(?:iphone|ipad|android)から送信|從我的.{0,40}|发自我的.{0,40}|\w+ from mobile)\W*$",
    re.IGNORECASE,
)
_LEGAL = re.compile(
    r"\W*+(?:(?:diese|this)s? (?:e-?mail|nachricht|mitteilung|message|communication|electronic)\b.{0,120}"
    r"\b(?:vertraulich|rechtlich|bestimmt|confidential|privileged|intended|solely|virus|analizzato)"
    r"|der inhalt dieser e-?mail|the (?:information|contents?) (?:contained )?(?:in|of) this (?:e-?mail|message)"
    r"|(?:vertraulichkeitshinweis|disclaimer|confidentiality(?: notice)?|rechtlicher hinweis|hinweis zum"
    r" datenschutz)\b"
    r"|bitte (?:denken|prüfen|überlegen|schonen|bedenken) sie.{0,60}(?:umwelt|ausdruck|druck)"
    r"|denken sie an die umwelt"
    r"|(?:please )?(?:consider|think of) the environment|think before you print"
    r"|sollten sie nicht der (?:richtige|vorgesehene|beabsichtigte)|if you (?:are|have) (?:not the intended"
    r"|received this)"
    r"|(?:questo messaggio|le informazioni contenute|il contenuto di quest)|(?:ce (?:message|courriel)"
    r"|les informations contenues)"
    r"\b.{0,80}(?:confidentiel|exclusif|destinataire)|(?:este (?:mensaje|correo))\b.{0,80}(?:confidencial"
    r"|destinatario)"
    r"|(?:dit bericht|deze e-?mail)\b.{0,60}(?:vertrouwelijk|bestemd)"
    r"|informationen? (?:zum|über den) datenschutz.{0,40}(?:unter|finden)|virenfrei|virus-free|avast)",
    re.IGNORECASE,
)
_BANNER = re.compile(
    r"\W*+(?:(?:caution|warning|attention|achtung|vorsicht|hinweis|be careful|external(?: (?:e-?mail|sender|message))?"
    r"|externe? (?:e-?mail|absender|nachricht))\b\W{0,4})?.{0,20}(?:this|diese|die|dieser)\b.{0,20}(?:e-?mail"
    r"|message|nachricht|absender)"
    r".{0,30}\b(?:originated|originates|comes?|came|was sent|is|stammt|kommt|kam|wurde)\b.{0,30}"
    r"\b(?:outside|external|extern\w*|außerhalb|ausserhalb)\b",
    re.IGNORECASE,
)
"""What the mail servers of many firms write over everything that comes from outside."""


def armour(lines: list[str]) -> Found:
    """What PGP writes around a signed text (RFC 9580, 7): the line on top, the signature, a public key."""
    found, end = set[int](), ""
    for i, line in enumerate(lines):
        if end:
            found.add(i)
            end = "" if line.startswith(end) else end
        elif line.startswith("-----BEGIN PGP SIGNED MESSAGE-----"):
            found.update((i, i + 1) if lines[i + 1 : i + 2] and lines[i + 1].startswith("Hash:") else (i,))
        elif line.startswith(("-----BEGIN PGP SIGNATURE-----", "-----BEGIN PGP PUBLIC KEY BLOCK-----")):
            found.add(i)
            end = line.strip().replace("BEGIN", "END")
    return "footer", found


def devices(lines: list[str]) -> Found:
    """Lines that say on what device or with what program a mail was written."""
    return "signature", {i for i, line in enumerate(lines) if len(line) < 200 and _DEVICE.match(line)}


def notices(lines: list[str]) -> Found:
    """Notices of lawyers, and warnings over mail from outside; each goes to the end of its paragraph."""
    found = set[int]()
    for i, line in enumerate(lines):
        if (i < _TOP and _BANNER.match(line)) or (i and _LEGAL.match(line)) or (i - 1 in found and line.strip()):
            found.add(i)
    return "footer", found
