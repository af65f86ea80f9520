"""A model in, what the shape of its formulas shows of its names out: axes, targets, biases, the number of examples.

One idea: what no declaration says is often shown by a sign: a transpose, a row of ones, a logarithm beside a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from ..errors import ChainruleError, ParseError
from ..notation.meaning import (
    Call,
    Definition,
    Entry,
    Meaning,
    Norm,
    Product,
    Program,
    Total,
    Transposed,
    Unit,
    Variable,
    everything,
    mapped,
)  # fmt: skip
from ..notation.ranks import infer_ranks
from ..notation.surface import Surface
from ..notation.symbols import Symbol
from .atoms import MARK
from .completing import divided_by
from .model import Model, names_in


def ranks_from_claims(model: Model, sides: Iterable[tuple[Surface, tuple[str, ...]]]) -> dict[str, int]:
    """How many axes the inputs have, as the statements about them show: a transpose says that W is a matrix though
    its definition does not. A derivative of a number has the shape of what it is taken by."""
    definitions = list(model.forward)
    for place, (tree, free) in enumerate(sides):
        try:
            read = model.read(tree, free)
            for inner in [atom.of for atom in model.atoms.inside(read) if atom.of_name is None]:
                definitions.append(Definition(Symbol(f"{MARK}inner{len(definitions)}"), inner, inner.span))
            body = _as_variables(read, model)
        except ChainruleError:
            continue
        definitions.append(Definition(Symbol(f"{MARK}claim{place}"), body, body.span))
    if len(definitions) == len(model.forward):
        return {}
    known = {name: len(shape) for name, shape in model.shapes.items() if shape}
    found = infer_ranks(Program(tuple(definitions), definitions[-1].symbol, ()), known)
    shown = set(_shown_as_arrays(definitions))
    return {
        each.text: found.get(each.text, 0) for each in model.inputs if each.base[:1].isupper() or each.text in shown
    }


def matrices_from_claims(model: Model, pairs: Iterable[tuple[Surface, Surface]]) -> Iterator[str]:
    r"""Small letters that are matrices all the same: the gradient by w is a product `\delta x^T`, or that by x is
    `w^T \delta`, where x is a vector."""
    for left, right in pairs:
        try:
            atom = model.atoms.atom(model.read(left))
            factors = _last_product(model.read(right))
        except ChainruleError:
            continue
        if atom is None or len(atom.wrt) != 1 or atom.of_name not in _numbers(model) or len(factors) < 2:
            continue
        first, last = factors[0], factors[-1]
        vector = len(model.shapes.get(atom.wrt[0].text, ())) == 1
        if isinstance(last, Transposed) and isinstance(last.body, Variable) and not isinstance(first, Transposed):
            yield atom.wrt[0].text
        elif vector and isinstance(first, Transposed) and isinstance(first.body, Variable):
            yield first.body.symbol.text


def _last_product(node: Meaning) -> list[Meaning]:
    """The factors side by side in a product, up to a sign that works entry by entry."""
    if not isinstance(node, Product):
        return []
    factors: list[Meaning] = []
    for place, (sign, each) in enumerate(node.factors):
        if place and sign not in ("", "·", "×", "@"):
            break
        factors.append(each)
    return [inner for each in factors for inner in (_last_product(each) or [each])]


def _shown_as_arrays(definitions: Iterable[Definition]) -> Iterator[str]:
    """Names that are turned or have entries taken. That a small letter stands in a product with a vector shows nothing:
    one of the factors is one, but which?"""
    for definition in definitions:
        for each in everything(definition.body):
            match each:
                case Transposed(Variable(symbol)) | Entry(Variable(symbol)) | Norm(Variable(symbol)):
                    yield symbol.text
                case Call("diag", (Variable(symbol),)):
                    yield symbol.text


def _as_variables(node: Meaning, model: Model) -> Meaning:
    """The tree with what a derivative is taken by instead of the derivative: it has the same shape."""
    if isinstance(node, Variable):
        atom = model.atoms.atom(node)
        if atom is None and node.symbol.text in model.derived:
            atom = model.atoms.atom(model.derived[node.symbol.text])
        if atom is None:
            return node
        if len(atom.wrt) != 1 or atom.of_name is None or atom.of_name not in _numbers(model):
            raise ParseError(given="a derivative of an array", where=node.span, expected="one of a number")
        return Variable(atom.wrt[0], node.span)
    return mapped(node, lambda each: _as_variables(each, model))


def _numbers(model: Model) -> set[str]:
    """The names that are surely numbers: the losses."""
    return {each.text for each in (model.loss, model.open_loss) if each is not None}


def divisor(model: Model) -> Variable | None:
    """The number of examples that the loss is a mean over."""
    for definition in model.forward if model.loss is not None else ():
        if definition.symbol == model.loss:
            for each in everything(definition.body):
                for sign, factor in each.factors if isinstance(each, Product) else ():
                    for name in divided_by(sign, factor):
                        if name.symbol.text in model.sizes:
                            return name
    return None


def only_added(model: Model, name: str) -> bool:
    """Whether a name is only ever a term beside others, as a bias is."""
    uses = added = 0
    for definition in model.forward:
        for each in everything(definition.body):
            uses += isinstance(each, Variable) and each.symbol.text == name
            if isinstance(each, Total) and len(each.terms) > 1:
                added += sum(isinstance(term, Variable) and term.symbol.text == name for _, term in each.terms)
    return uses == added


def spread(model: Model) -> Iterator[str]:
    r"""Names that are vectors by the signs beside them: b in `b \mathbf 1^T`, or in `\gamma \odot x + \beta`."""
    for definition in model.forward:
        for each in everything(definition.body):
            if isinstance(each, Product):
                yield from (name for name, _ in _beside_signs(each))
            elif isinstance(each, Total) and any(
                isinstance(x, Product) and any(_beside_signs(x)) for _, x in each.terms
            ):
                small = (x.symbol.text for _, x in each.terms if isinstance(x, Variable))
                yield from (name for name in small if not name[:1].isupper())


def _beside_signs(node: Product) -> Iterator[tuple[str, str]]:
    """Small names beside a sign of the product entry by entry, and columns before a row of ones."""
    for (_, one), (sign, other) in pairwise(node.factors):
        if isinstance(one, Variable) and isinstance(other, Transposed) and isinstance(other.body, Unit):
            yield one.symbol.text, "ones"
        for each in (one, other) if sign in ("⊙", "∘") else ():
            if isinstance(each, Variable) and not each.symbol.text[:1].isupper():
                yield each.symbol.text, sign


def targets_of(model: Model) -> frozenset[str]:
    r"""Inputs that a logarithm is multiplied by, as y in `-\sum_i y_i \log p_i`: the targets of a cross-entropy."""
    inputs = {each.text for each in model.inputs}
    found: set[str] = set()
    for definition in model.forward:
        for each in everything(definition.body):
            if isinstance(each, Product) and any(_has_logarithm(factor) for _, factor in each.factors):
                found |= _plain_names([factor for _, factor in each.factors]) & inputs
            called = isinstance(each, Call) and each.function in ("cross_entropy", "xlogy", "dot", "sum")
            if isinstance(each, Call) and called and any(_has_logarithm(argument) for argument in each.arguments):
                found |= _plain_names(each.arguments) & inputs
    return frozenset(found)


def _plain_names(parts: Iterable[Meaning]) -> set[str]:
    """The names in the parts that have no logarithm."""
    return {name.symbol.text for part in parts if not _has_logarithm(part) for name in names_in(part)}


def _has_logarithm(node: Meaning) -> bool:
    return any(isinstance(each, Call) and each.function.startswith("log") for each in everything(node))
