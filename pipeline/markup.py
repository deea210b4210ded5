"""HTML as the text that its reader sees: paragraphs, lists, cells; quotes as lines with "> "."""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

MAX_TAGS = 10_000
"""The parser's time grows with the square of the nesting: 10,000 nested elements take 0.7 s."""

_LONG_TAG = re.compile(r"<[^<>]{2000,}>?")
# fmt: off
_DROPPED = frozenset((
    "-comment", "-doctype", "-cdata", "script", "style", "head", "title", "template", "object", "svg", "math",
    "canvas", "audio", "video", "map", "iframe", "noframes", "select", "textarea", "button",
))
_PARAGRAPHS = frozenset((
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "blockquote", "pre", "table",
))
_BLOCKS = _PARAGRAPHS | frozenset((
    "body", "div", "tr", "li", "section", "article", "header", "footer", "form", "fieldset", "address", "dt", "dd",
    "center", "main", "aside", "nav", "figure", "figcaption", "tbody", "thead", "tfoot", "caption", "details",
))
# fmt: on
_CELLS = frozenset(("td", "th"))
_UNSEEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|(?:max-height|opacity)\s*:\s*0(?![.\d])",
    re.IGNORECASE,
)
_NO_SIZE = re.compile(r"font-size\s*:\s*0(?:\.0+)?(?![.\d])", re.IGNORECASE)
_TIGHT = re.compile(r"margin(?:-bottom)?\s*:\s*0", re.IGNORECASE)
_FORWARDED = re.compile(
    r"(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail))\s*:?\s*$", re.IGNORECASE
)


def text_of_html(html: str) -> tuple[str, bool]:
    """The readable text; the flag is False when there was too much markup and only its beginning was read."""
    whole = True
    if len(html) > MAX_TAGS:
        html = _LONG_TAG.sub("", html)
        if html.count("<") > MAX_TAGS:
            html = html[: -len(html.split("<", MAX_TAGS)[-1]) - 1]
            whole = False
    body = LexborHTMLParser(html).body
    return (_Page().read(body) if body else ""), whole


class _Page:
    """Writes lines while it walks through the elements; a walk without recursion, since nesting has no bound."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.quotes: list[str] = []  # "> " for each open quote, "" for one that is a forwarded mail
        self.numbers: list[int] = []  # of each open list; below zero: not numbered
        self.sizes: list[tuple[int, bool]] = []  # elements that set a font size, and whether it is none
        self.bare_item = False  # a list item was begun and nothing is written in it yet
        self.pre = 0

    def read(self, root: LexborNode) -> str:
        node, end = root, root.mem_id
        while True:
            if self.enter(node):
                if (below := node.child) is not None:
                    node = below
                    continue
                self.leave(node)
            while (following := node.next) is None or node.mem_id == end:
                if node.mem_id == end or (above := node.parent) is None:
                    return self.text()
                node = above
                self.leave(node)
            node = following

    def text(self) -> str:
        self.end_line()
        return "\n".join(self.lines).strip("\n")

    def enter(self, node: LexborNode) -> bool:
        """Begin an element; False when what is inside is not to be read."""
        tag = node.tag
        if tag == "-text":
            self.write(node.text_content or "")
            return False
        if tag in _DROPPED:
            return False
        if (attributes := node.attributes) and not self.is_shown(node, attributes):
            return False
        if tag == "br":
            self.end_line(force=True)
        elif tag in _CELLS:
            if self.line:
                self.line.append("\t")
        elif tag in _BLOCKS:
            self.end_line()
            self.open_block(tag)
        elif tag == "hr":
            self.end_line()
            self.line.append("_" * 32)
            self.end_line()
        return True

    def is_shown(self, node: LexborNode, attributes: dict[str, str | None]) -> bool:
        style = attributes.get("style") or ""
        if "hidden" in attributes or _UNSEEN.search(style):
            return False
        if "font-size" in style.casefold():
            self.sizes.append((node.mem_id, bool(_NO_SIZE.search(style))))
        return True

    def open_block(self, tag: str) -> None:
        if tag == "blockquote":
            last = next((line for line in reversed(self.lines) if line.strip("> ")), "")
            self.quotes.append("" if _FORWARDED.search(last) else "> ")
        elif tag == "li":
            self.line[:] = [self.bullet()]
            self.bare_item = True
        elif tag in ("ul", "ol"):
            self.numbers.append(0 if tag == "ol" else -1)
        elif tag == "pre":
            self.pre += 1

    def bullet(self) -> str:
        if not self.numbers or self.numbers[-1] < 0:
            return "- "
        self.numbers[-1] += 1
        return f"{self.numbers[-1]}. "

    def leave(self, node: LexborNode) -> None:
        if self.sizes and self.sizes[-1][0] == node.mem_id:
            self.sizes.pop()
        tag = node.tag
        if tag not in _BLOCKS:
            return
        self.end_line()
        if tag == "blockquote" and self.quotes:
            self.quotes.pop()
        elif tag == "li":
            self.bare_item = False
        elif tag in ("ul", "ol") and self.numbers:
            self.numbers.pop()
        elif tag == "pre" and self.pre:
            self.pre -= 1
        if tag in _PARAGRAPHS and not (tag == "p" and _is_tight(node)):
            self.gap()

    def write(self, text: str) -> None:
        if self.sizes and self.sizes[-1][1]:
            return
        if self.bare_item:
            self.bare_item = text.isspace()
        if self.pre:
            *whole, rest = text.split("\n")
            for line in whole:
                self.line.append(line)
                self.end_line(force=True)
            self.line.append(rest)
        elif text.isspace():
            if self.line:
                self.line.append(" ")
        else:
            self.line.append(text.replace("\t", " "))

    def end_line(self, *, force: bool = False) -> None:
        """Write what was gathered; an empty line only when the mail asks for it, and one at most."""
        if self.bare_item or not (self.line or force):
            return
        text = "".join(self.line)
        self.line.clear()
        text = text.rstrip() if self.pre else _collapsed(text)
        if text:
            self.lines.append("".join(self.quotes[:20]) + text)
        elif force:
            self.gap()

    def gap(self) -> None:
        mark = "".join(self.quotes[:20]).rstrip()
        if self.lines and self.lines[-1].strip("> "):
            self.lines.append(mark)
        elif self.lines:
            self.lines[-1] = mark


def _collapsed(text: str) -> str:
    """White space as a browser shows it; a tab stands between table cells."""
    if "\t" not in text:
        return " ".join(text.split())
    return "\t".join(cell for each in text.split("\t") if (cell := " ".join(each.split())))


def _is_tight(node: LexborNode) -> bool:
    """Whether a paragraph is only a line, as Outlook writes them."""
    attributes = node.attributes
    return bool(attributes) and (
        (attributes.get("class") or "").startswith("Mso") or bool(_TIGHT.search(attributes.get("style") or ""))
    )
