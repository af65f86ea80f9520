"""A sentence in, one line of text in which phrases are looked for out, with the tokens that each stretch stands for.

One idea: tokens are written with one space between them, so a pattern sees neither hyphens, dollars nor line ends; a
pattern never repeats what repeats, so it is linear on any text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .phrases import Named, name_at
from .sentences import Sentence
from .tokens import Kind, Token

_LONGEST = 3_000  # characters of a sentence that are looked at
_LONGEST_WORD = 80
DISPLAY = "▮"


@dataclass(slots=True)
class Line:
    """A sentence as one line; `starts` are the places of its tokens in it."""

    text: str
    starts: list[int]
    tokens: Sequence[Token]

    def token_at(self, place: int) -> int:
        """The number of the token that stands at a place of the line."""
        return max(0, min(len(self.tokens) - 1, bisect_right(self.starts, place) - 1))

    def said(self, match: re.Match[str]) -> Sequence[Token]:
        """The tokens of a match."""
        first = self.token_at(match.start() + 1)
        last = self.token_at(max(match.start() + 1, match.end() - 2))
        return self.tokens[first : last + 1]

    def name(self, match: re.Match[str], group: int | str, assigned: frozenset[str] = frozenset()) -> Named | None:
        """The name that a group of a match stands for."""
        if match.start(group) < 0:
            return None
        return name_at(self.tokens, self.token_at(match.start(group)), assigned)


def line_of(sentence: Sentence) -> Line:
    """The line of a sentence.

    >>> from .tokens import prose_tokens
    >>> line_of(Sentence(prose_tokens("Rows are one-hot (N, D)", 0), 1, 1)).text
    ' rows are one hot ( n , d ) '
    """
    text, starts, length = [" "], [], 1
    for token in sentence.tokens:
        shown = _shown(token)
        starts.append(length)
        text.append(shown + " ")
        length += len(shown) + 1
        if length > _LONGEST:
            break
    return Line("".join(text), starts, sentence.tokens[: len(starts)])


def _shown(token: Token) -> str:
    if token.kind is Kind.DISPLAY:
        return DISPLAY
    if token.kind is Kind.DERIVATIVE:
        return f"∂{''.join(token.text.split())}/∂{''.join(token.under.split())}"
    return "".join(token.text[:_LONGEST_WORD].split()) or "_"


def matches(pattern: re.Pattern[str], line: Line) -> Iterator[re.Match[str]]:
    """The matches of a pattern that are not denied right before or within."""
    for match in pattern.finditer(line.text):
        around = line.text[max(0, match.start() - 16) : match.end()]
        if not _DENIED.search(around):
            yield match


_DENIED = re.compile(
    r" (?:not|never|no|isn't|aren't|without|non|neither|nor|cannot|instead|unlike|nicht|pas|don't|than) "
)
