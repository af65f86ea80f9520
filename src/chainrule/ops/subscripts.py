"""The letters of einsum: subscripts and factors as they are written in, a letter for every axis and nothing left to be
understood out."""

from __future__ import annotations

from typing import Any, NoReturn

from ..errors import ShapeError
from ..ir.library import reference
from .movement import LETTERS, reshape

MOST_FACTORS = 64  # as many as NumPy takes; half of them may be identities that take a diagonal


def from_lists(given: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    """Factors with lists of the numbers of their axes, in NumPy's other spelling, as subscripts and factors."""
    count = len(given) // 2
    spelled = ",".join("".join(_letter_of(each) for each in given[2 * place + 1]) for place in range(count))
    if len(given) % 2:
        spelled += "->" + "".join(_letter_of(each) for each in given[-1])
    return spelled, given[0 : 2 * count : 2]


def _letter_of(number: Any) -> str:
    if number is Ellipsis:
        return "..."
    if not 0 <= int(number) < 2 * len(LETTERS):
        _refuse(f"axis number {number}", f"numbers from 0 to {2 * len(LETTERS) - 1}")
    return (LETTERS.upper() + LETTERS)[int(number)]


def stretched_axes(terms: list[str], factors: tuple[Any, ...]) -> tuple[list[str], tuple[Any, ...]]:
    """Factors without the axes of size 1 whose letter is longer in another factor: they stretch to it."""
    sizes: dict[str, int] = {}
    for term, factor in zip(terms, factors, strict=True):
        if len(term) != factor.ndim:  # refused later, with both named
            return terms, factors
        for letter, size in zip(term, factor.shape, strict=True):
            sizes[letter] = max(size, sizes.get(letter, 1)) if size else 0
    kept_terms, kept = [], []
    for term, factor in zip(terms, factors, strict=True):
        places = [place for place, size in enumerate(factor.shape) if size != 1 or sizes[term[place]] == 1]
        kept_terms.append("".join(term[place] for place in places))
        shape = tuple(factor.shape[place] for place in places)
        kept.append(factor if shape == factor.shape else reshape(factor, shape))
    return kept_terms, tuple(kept)


def spell_out(subscripts: str, factors: tuple[Any, ...]) -> tuple[list[str], str]:
    """The subscripts of each factor and of the result, with nothing left to be understood: all letters, no dots."""
    if len(factors) > MOST_FACTORS // 2:
        _refuse(subscripts, f"at most {MOST_FACTORS // 2} factors")
    left, arrow, result = subscripts.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(factors):
        _refuse(subscripts, f"as many terms as factors: there are {len(terms)} and {len(factors)}")
    if not arrow:
        bare = left.replace(".", "").replace(",", "")
        result = "..." * ("..." in left) + "".join(sorted(letter for letter in bare if bare.count(letter) == 1))
    longest = max(_dotted_axes(term, factor) for term, factor in zip(terms, factors, strict=True))
    unused = [letter for letter in LETTERS + LETTERS.upper() if letter not in left + result][:longest]
    dots = "".join(unused)
    terms = [
        term.replace("...", dots[longest - _dotted_axes(term, factor) :])
        for term, factor in zip(terms, factors, strict=True)
    ]
    result = result.replace("...", dots)
    known = set("".join(terms))
    if not all(letter.isalpha() for letter in known) or len(set(result)) != len(result) or not set(result) <= known:
        _refuse(subscripts, "letters, each once in the result and each of those in a factor")
    return terms, result


def _dotted_axes(term: str, factor: Any) -> int:
    """How many axes the dots of a term stand for."""
    return max(0, int(factor.ndim) - len(term) + 3) if "..." in term else 0


def _refuse(subscripts: str, expected: str) -> NoReturn:
    raise ShapeError(given=f"subscripts '{subscripts}'", expected=expected, where="einsum",
                     remedy="write a letter for each axis: 'ij,jk->ik' is the matrix product")  # fmt: skip


def separate_repeats(terms: list[str], factors: tuple[Any, ...]) -> tuple[list[str], list[Any]]:
    """`ii` becomes `ij` times the identity `ij`, so that every adjoint is an einsum again."""
    free = iter(letter for letter in LETTERS + LETTERS.upper() if not any(letter in term for term in terms))
    identities, extra, separated = [], [], []
    for term, factor in zip(terms, factors, strict=True):
        letters = list(term)
        for place, letter in enumerate(term):
            if letter in term[:place]:
                letters[place] = next(free)
                extra.append(letter + letters[place])
                identities.append(reference().eye(factor.shape[place], dtype=factor.dtype))
        separated.append("".join(letters))
    return separated + extra, identities
