"""Text in, tokens out: plain text, Unicode mathematics and LaTeX become one alphabet, each token with its place.

One idea: a run of letters stays one token. Whether `qz` is one name or a product is decided later, where it is known
what has been declared.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from ..errors import LimitError, ParseError, TextSpan, did_you_mean
from . import alphabet, limits
from .functions import FUNCTIONS, function_named


class Kind(Enum):
    """What a token is."""

    NUMBER = auto()
    LETTERS = auto()  # a run of letters as typed: one name or several
    NAME = auto()  # one name for certain: a command, a Greek letter, \text{..}
    PROSE = auto()  # words of explanation: if, else, where
    SIGN = auto()
    SUBSCRIPT = auto()  # a run of Unicode subscripts
    SUPERSCRIPT = auto()
    ACCENT = auto()  # a command before its letter
    MARK = auto()  # a combining accent after its letter
    COMMAND = auto()  # frac, sqrt
    BEGIN = auto()
    FINISH = auto()
    BREAK = auto()  # a new line, `;`, `\\` or wide space: perhaps the end of a statement
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text in the inner alphabet. `spaced`: after white space. `side`: an opening or closing bar."""

    kind: Kind
    text: str
    start: int
    stop: int
    spaced: bool = False
    side: str = ""

    def is_sign(self, *signs: str) -> bool:
        """Whether it is one of these signs."""
        return self.kind is Kind.SIGN and self.text in signs


_NUMBER = re.compile(r"(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?")
_SPACE = re.compile(r"[ \t\r\f\v\u00a0\u2000-\u200b\u202f\u3000]+")
_LETTERS = re.compile(r"[A-Za-z]+[0-9]*")
_COMMAND = re.compile(r"\\(?:([A-Za-z]+)\*?|(.))", re.DOTALL)
_ENVIRONMENT = re.compile(r"\s*\{\s*([A-Za-z]+\*?)\s*\}")
_LETTER_ARGUMENT = re.compile(r"\s*(?:\{\s*([A-Z1])\s*\}|([A-Z1])(?![A-Za-z]))")
_SKIP_AFTER_BREAK = re.compile(r"\s*\[\s*-?[\d.]+\s*[a-z]{2}\s*\]")
_COLUMNS = re.compile(r"\s*\{[lcr|@{}\s]*\}")
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9]*\Z")
_BETWEEN_WORDS = re.compile(r"\\[,;: _]|[\s_]+")
# Names of functions with a digit or an underscore inside, which would otherwise be taken apart; `where` before (.
_FUNCTION = re.compile(
    "(?:" + "|".join(sorted((name for name in FUNCTIONS if not name.isalpha()), reverse=True)) + r")(?![A-Za-z0-9_])"
    r"|where(?=\()"
)
_OPEN, _CLOSE = {"(", "[", "{", "\\{"}, {")", "]", "}", "\\}"}


@dataclass(slots=True)
class _Scanner:
    """The text and how far it has been read."""

    text: str
    latex: bool
    place: int = 0
    spaced: bool = False
    side: str = ""

    def token(self, kind: Kind, text: str, stop: int) -> Token:
        made = Token(kind, text, self.place, stop, self.spaced, self.side)
        self.place, self.spaced, self.side = stop, False, ""
        return made

    def skip(self, stop: int) -> None:
        self.place, self.spaced = stop, True

    def span(self, stop: int | None = None) -> TextSpan:
        return TextSpan(self.text, self.place, stop or self.place + 1)


def tokenise(text: str, latex: bool) -> list[Token]:
    """All tokens of the text, the last one END. Raises LimitError and ParseError with the place."""
    limits.refuse_longer(text, limits.INPUT, "a formula")
    scanner = _Scanner(text, latex)
    tokens = list(_scan(scanner))
    tokens.append(scanner.token(Kind.END, "", len(text)))
    _refuse_deep(text, tokens)
    return tokens


def _scan(scanner: _Scanner) -> Iterator[Token]:
    while scanner.place < len(scanner.text):
        letter = scanner.text[scanner.place]
        read = _READERS.get(letter) or _reader_for(letter)
        token = read(scanner)
        if token is not None:
            yield token


def _refuse_deep(text: str, tokens: list[Token]) -> None:
    depth = 0
    for token in tokens:
        if token.kind is Kind.SIGN:
            depth += (token.text in _OPEN) - (token.text in _CLOSE)
            if depth > limits.BRACKETS:
                raise limits.too_deep(TextSpan(text, token.start, token.stop), limits.BRACKETS, "brackets")


