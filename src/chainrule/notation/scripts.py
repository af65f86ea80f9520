"""Scripts, accents, fractions and roots: what hangs on an operand. A reader in, one surface node out.

One idea: LaTeX gives `^` and `_` one character or one brace; plain text gives them a whole word, number or bracket.
"""

from __future__ import annotations

import unicodedata

from . import alphabet
from .reader import Level, Reader, unclosed
from .surface import Additive, Fraction, Group, Name, Number, Root, Scripted, Surface
from .tokens import Kind, Token

_MOST_SCRIPTS = 40


def with_scripts(reader: Reader, body: Surface, raised: bool = True) -> Surface:
    """The operand with every `_`, `^`, prime and accent that follows it; `^` only if `raised`."""
    first = reader.previous
    subscript: Surface | None = None
    superscripts: list[Surface] = []
    primes = 0
    while True:
        token = reader.token
        if token.kind is Kind.MARK:
            reader.take()
            body = accented(body, token.text)
        elif subscript is None and (token.is_sign("_") or token.kind is Kind.SUBSCRIPT):
            subscript = script(reader)
        elif raised and (token.is_sign("^") or token.kind is Kind.SUPERSCRIPT):
            found = script(reader, deep=_is_e(body))
            primes += _count_primes(found)
            superscripts += [] if _count_primes(found) else [found]
        elif token.is_sign("'"):
            reader.take()
            primes += 1
        else:
            break
        if len(superscripts) + primes > _MOST_SCRIPTS:
            raise reader.error(token, f"at most {_MOST_SCRIPTS} primes and superscripts on one name")
    if subscript is None and not superscripts and not primes:
        return body
    span = reader.since(Token(first.kind, "", body.span.start, body.span.stop))
    return Scripted(body, subscript, tuple(superscripts), primes, span)


def _count_primes(script: Surface) -> int:
    return len(script.base) if isinstance(script, Name) and not script.base.strip("'") else 0


def _is_e(body: Surface) -> bool:
    return isinstance(body, Name) and body.base == "e" and not body.accents


def script(reader: Reader, *, deep: bool = False) -> Surface:
    """What follows `^` or `_`, or stands raised or lowered. `deep`: an exponent of e keeps its own subscript."""
    token = reader.take()
    if token.kind in (Kind.SUBSCRIPT, Kind.SUPERSCRIPT):
        return _from_run(reader, token)
    reader.enter()
    found = argument(reader) if reader.latex else _plain_script(reader, token.text == "^", deep)
    reader.depth -= 1
    return found


def _from_run(reader: Reader, token: Token) -> Surface:
    """The meaning of a run of Unicode scripts such as `¹²` or `ᵀ`."""
    span, written = reader.span(token), token.text
    if written.startswith("-") and written[1:].isdecimal():
        return Additive((("-", Number(written[1:], span)),), span)
    bare = written.strip("()")
    inner: Surface = Number(bare, span) if bare.isdecimal() else Name(bare or written, span)
    return Group("(", (inner,), span) if written.startswith("(") else inner


def argument(reader: Reader) -> Surface:
    """What LaTeX takes as an argument: a brace with all that is in it, a command, or one character."""
    if reader.token.is_sign("{"):
        return braced(reader)
    if reader.token.is_sign("⊤", "*", "'", "+"):
        token = reader.take()
        return Name(token.text, reader.span(token), whole=True)
    if reader.token.kind in (Kind.NUMBER, Kind.LETTERS):
        token = reader.take_first()
        span = reader.span(token)
        return Number(token.text, span) if token.kind is Kind.NUMBER else letters(token.text, reader, token)
    return reader.bare()


def braced(reader: Reader) -> Surface:
    """The content of a brace: one node, or a list when commas separate several."""
    opening = reader.take()
    reader.open.append(opening)
    items: list[Surface] = []
    while not reader.token.is_sign("}"):
        if reader.at(Kind.END):
            raise unclosed(reader, opening, "}")
        items.append(_sign_or_expression(reader))
        if not reader.take_sign(",") and not reader.token.is_sign("}"):
            at_end = reader.at(Kind.END)
            raise unclosed(reader, opening, "}") if at_end else reader.error(reader.token, "a closing }")
    reader.take()
    reader.open.pop()
    if not items:
        raise reader.error(opening, "something between the braces")
    return items[0] if len(items) == 1 else Group("{", tuple(items), reader.since(opening))


