"""Conditions on letters as they are written: a term in, places such as x_{i+k} and deltas such as 1{k = i} out.

One idea: a condition that says what a summed letter is goes into the entry, where that says the same; the others stay
beside the entries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...ops.entries import delta
from .terms import Letter, Relation, Term

INTO = "ijmnpqrs"  # letters of the variables
OUT = "klabcdeh"  # letters of the output


class Sum:
    """What a letter was replaced with: a sum of letters and a number, written between brackets of an entry."""

    __slots__ = ("offset", "weights")

    def __init__(self, weights: Sequence[tuple[Letter, int]], offset: int) -> None:
        self.weights, self.offset = tuple(weights), offset

    def under(self, names: Mapping[Letter, str], base: int) -> str:
        """`i+k`, `j-k+1`. Inside, letters count from 0; where they are written as counted from 1 each stands for one
        more than its place."""
        ordered = sorted(self.weights, key=_positive_first)
        text = ""
        for letter, weight in ordered:
            sign = "-" if weight < 0 else "+" if text else ""
            text += f"{sign}{'' if abs(weight) == 1 else abs(weight)}{names[letter]}"
        constant = self.offset + base * (1 - sum(weight for _, weight in self.weights))
        if not text:
            return str(constant)
        return text + (f"{constant:+d}" if constant else "")


def _positive_first(pair: tuple[Letter, int]) -> bool:
    return pair[1] < 0


def picked(term: Term) -> tuple[Term, dict[Letter, Sum]]:
    """A summed letter that a condition fixes is replaced in the entries: sum_j x_j 1{j = i + k} is x_{i+k}."""
    written: dict[Letter, Sum] = {}
    relations = list(term.relations)
    for each in term.relations:
        plain = each.is_delta and each.letters[0].size == each.letters[1].size
        choices = [] if plain else [letter for letter in each.letters if _can_go(letter, each, term, written)]
        if not choices:
            continue
        gone = max(choices, key=_Sign(each))
        own = dict(each.weights)[gone]
        weights = [(letter, -weight * own) for letter, weight in each.weights if letter != gone]
        written[gone] = Sum(weights, -each.offset * own)
        relations.remove(each)
    return replace(term, relations=tuple(relations), sums=term.sums - written.keys()), written


def _can_go(letter: Letter, condition: Relation, term: Term, written: Mapping[Letter, Sum]) -> bool:
    """Whether a condition may be written as an index in place of a letter.

    The letter must be summed and in no other condition, and stand in an entry, which counts as 0 outside its array. The
    letters that replace it must run along an axis of some entry, or nobody could tell how far they run.
    """
    others = [each for each in condition.letters if each != letter]
    powers = [factor.power for factor in term.factors if letter in factor.at]
    return (
        letter in term.sums
        and abs(dict(condition.weights)[letter]) == 1
        and all(letter not in each.letters for each in term.relations if each is not condition)
        and min(powers, default=0) > 0
        and not any(each in written for each in others)
        and not any(letter in dict(each.weights) for each in written.values())
        and all(each not in term.sums or any(each in factor.at for factor in term.factors) for each in others)
    )


@dataclass(frozen=True, slots=True)
class _Sign:
    """How many letters stand with a plus when a condition is solved for a letter: i + k is read before k - i."""

    condition: Relation

    def __call__(self, letter: Letter) -> int:
        own = dict(self.condition.weights)[letter]
        return sum(weight * own < 0 for _, weight in self.condition.weights)


def output_first(letter: str) -> tuple[bool, str]:
    """1{k = i}: the letter of the output before that of the variable."""
    return letter in INTO, letter


def said(each: Relation, names: Mapping[Letter, str], base: int) -> Any:
    """A condition as a delta: 1{i = k}, or 1{j = i+k}."""
    if each.is_delta:
        return delta(*sorted((names[letter] for letter in each.letters), key=output_first))
    letter, weight = next(((letter, weight) for letter, weight in each.weights if abs(weight) == 1), each.weights[0])
    rest = [(other, -value * weight) for other, value in each.weights if other != letter]
    return delta(names[letter], Sum(rest, -each.offset * weight).under(names, base))