# One reader for each kind of character ------------------------------------------
def _reader_for(letter: str) -> Callable[[_Scanner], Token | None]:
    if letter.isdecimal() and letter.isascii():
        return _read_number
    if letter.isascii() and letter.isalpha():
        return _read_letters
    if letter in alphabet.SUBSCRIPTS or letter in alphabet.SUPERSCRIPTS:
        return _read_script
    return _read_character


def _read_space(scanner: _Scanner) -> None:
    found = _SPACE.match(scanner.text, scanner.place)
    scanner.skip(found.end() if found else scanner.place + 1)


def _read_number(scanner: _Scanner) -> Token:
    found = _NUMBER.match(scanner.text, scanner.place)
    if found is None:
        return scanner.token(Kind.SIGN, ".", scanner.place + 1)
    if found.group().count("e") + found.group().count("E") and scanner.latex:
        found = re.compile(r"[\d.]+").match(scanner.text, scanner.place) or found  # in LaTeX 2e3 would be set as 2 e 3
    if len(found.group()) > 400 or float(found.group()) == float("inf"):
        raise LimitError(given=f"the number {found.group()[:20]}...", where=scanner.span(found.end()),
                         expected="a number below 1.8e308 with at most 400 digits")  # fmt: skip
    return scanner.token(Kind.NUMBER, found.group(), found.end())


def _read_point(scanner: _Scanner) -> Token:
    if scanner.text.startswith("...", scanner.place):
        return scanner.token(Kind.SIGN, "…", scanner.place + 3)
    before = scanner.text[scanner.place - 1 : scanner.place]
    if before.isalnum() or before in ")]}":
        return scanner.token(Kind.SIGN, ".", scanner.place + 1)
    return _read_number(scanner)


def _read_letters(scanner: _Scanner) -> Token:
    found = _LETTERS.match(scanner.text, scanner.place)
    stop = found.end() if found else scanner.place + 1
    if scanner.text[stop : stop + 1] in alphabet.MARK_ACCENTS and stop - scanner.place > 1:
        stop -= 1  # the accent belongs to the last letter alone
    if function := _FUNCTION.match(scanner.text, scanner.place):
        return scanner.token(Kind.LETTERS, function.group(), function.end())
    word = scanner.text[scanner.place : stop]
    if word in alphabet.PROSE and not _is_script(scanner, stop):
        return scanner.token(Kind.PROSE, word, stop)
    return scanner.token(Kind.NAME if word in alphabet.GREEK else Kind.LETTERS, word, stop)


def _is_script(scanner: _Scanner, stop: int) -> bool:
    """Whether letters stand below or above a name in LaTeX: `v_{if}` has two indices and no condition."""
    before = scanner.text[max(0, scanner.place - 2) : scanner.place]
    braced = before[-1:] == "{" and scanner.text[stop : stop + 1] == "}" and before[:1] in ("_", "^")
    return scanner.latex and (before[-1:] in ("_", "^") or braced)


def _read_script(scanner: _Scanner) -> Token:
    raised = scanner.text[scanner.place] in alphabet.SUPERSCRIPTS
    table = alphabet.SUPERSCRIPTS if raised else alphabet.SUBSCRIPTS
    stop = scanner.place
    while scanner.text[stop : stop + 1] in table and stop < len(scanner.text):
        stop += 1
    written = "".join(table[letter] for letter in scanner.text[scanner.place : stop])
    return scanner.token(Kind.SUPERSCRIPT if raised else Kind.SUBSCRIPT, written, stop)


def _read_newline(scanner: _Scanner) -> Token:
    blank = re.compile(r"\s+").match(scanner.text, scanner.place)
    stop = blank.end() if blank else scanner.place + 1
    hard = not scanner.latex or scanner.text.count("\n", scanner.place, stop) > 1
    return scanner.token(Kind.BREAK, "newline" if hard else "soft", stop)


def _read_semicolon(scanner: _Scanner) -> Token:
    return scanner.token(Kind.BREAK, ";", scanner.place + 1)


def _read_dollar(scanner: _Scanner) -> Token:
    return scanner.token(Kind.BREAK, "$", scanner.place + 1)


