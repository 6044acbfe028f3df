"""What was written for a terminal, for other readers: without colours, with colours only, or as HTML.

Output comes from machines that we do not trust. Of all that a terminal can be told, only colours are let through: a
sequence may also write to the clipboard, or ask the terminal to type. Texts are fed in parts of any size.
"""

from __future__ import annotations

import html
import re
from typing import Protocol

LONGEST = 4096
"""Characters of a sequence; what is longer is none."""
_COLOUR = r"\x1b\[(?P<codes>[0-9;:]{0,200})m"
_OTHER = r"\x1b\[[0-?]{0,200}[ -/]{0,20}[@-~]|\x1b[\]PX^_][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)|\x1b[ -/]{0,20}[0-~]"
_CONTROL = r"[\x00-\x08\x0b-\x1f\x7f-\x9f]"
_SPECIAL = re.compile(f"{_COLOUR}|{_OTHER}|{_CONTROL}")
_UNFINISHED = re.compile(
    r"\x1b(?:\[[0-?]{0,200}[ -/]{0,20}|[\]PX^_][^\x07\x1b]{0,4096}\x1b?|[ -/]{0,20})\Z",
)
_ATTRIBUTES = {1: "b", 2: "d", 3: "i", 4: "u", 9: "s"}
_ENDED = {22: "bd", 23: "i", 24: "u", 29: "s"}
_CUBE = (0, 95, 135, 175, 215, 255)


class Form(Protocol):
    """One way to write the output."""

    def feed(self, text: str) -> str:
        """Return a part of the output in this form."""

    def end(self) -> str:
        """Return what is still to be said."""


class _Parts:
    """Holds a sequence back that is cut in two by the end of a part."""

    def __init__(self) -> None:
        self._rest = ""

    def whole(self, text: str) -> str:
        """Return the text without a sequence that is not complete yet."""
        text = self._rest + text
        self._rest = ""
        if "\x1b" in text[-LONGEST - 2 :]:
            cut = _UNFINISHED.search(text, max(0, len(text) - LONGEST - 3))
            if cut is not None:
                text, self._rest = text[: cut.start()], text[cut.start() :]
        return text


class Plain(_Parts):
    """Without any sequence."""

    def feed(self, text: str) -> str:
        """Return the text alone."""
        return _SPECIAL.sub("", self.whole(text))

    def end(self) -> str:
        """Return nothing: what is not complete means nothing."""
        return ""


class Coloured(_Parts):
    """With the sequences of colours, and no others."""

    def feed(self, text: str) -> str:
        """Return the text and its colours."""
        return colours_only(self.whole(text))

    def end(self) -> str:
        """Leave the terminal as it was."""
        return ""


class Html(_Parts):
    """As HTML, in which nothing of the text means anything but itself. ``STYLE`` gives the classes their looks."""

    def __init__(self) -> None:
        super().__init__()
        self._attributes: set[str] = set()
        self._colours = {"f": "", "g": ""}
        self._span = ""

    def feed(self, text: str) -> str:
        """Return the text as HTML."""
        text, parts, place = self.whole(text), [], 0
        for match in _SPECIAL.finditer(text):
            parts.append(html.escape(text[place : match.start()], quote=False))
            place = match.end()
            if match["codes"] is not None:
                parts.append(self._change(match["codes"]))
        parts.append(html.escape(text[place:], quote=False))
        return "".join(parts)

    def end(self) -> str:
        """Close what is open."""
        return "</span>" if self._span else ""

    def _change(self, codes: str) -> str:
        self._apply([int(code or 0) for code in re.split("[;:]", codes)])
        classes = " ".join([*sorted(self._attributes), *(one for one in self._colours.values() if one[:1] in "fg")])
        style = ";".join(one for one in self._colours.values() if one[:1] not in "fg")
        span = f'<span class="{classes.strip()}" style="{style}">' if classes.strip() or style else ""
        span = span.replace(' class=""', "").replace(' style=""', "")
        if span == self._span:
            return ""
        before, self._span = self._span, span
        return ("</span>" if before else "") + span

    def _apply(self, codes: list[int]) -> None:
        while codes:
            code = codes.pop(0)
            if code == 0:
                self._attributes.clear()
                self._colours = {"f": "", "g": ""}
            elif code in _ATTRIBUTES:
                self._attributes.add(_ATTRIBUTES[code])
            elif code in _ENDED:
                self._attributes -= set(_ENDED[code])
            elif code in (38, 48):
                self._colours["f" if code == 38 else "g"] = _extended("color" if code == 38 else "background", codes)
            elif code in (39, 49):
                self._colours["f" if code == 39 else "g"] = ""
            else:
                self._basic(code)

    def _basic(self, code: int) -> None:
        for first, bright, where in ((30, 90, "f"), (40, 100, "g")):
            if first <= code < first + 8:
                self._colours[where] = f"{where}{code - first}"
            elif bright <= code < bright + 8:
                self._colours[where] = f"{where}{code - bright + 8}"


_PALETTE = (
    *("#222", "#b42318", "#2e7d32", "#946200", "#1f5fbf", "#8e24aa", "#00748a", "#777"),
    *("#555", "#d93025", "#1b8a3a", "#b27700", "#3b7de0", "#b04cc8", "#0097a7", "#aaa"),
)
STYLE = (
    "body{margin:1em;background:#fff;color:#222}pre{white-space:pre-wrap;overflow-wrap:anywhere}"
    ".b{font-weight:bold}.d{opacity:.7}.i{font-style:italic}.u{text-decoration:underline}.s{text-decoration:line-through}"
    + "".join(f".f{number}{{color:{one}}}.g{number}{{background:{one}}}" for number, one in enumerate(_PALETTE))
)


def colours_only(text: str) -> str:
    """Return a text whose only sequences are colours."""
    return _SPECIAL.sub(lambda match: match[0] if match["codes"] is not None else "", text)


def _extended(name: str, codes: list[int]) -> str:
    """Take one of 256 colours, or red, green and blue, off the codes, and return it as CSS."""
    kind = codes.pop(0) if codes else 0
    if kind == 5 and codes:
        red, green, blue = _of_256(codes.pop(0) % 256)
    elif kind == 2 and len(codes) >= 3:
        red, green, blue = (codes.pop(0) % 256 for _ in range(3))
    else:
        return ""
    return f"{name}:#{red:02x}{green:02x}{blue:02x}"


def _of_256(number: int) -> tuple[int, int, int]:
    if number >= 232:
        return (8 + 10 * (number - 232),) * 3
    if number < 16:
        level = 255 if number > 7 else 170
        return level * (number & 1), level * (number >> 1 & 1), level * (number >> 2 & 1)
    number -= 16
    return _CUBE[number // 36], _CUBE[number // 6 % 6], _CUBE[number % 6]
