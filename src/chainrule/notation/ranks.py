"""A program and the ranks that are known in, the rank of every name out: number, vector or matrix.

One idea: a name is a number unless something says otherwise. A transpose, a norm, an index, a softmax, a declared shape
say so, and from there it spreads: in `u^T f(W x + b)` the u is a vector, so f(..) is one, so x is one and W a matrix.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from . import alphabet
from .functions import ALONG, CONVOLUTIONS, OF_MATRICES
from .meaning import (
    Call,
    Choice,
    Comparison,
    Entry,
    Index,
    Literal,
    Meaning,
    Member,
    Norm,
    Over,
    Own,
    Picked,
    Power,
    Product,
    Program,
    Rows,
    Slope,
    Tabulated,
    Total,
    Transposed,
    Unit,
    Unspecified,
    Variable,
    everything,
)  # fmt: skip
from .symbols import Symbol

REDUCTIONS = frozenset({
    "sum", "mean", "prod", "norm", "squared_norm", "var", "std", "logsumexp", "dot", "cross_entropy", "squared_error",
})  # fmt: skip
_MOST_ROUNDS = 12
_RELATIVES = frozenset({"theta", "mu", "delta"})  # Greek letters that are often arrays


def infer_ranks(program: Program, known: Mapping[str, int]) -> dict[str, int]:
    """The rank of every name of the program; those of which nothing is said are numbers."""
    found = _Ranks(dict(known))
    _spread(program, found)
    for name, count in found.entries.items():
        found.of.setdefault(name, count)  # nothing else was said: as many axes as indices
    _spread(program, found)
    for name in _small_letters(program):
        found.of.setdefault(name, 0)  # what is beside a number can now be told: the I in I - c u u^T
    _spread(program, found)
    return found.of


def _small_letters(program: Program) -> list[str]:
    trees = [each for definition in program.definitions for each in everything(definition.body)]
    return [each.symbol.text for each in trees if isinstance(each, Variable) and not is_capital(each)]


def _spread(program: Program, found: _Ranks) -> None:
    for _ in range(_MOST_ROUNDS):
        before = dict(found.of)
        found.visited.clear()
        for definition in program.definitions:
            name = definition.symbol.text
            rank = found.visit(definition.body, found.of.get(name))
            if rank is not None:
                found.of.setdefault(name, rank)
        if found.of == before:
            break


@dataclass(slots=True)
class _Ranks:
    """What is known so far."""

    of: dict[str, int]
    entries: dict[str, int] = field(default_factory=dict)  # how many indices stand below a name
    visited: dict[tuple[int, int | None], int | None] = field(default_factory=dict)

    def visit(self, node: Meaning, want: int | None) -> int | None:
        """The rank of a node, None while unknown. `want` is what its surroundings ask for.

        Each node is looked at once a round for each `want`: looking twice on every level would double with the depth.
        """
        if isinstance(node, Variable):
            return self._variable(node.symbol, want)
        if isinstance(node, Unit):
            return 2 if node.square else 1
        key = (id(node), want)
        if key not in self.visited:
            self.visited[key] = self._visit(node, want)
        return self.visited[key]

    def _visit(self, node: Meaning, want: int | None) -> int | None:
        match node:
            case Literal() | Index() | Member():
                return 0
            case Total(pairs):
                return self._alike([each for _, each in pairs], want)
            case Product():
                return self._product(node, want)
            case Power(base, exponent):
                self.visit(exponent, None)
                rank = self.visit(base, want)
                return 0 if rank == 2 and isinstance(base, Call) and base.function == "bars" else rank
            case Unspecified(_, _, body) | Slope(_, _, body) | Own(_, (body, *_)):
                return self.visit(body, want)
            case Transposed(body):
                return self.visit(body, _guess(body, want))
            case Norm(body, _, matrix):
                self.visit(body, 2 if matrix else _guess(body, 1))
                return 0
            case Call():
                return self._call(node, want)
            case Entry():
                return self._entry(node, want)
            case _:
                return self._container(node, want)

    def _container(self, node: Meaning, want: int | None) -> int | None:
        match node:
            case Over(body=body):
                return self.visit(body, None)
            case Tabulated(indices, body):
                rank = self.visit(body, None)
                return len(indices) + (rank or 0)
            case Choice(branches):
                for _, condition in branches:
                    if condition is not None:
                        self.visit(condition, want)
                return self._alike([value for value, _ in branches], want)
            case Comparison(_, left, right):
                return self._alike([left, right], want)
            case Rows(rows, shaped):
                for row in rows:
                    for cell in row:
                        self.visit(cell, None)
                return 2 if shaped == "matrix" else 1
            case Picked(body, keys):
                taken = [key for key in keys if key is not None and key is not Ellipsis]
                rank = self.visit(body, len(taken) or None)
                gone = sum(isinstance(key, int) for key in keys)
                return None if rank is None else max(0, rank - gone + keys.count(None))
            case _:
                return None

    def _variable(self, symbol: Symbol, want: int | None) -> int | None:
        rank = self.of.get(symbol.text)
        if rank is None and want:
            self.of[symbol.text] = rank = want
        return rank

    def _alike(self, nodes: list[Meaning], want: int | None) -> int | None:
        """Terms are of one rank, numbers and Greek letters aside."""
        ranks = [self.visit(each, None) for each in nodes]
        highest = max([rank for rank in (*ranks, want) if rank is not None], default=None)
        if highest:
            for each, rank in zip(nodes, ranks, strict=True):
                if rank is None and not is_coefficient(each):
                    found = self.visit(each, highest)
                    highest = max(highest, found or 0)  # X W + b with a vector b is a matrix
        if not highest and any(rank == 0 and _is_dot(each) for each, rank in zip(nodes, ranks, strict=True)):
            return 0  # what is added to a dot product is a number
        return None if not highest and None in ranks else highest

    def _entry(self, node: Entry, want: int | None) -> int | None:
        """An entry of a name whose rank is unknown says that it has an axis for each index, and for what is wanted."""
        count = len(node.indices)
        only = node.indices[0]
        if count == 1 and isinstance(only, Literal) and len(only.written) == 2 and is_capital(node.body):
            count = 2
        for index in node.indices:
            self.visit(index, None)
        if isinstance(node.body, Variable) and not want:
            name = node.body.symbol.text
            self.entries[name] = max(count, self.entries.get(name, 0))
        rank = self.visit(node.body, count + want if want else None if isinstance(node.body, Variable) else count)
        return None if rank is None else max(0, rank - len(node.indices))

    def _call(self, node: Call, want: int | None) -> int | None:
        name, arguments = node.function, node.arguments
        reduces = name in REDUCTIONS or (name in ("max", "min") and len(arguments) == 1)
        if reduces:
            for each in arguments:
                self.visit(each, _guess(each, 1))
            return 0 if not node.options else self._reduced(node)
        if name in ALONG:
            return self.visit(arguments[0], want or (2 if name == "batch_norm" else 1))
        if name == "matmul":
            one, other = (self.visit(each, _guess(each, 1)) for each in arguments[:2])
            return one + other - 2 if one and other else None
        if name in ("diag", "outer"):
            rank = next(iter([self.visit(each, 1) for each in arguments]))
            return 2 if name == "outer" else 3 - rank if rank else None
        if name in CONVOLUTIONS:
            return max([self.visit(each, CONVOLUTIONS[name]) or 0 for each in arguments])
        if name in OF_MATRICES:
            return self._of_matrices(name, arguments, want)
        if name == "log" and isinstance(arguments[0], Call) and arguments[0].function == "bars":
            inside = self.visit(arguments[0], None)
            return want if inside is None else inside % 2  # of a matrix the determinant
        return self._alike(list(arguments), want)

    def _of_matrices(self, name: str, arguments: tuple[Meaning, ...], want: int | None) -> int | None:
        """Functions that take a matrix whole."""
        ranks = [self.visit(each, 2 if place == 0 or name == "kron" else None) for place, each in enumerate(arguments)]
        if name in ("trace", "det", "det_sign", "logdet", "slogdet"):
            return 0
        if name == "solve":
            return self.visit(arguments[-1], want or _guess(arguments[-1], 1))
        return {"vec": 1, "transpose": ranks[0], "kron": max(rank or 0 for rank in ranks)}.get(name, 2)

    def _reduced(self, node: Call) -> int | None:
        rank, options = self.visit(node.arguments[0], None), dict(node.options)
        if rank is None or options.get("axis") is None or options.get("keepdims"):
            return rank if options.get("keepdims") else None if rank is None else 0
        return max(0, rank - (len(axis) if isinstance(axis := options["axis"], tuple) else 1))

    # Products ------------------------------------------
    def _product(self, node: Product, want: int | None) -> int | None:
        parts = segments(node)
        ranks = [self._chain(part, None) for part in parts]
        if any(sign == "⊗" for sign, _ in node.factors):
            return self._tensor(parts, ranks)
        highest = max([rank for rank in (*ranks, want) if rank is not None], default=None)
        divided = {id(each) for sign, each in node.factors if sign == "/"}
        for part, rank in zip(parts, ranks, strict=True):
            below = id(part[0]) in divided and highest in ranks  # what an array is divided by is a number
            if highest and not (below and rank != highest):
                highest = max(highest, self._chain(part, highest) or 0)  # asked for a vector, X W is a matrix still
        return highest if all(rank is not None for rank in ranks) or highest else None

    def _tensor(self, parts: list[list[Meaning]], ranks: list[int | None]) -> int | None:
        """The factors of ⊗: capitals are matrices, small letters vectors."""
        for part, rank in zip(parts, ranks, strict=True):
            if rank is None:
                self._chain(part, 2 if is_capital(part[-1]) else 1)
        axes = [self._chain(part, None) or 0 for part in parts]
        return 2 if sum(map(bool, axes)) > 1 else max(axes)

    def _chain(self, factors: list[Meaning], want: int | None) -> int | None:
        """The rank of a matrix product, factor by factor; what is unknown may be settled by `want`."""
        ranks = [self.visit(each, None) for each in factors]
        if want or any(ranks):
            self._settle(factors, ranks, want)
            ranks = [self.visit(each, None) for each in factors]
        if any(rank is None for rank in ranks):
            return None
        return _rank_of_chain(factors, [rank or 0 for rank in ranks])

    def _settle(self, factors: list[Meaning], ranks: list[int | None], want: int | None) -> None:
        """Settle unknown factors: capitals are matrices, the last small letter is a vector, the rest are numbers."""
        open_places = [place for place, rank in enumerate(ranks) if rank is None and not is_coefficient(factors[place])]
        if not open_places:
            return
        for place in open_places:
            if is_capital(factors[place]) and (
                want == 2 or _has_array_beside(ranks, place) or place + 1 < len(factors)
            ):
                self.visit(factors[place], 2)
            elif isinstance(factors[place], Transposed) and _has_array_beside(ranks, place):
                self.visit(factors[place], 1)
        last = open_places[-1]
        if len(factors) > 1 and is_capital(factors[last]) and any(map(is_capital, factors[:last])):
            self.visit(factors[last], 2)
        settled = [self.visit(each, None) for each in factors]
        if settled[last] is None and last == len(factors) - 1:
            before = [rank for rank in settled[:last] if rank]
            turned = any(isinstance(each, Transposed) for each in factors[:last])
            if before or want == 1 or turned:
                self.visit(factors[last], 1)
        elif (
            settled[last] is None
            and want == 1
            and len(factors) > 1
            and all(
                rank == 0 and isinstance(factors[place], Variable)
                for place, rank in enumerate(settled)
                if place != last
            )
        ):  # u t, where t is known to be a number
            self.visit(factors[last], 1)


def _is_dot(node: Meaning) -> bool:
    """A product of a row and a column: its rank is known to be that of a number."""
    return isinstance(node, Product) and any(isinstance(each, Transposed) for _, each in node.factors)


def _has_array_beside(ranks: list[int | None], place: int) -> bool:
    return any(rank for rank in ranks[:place] + ranks[place + 1 :])


def segments(node: Product) -> list[list[Meaning]]:
    """The matrix products between the signs that work entry by entry."""
    parts: list[list[Meaning]] = [[]]
    for sign, each in node.factors:
        if sign in ("⊙", "∘", "/", "*", "⊗") and parts[-1]:
            parts.append([])
        parts[-1].append(each)
    return parts


def _rank_of_chain(factors: list[Meaning], ranks: list[int]) -> int:
    """Numbers scale; a row times a column is a number, a column times a row a matrix."""
    kept = [(rank, isinstance(each, Transposed)) for each, rank in zip(factors, ranks, strict=True) if rank]
    if not kept:
        return 0
    rank, row = kept[0][0], kept[0][1] and kept[0][0] == 1
    for other, turned in kept[1:]:
        if rank == 1 and other == 1:
            rank, row = (0, False) if row and not turned else (2, False) if turned and not row else (1, row)
        elif rank == 0:
            rank, row = other, turned and other == 1
        else:
            rank, row = (2, False) if rank == other == 2 else (1, rank == 1 and row)
    return rank


def _guess(node: Meaning, want: int | None) -> int | None:
    """What a name under a transpose or a norm is: a capital is a matrix."""
    if isinstance(node, Variable):
        return 2 if is_capital(node) else 1
    names = [each for each in everything(node) if isinstance(each, Variable)]
    return 2 if want == 1 and names and all(map(is_capital, names)) else want


def is_capital(node: Meaning) -> bool:
    body = node.body if isinstance(node, Transposed) else node.base if isinstance(node, Power) else node
    if not isinstance(body, Variable):
        return False
    base = body.symbol.base
    return (len(base) == 1 and base.isupper()) or (base in alphabet.GREEK and base[0].isupper())


def is_coefficient(node: Meaning) -> bool:
    """A number in front: what is written with a Greek letter, or with digits."""
    if isinstance(node, Variable):
        base = node.symbol.base
        return base in alphabet.GREEK and base not in _RELATIVES and not base[0].isupper()
    return isinstance(node, Literal)
