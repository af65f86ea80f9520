"""A place in a sentence in, the statements out that what is said there is said for.

One idea: words govern the formulas that follow them in their sentence, else the formulas that follow the sentence,
else the formula right before them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .sentences import Page, Sentence
from .tokens import Kind, Token

_MOST = 60  # statements that one condition governs
_CLAIMS = frozenset(
    {"=", "≈", "\\approx", "\\equiv", ":=", "≡", "\\simeq", "+=", "-=", "<-", "\\leftarrow", "\\gets", "\\coloneqq"}
)
_NEW = frozenset({"for", "if", "when", "case", "otherwise", "else", "now"})


@dataclass(slots=True)
class Flow:
    """The sentences of a document in order."""

    page: Page
    sentences: Sequence[Sentence]
    displays: bool = False  # the sentences are formulas that stand by themselves

    def holding(self, token: Token) -> tuple[int, ...]:
        """The statement of a formula that stands by itself in which, or after which, a token stands."""
        number = self.page.first_from(token.piece, token.start + 1) - 1
        if number < 0 or self.page.numbers[id(self.page.statements[number].piece)] != token.piece:
            return ()
        return (number,)

    def claims_at(self, token: Token, whole: bool = True) -> list[int]:
        """The statements of the formula that a token is or begins, which claim an equality."""
        piece = token.piece
        first = self.page.first_from(piece, token.start if not whole else 0)
        last = self.page.first_from(piece + 1, 0)
        numbers = range(first, last) if token.kind is Kind.DISPLAY or whole else range(first, min(first + 1, last))
        return [number for number in numbers if self.claims(number)]

    def claims(self, number: int) -> bool:
        """Whether a statement claims an equality."""
        return any(link.sign in _CLAIMS for link in self.page.statements[number].links)

    def after(self, number: int, place: int) -> tuple[int, ...]:
        """The statements that follow a place in sentence `number`, and those that words at its end lead to."""
        sentence = self.sentences[number]
        found = list(self._within(sentence, place))
        if sentence.heading:
            return tuple(self._section(number))
        if not found or sentence.tokens[-1].text == ":":
            found += self._following(number)
        return tuple(dict.fromkeys(found))[:_MOST]

    def _within(self, sentence: Sentence, place: int) -> Iterator[int]:
        seen: set[int] = set()
        for at in range(place, len(sentence.tokens)):
            token = sentence.tokens[at]
            if token.kind is Kind.WORD and token.text in _NEW and seen and not token.maths:
                return
            if (token.kind is Kind.DISPLAY or token.maths) and token.piece not in seen:
                claimed = self.claims_at(token)
                if claimed:
                    seen.add(token.piece)
                yield from claimed

    def _following(self, number: int) -> Iterator[int]:
        """What stands in the formulas right after a sentence, until words come."""
        section = self.sentences[number].section
        for sentence in self.sentences[number + 1 : number + 1 + _MOST]:
            if sentence.section != section:
                return
            for token in sentence.tokens:
                if token.kind is not Kind.DISPLAY and not (token.maths and not sentence.table):
                    return
                yield from self.claims_at(token)

    def _section(self, number: int) -> Iterator[int]:
        section, count = self.sentences[number].section, 0
        tokens = self.sentences[number].tokens
        for statement in range(self.page.first_from(tokens[-1].piece, tokens[-1].stop), len(self.page.statements)):
            if self.page.statements[statement].piece.section != section or count >= _MOST:
                return
            if self.claims(statement):
                count += 1
                yield statement

    def governed(self, number: int, lead: int, stop: int) -> tuple[int, ...]:
        """What a clause from `lead` to `stop` governs: the formula right before it, unless it leads to what follows."""
        tokens = self.sentences[number].tokens
        before = self.before(number, lead)
        if not before or (stop < len(tokens) and tokens[stop].text == ":"):
            return self.after(number, stop)
        at = lead - 1
        while at > 0 and tokens[at].text in (",", "("):
            at -= 1
        displayed = at >= 0 and tokens[at].kind is Kind.DISPLAY
        if displayed and any(token.maths for token in tokens[stop:]) and tokens[lead].shown[:1].isupper():
            return self.after(number, stop)
        return before

    def before(self, number: int, place: int) -> tuple[int, ...]:
        """The statement of the formula that stands right before a place, brackets and commas passed over."""
        tokens = self.sentences[number].tokens
        at = place - 1
        while at >= 0 and tokens[at].text in (",", "(", "-") and tokens[at].kind is Kind.SIGN:
            at -= 1
        if at < 0:
            earlier = self.sentences[number - 1] if number else None
            same = earlier is not None and earlier.block == self.sentences[number].block
            if (
                earlier is None
                or not same
                or earlier.tokens[-1].kind is not Kind.DISPLAY
                or tokens[0].shown[:1].isupper()
            ):
                return ()
            return tuple(self.claims_at(earlier.tokens[-1])[-1:])
        if tokens[at].kind is Kind.DISPLAY or tokens[at].maths:
            return tuple(self.claims_at(tokens[at])[-1:])
        return ()
