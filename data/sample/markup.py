"""HTML as mail programs make it from what people type."""

import re
from html import escape
from random import Random

_OUTLOOK = (
    '<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">'
    '<head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
    '<meta name="Generator" content="Microsoft Word 15 (filtered medium)">'
    "<style><!-- p.MsoNormal {{margin:0cm; font-size:11.0pt; font-family:Calibri,sans-serif;}} --></style></head>"
    '<body lang="{lang}" link="#0563C1"><div class="WordSection1">\n{body}\n</div></body></html>'
)
_GMAIL = '<div dir="ltr">{body}</div>'
_PAGE = '<!DOCTYPE html>\n<html>\n<head><meta charset="utf-8"></head>\n<body>\n{body}\n</body>\n</html>'
_QUOTE_STYLE = ' class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex"'


def marked_up(text: str, lang: str, chance: Random) -> str:
    """A text as HTML, the way one of three mail programs would have written it."""
    program = chance.choice((_outlook, _gmail, _page))
    return program(text, lang)


def page(text: str) -> str:
    """A text as a plain HTML page that leaves its charset to the mail around it."""
    return _page(text, "").replace('<meta charset="utf-8">', "")


def _outlook(text: str, lang: str) -> str:
    lines = []
    for quoted, block in _blocks(text):
        if quoted:
            inner = "<br>\n".join(escape(line, quote=False) for line in block)
            lines.append(f'<blockquote type="cite"><p class="MsoNormal">{inner}</p></blockquote>')
        else:
            lines += [f'<p class="MsoNormal">{escape(line, quote=False) or "<o:p>&nbsp;</o:p>"}</p>' for line in block]
    return _OUTLOOK.format(lang=lang.upper(), body="\n".join(lines))


def _gmail(text: str, _lang: str) -> str:
    parts = []
    for quoted, block in _blocks(text):
        inner = "".join(f"<div>{escape(line, quote=False) or '<br>'}</div>" for line in block)
        parts.append(f"<blockquote{_QUOTE_STYLE}>{inner}</blockquote>" if quoted else inner)
    return _GMAIL.format(body="".join(parts))


def _page(text: str, _lang: str) -> str:
    parts = []
    for quoted, block in _blocks(text):
        paragraphs = re.split(r"\n{2,}", "\n".join(block).strip("\n"))
        inner = "\n".join(f"<p>{escape(one, quote=False)}</p>".replace("\n", "<br>\n") for one in paragraphs if one)
        parts.append(f'<blockquote type="cite">\n{inner}\n</blockquote>' if quoted else inner)
    return _PAGE.format(body="\n".join(parts))


def _blocks(text: str) -> list[tuple[bool, list[str]]]:
    """The text in stretches of quoted and own lines, quote marks taken off."""
    blocks: list[tuple[bool, list[str]]] = []
    for line in text.splitlines():
        quoted = line.startswith(">")
        if not blocks or blocks[-1][0] != quoted:
            blocks.append((quoted, []))
        blocks[-1][1].append(line[1:].removeprefix(" ") if quoted else line)
    return blocks