def _read_comment(scanner: _Scanner) -> Token | None:
    if not scanner.latex:
        return _read_character(scanner)
    stop = scanner.text.find("\n", scanner.place)
    scanner.skip(len(scanner.text) if stop < 0 else stop)
    return None


def _read_tilde(scanner: _Scanner) -> Token | None:
    if scanner.latex:
        scanner.skip(scanner.place + 1)
        return None
    return scanner.token(Kind.SIGN, "∼", scanner.place + 1)


def _read_character(scanner: _Scanner) -> Token | None:
    """A sign, a Greek letter, or a letter with an accent."""
    text, place = scanner.text, scanner.place
    for sign in alphabet.PLAIN_SIGNS:
        if text.startswith(sign, place):
            return scanner.token(Kind.SIGN, alphabet.PLAIN_SIGN_MEANING.get(sign, sign), place + len(sign))
    letter = text[place]
    if letter in "+-*/^_=<>()[]{}|,&'@!:?" or letter in alphabet.SINGLE_SIGNS:
        return scanner.token(Kind.SIGN, alphabet.SINGLE_SIGNS.get(letter, letter), place + 1)
    if letter in alphabet.SINGLE_NAMES:
        return scanner.token(Kind.NAME, alphabet.SINGLE_NAMES[letter], place + 1)
    if letter in "∴∵":
        scanner.skip(place + 1)
        return None
    return _read_letter_of_another_alphabet(scanner, letter)


def _read_letter_of_another_alphabet(scanner: _Scanner, letter: str) -> Token:
    place = scanner.place
    if letter in alphabet.MARK_ACCENTS:
        return scanner.token(Kind.MARK, alphabet.MARK_ACCENTS[letter], place + 1)
    if letter in alphabet.LETTER_LATEX:
        return scanner.token(Kind.NAME, letter, place + 1)
    parts = unicodedata.normalize("NFD", letter)
    if len(parts) == 2 and parts[1] in alphabet.MARK_ACCENTS and parts[0].isascii():
        return scanner.token(Kind.LETTERS, letter, place + 1)  # the grammar takes the accent off
    plain = unicodedata.normalize("NFKC", letter)
    if len(plain) == 1 and plain.isalpha():
        return scanner.token(Kind.NAME, alphabet.GREEK_LETTERS.get(plain, plain), place + 1)
    raise ParseError(
        given=f"the character {letter!r}" if letter.isprintable() else f"the character U+{ord(letter):04X}",
        where=scanner.span(),
        expected="letters, numbers, operators and brackets",
        remedy="delete it",
    )


# Commands ------------------------------------------
def _read_command(scanner: _Scanner) -> Token | None:
    found = _COMMAND.match(scanner.text, scanner.place)
    if found is None:
        raise ParseError(given="a backslash at the end", where=scanner.span(), expected="a command such as \\sigma")
    name, stop = found.group(1) or found.group(2), found.end()
    if name in ("left", "right", "middle"):
        return _read_side(scanner, name, stop)
    for table, kind in _TABLES:
        if name in table:
            side = "open" if name in alphabet.OPENING else "close" if name in alphabet.CLOSING else scanner.side
            scanner.side = side
            extra = _SKIP_AFTER_BREAK.match(scanner.text, stop) if name == "\\" else None
            return scanner.token(kind, table[name], extra.end() if extra else stop)
    if name in ("(", ")", "[", "]"):
        return scanner.token(Kind.BREAK, "$", stop)
    return _read_command_with_argument(scanner, name, stop)


def _read_side(scanner: _Scanner, name: str, stop: int) -> Token | None:
    """`\\left(`: the bracket is what counts; `\\right.` closes nothing that can be seen."""
    start, spaced = scanner.place, scanner.spaced
    after = _SPACE.match(scanner.text, stop)
    scanner.place = after.end() if after else stop
    scanner.side = "open" if name == "left" else "close"
    if scanner.text.startswith(".", scanner.place):
        return Token(Kind.SIGN, "null", start, scanner.place + 1, spaced, _take_side(scanner, scanner.place + 1))
    scanner.spaced = spaced
    return None


def _take_side(scanner: _Scanner, stop: int) -> str:
    side = scanner.side
    scanner.place, scanner.side = stop, ""
    return side