def _sign_or_expression(reader: Reader) -> Surface:
    """A script may be a bare sign: primes, a star."""
    first = reader.token
    if first.is_sign("'", "*", "+") and reader.following.is_sign("}", "'"):
        count = 0
        while reader.take_sign(first.text):
            count += 1
        return Name(first.text * count, reader.since(first), whole=True)
    if first.is_sign(":"):
        reader.take()
        return Name(":", reader.span(first), whole=True)
    if first.kind is Kind.PROSE:
        reader.take()
        return Name(first.text, reader.span(first), whole=True)
    return reader.expression()


def _plain_script(reader: Reader, raised: bool, deep: bool) -> Surface:
    token = reader.token
    if token.is_sign("{"):
        return braced(reader)
    if token.is_sign("⊤", "*"):
        reader.take()
        return Name(token.text, reader.span(token), whole=True)
    if token.is_sign("-", "+"):
        reader.take()
        body = _plain_script(reader, raised, deep)
        return Additive(((token.text, body),), reader.since(token))
    if raised and token.kind is Kind.LETTERS and token.text.startswith("T") and len(token.text) > 1:
        token = reader.take_first()  # x^TAx
        return Name("T", reader.span(token))
    found = _bare_operand(reader)
    if isinstance(found, Name) and found.base == "T":
        return found  # in x^T^2 the 2 is another superscript of x
    return with_scripts(reader, found) if raised and (deep or reader.token.is_sign("^")) else found


def _bare_operand(reader: Reader) -> Surface:
    token = reader.token
    if token.kind is Kind.NUMBER:
        reader.take()
        return Number(token.text, reader.span(token))
    if token.kind in (Kind.LETTERS, Kind.NAME):
        reader.take()
        return letters(token.text, reader, token)
    if token.is_sign("(", "["):
        return reader.bare()
    raise reader.error(token, "a number, a name or a bracket after ^ or _")


# Names and accents ------------------------------------------
def letters(written: str, reader: Reader, token: Token) -> Name:
    """A name; a letter with its accent in one character is taken apart."""
    parts = unicodedata.normalize("NFD", written)
    if len(parts) == 2 and parts[1] in alphabet.MARK_ACCENTS:
        return Name(parts[0], reader.span(token), (alphabet.MARK_ACCENTS[parts[1]],), whole=True)
    return Name(written, reader.span(token), whole=token.kind is Kind.NAME)


def accent(reader: Reader) -> Surface:
    """`\\hat y`, `\\hat{y}`, `\\bar{x}_1`."""
    token = reader.take()
    body = argument(reader)
    found = accented(body, token.text)
    if found is body and token.text != "vec":
        raise reader.error(token, f"a name under \\{token.text}", "put the accent on one letter")
    return found


def accented(body: Surface, mark: str) -> Surface:
    """The node with an accent on its name; the node itself when it has no name to carry one."""
    if mark == "vec":
        return body
    if isinstance(body, Name):
        return Name(body.base, body.span, (*body.accents, mark), body.whole)
    if isinstance(body, Scripted) and isinstance(body.body, Name):
        return Scripted(accented(body.body, mark), body.subscript, body.superscripts, body.primes, body.span)
    return body


# Fractions and roots ------------------------------------------
def command(reader: Reader) -> Surface:
    """`\\frac`, `\\sqrt`, `\\underbrace`."""
    token = reader.take()
    if token.text == "frac":
        above = argument(reader)
        below = argument(reader)
        return Fraction(above, below, reader.since(token))
    if token.text == "sqrt":
        degree = None
        if reader.token.is_sign("["):
            found = reader.bare()
            degree = found.items[0] if isinstance(found, Group) else found
        return Root(argument(reader), degree, reader.since(token))
    body = reader.bare()
    if reader.token.is_sign("_", "^"):  # the note under a brace says something about the formula, not in it
        reader.take()
        argument(reader)
    return body


def root_sign(reader: Reader) -> Surface:
    """`√x`."""
    token = reader.take()
    return Root(reader.expression(Level.PRODUCT), None, reader.since(token))