def _read_command_with_argument(scanner: _Scanner, name: str, stop: int) -> Token | None:
    if name in alphabet.LETTER_COMMANDS:
        argument = _LETTER_ARGUMENT.match(scanner.text, stop)
        letter = (argument.group(1) or argument.group(2)) if argument else ""
        if argument and letter in alphabet.LETTER_COMMANDS[name]:
            return scanner.token(Kind.NAME, alphabet.LETTER_COMMANDS[name][letter], argument.end())
    if name in alphabet.DROPPED or name in alphabet.LETTER_COMMANDS:
        scanner.skip(stop)
        return None
    if name in alphabet.DROPPED_WITH_ARGUMENT:
        scanner.skip(_argument(scanner, stop)[1])
        return None
    if name in alphabet.TEXTS:
        return _read_text(scanner, stop)
    if name in ("begin", "end"):
        return _read_environment(scanner, name, stop)
    raise ParseError(
        given=f"the unknown command \\{name}",
        where=scanner.span(stop),
        expected="a command that means something here, such as \\frac, \\sigma or \\sum",
        remedy=did_you_mean(name, _known_commands()) or "write it in another way, or take it out",
    )


def _known_commands() -> list[str]:
    return [name for table, _ in _TABLES for name in table] + sorted(alphabet.TEXTS)


def _argument(scanner: _Scanner, stop: int) -> tuple[str, int]:
    """The text of a braced argument after `stop`, and where it ends; nothing when there is none."""
    space = _SPACE.match(scanner.text, stop)
    start = space.end() if space else stop
    if not scanner.text.startswith("{", start):
        return "", stop
    depth = 0
    for place in range(start, min(len(scanner.text), start + limits.STATEMENT)):
        depth += (scanner.text[place] == "{") - (scanner.text[place] == "}")
        if depth == 0:
            return scanner.text[start + 1 : place], place + 1
    raise ParseError(given="an opening brace", where=TextSpan(scanner.text, start, start + 1),
                     expected="a closing brace } after it", remedy="add the brace")  # fmt: skip


def _read_text(scanner: _Scanner, stop: int) -> Token:
    content, end = _argument(scanner, stop)
    word = content.strip()
    if function := function_named(_BETWEEN_WORDS.sub("_", word)):
        return scanner.token(Kind.NAME, function, end)
    if _IDENTIFIER.match(word) and word not in alphabet.PROSE:
        return scanner.token(Kind.NAME, word, end)
    if word in alphabet.GREEK_LETTERS:
        return scanner.token(Kind.NAME, alphabet.GREEK_LETTERS[word], end)
    return scanner.token(Kind.PROSE, word, end)


def _read_environment(scanner: _Scanner, name: str, stop: int) -> Token | None:
    found = _ENVIRONMENT.match(scanner.text, stop)
    kind = found.group(1) if found else ""
    if found is None or kind not in _ENVIRONMENTS:
        raise ParseError(
            given=f"\\{name}{{{kind}}}",
            where=scanner.span(stop),
            expected="an environment of equations, a matrix or cases",
            remedy=did_you_mean(kind, _ENVIRONMENTS) or "use bmatrix, cases or aligned",
        )
    end = found.end()
    if kind in alphabet.TRANSPARENT:
        return scanner.token(Kind.BREAK, "$", end)
    columns = _COLUMNS.match(scanner.text, end) if kind == "array" and name == "begin" else None
    return scanner.token(Kind.BEGIN if name == "begin" else Kind.FINISH, kind, columns.end() if columns else end)


_ENVIRONMENTS = alphabet.TRANSPARENT | alphabet.MATRICES | alphabet.CASES
_TABLES: tuple[tuple[dict[str, str], Kind], ...] = (
    (alphabet.NAMES, Kind.NAME),
    (alphabet.SIGNS, Kind.SIGN),
    (alphabet.BIG, Kind.SIGN),
    (alphabet.ACCENTS, Kind.ACCENT),
    (dict.fromkeys(sorted(alphabet.FRACTIONS), "frac") | {"sqrt": "sqrt", "underbrace": "brace", "overbrace": "brace"},
     Kind.COMMAND),
    (alphabet.BREAKS, Kind.BREAK),
)  # fmt: skip
_READERS: Mapping[str, Callable[[_Scanner], Token | None]] = {
    "\\": _read_command,
    "\n": _read_newline,
    ";": _read_semicolon,
    "$": _read_dollar,
    "%": _read_comment,
    "~": _read_tilde,
    ".": _read_point,
} | dict.fromkeys(" \t\r\f\v\u00a0\u200b\u2009\u202f\u3000", _read_space)
