"""A ruling in, everything that was read in it as it does not literally stand there out.

One idea: what decided a verdict and could have been read otherwise is said, so that its author can object.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import ChainruleError
from ..notation.kinds import Context
from .atoms import Atom
from .bench import STYLES, Bench
from .compare import same
from .diagnosis.asked import spelled
from .diagnosis.knowing import spellings
from .rulings import Ruling
from .slopes import Style, jacobian

_LAYOUTS = {
    "numerator": "numerator layout: the gradient of a number is a row, and rows of a Jacobian follow the output",
    "denominator": "denominator layout: a Jacobian has a row for each entry of what is differentiated by",
    "entrywise": "the derivative of a function that works entry by entry is the array of its slopes",
    "factor": "the derivative of a matrix product by one factor stands for the other factor",
}


def assumptions(ruling: Ruling) -> Iterator[str]:
    """Every reading that is not literal."""
    bench = ruling.bench
    assert bench is not None
    yield from _style(ruling, bench)
    if (loss := bench.model.open_loss) is not None and loss.text in _names(bench):
        ends = " and ".join(f"${_written(bench, each)}$" for each in bench.model.ends()[:3])
        yield f"${_written(bench, loss.text)}$ is not written: it may depend on {ends} in any way"
    for name in sorted(_names(bench)):
        for trait in sorted(bench.model.traits.get(name, ())):
            if trait in _TRAITS:
                yield f"${_written(bench, name)}$ is {_TRAITS[trait]}, as the text says"
    yield from _readings(bench, ruling.style or STYLES[0])


_TRAITS = {
    "symmetric": "symmetric", "one-hot": "a one-hot vector, so its entries sum to one",
    "distribution": "a distribution, so its entries sum to one", "sums to one": "such that its entries sum to one",
    "positive": "positive", "orthogonal": "orthogonal", "diagonal": "diagonal",
    "positive definite": "positive definite",
    "unit": "of length one", "in unit interval": "between 0 and 1", "binary": "0 or 1", "signs": "1 or -1",
    "nonnegative": "not negative", "antisymmetric": "antisymmetric",
}  # fmt: skip


def _style(ruling: Ruling, bench: Bench) -> Iterator[str]:
    style = ruling.style
    if style is None:
        return
    if style.local:
        for each in local_ones(bench, style):
            yield f"{each} is the local derivative: other names are held fixed"
    if style.layout in _LAYOUTS:
        yield _LAYOUTS[style.layout]
    if style.padded:
        yield "entries out of range count as 0"


def _names(bench: Bench) -> frozenset[str]:
    return frozenset(name for place in bench.meanings for name in bench.names_of(place))


def _written(bench: Bench, name: str) -> str:
    return spelled(spellings(bench.session), name, bench)


def _readings(bench: Bench, style: Style) -> Iterator[str]:
    """What the reader noted of this statement, and what it noted of names when they were combined in this style."""
    texts = {side.tree.span.text for side in bench.claim.sides if side.tree is not None}
    for each in bench.model.scope.readings:
        if each.span.text in texts:
            yield _sentence(each.written, each.read_as)
    own = {id(meaning) for meaning in bench.meanings.values()}  # not those of changed sides that were tried
    for key, kept in bench.cache.items():
        match key, kept:
            case ("context", number, used, _), (_, Context() as context) if number in own and used == style:
                for each in context.readings:
                    if each.span.text in texts:
                        yield _sentence(each.written, each.read_as)


def _sentence(written: str, read_as: str) -> str:
    return f"{written} is read as {read_as}"


def local_ones(bench: Bench, style: Style) -> Iterator[str]:
    """The derivatives in the sides that were read as local ones."""
    seen: set[str] = set()
    for meaning in bench.meanings.values():
        for atom in bench.model.atoms.inside(meaning):
            if atom.joined is None and not bench.final(atom) and atom.written not in seen:
                seen.add(atom.written)
                if _differs(bench, atom):
                    yield f"${atom.written}$"


def _differs(bench: Bench, atom: Atom) -> bool:
    """Whether the local derivative is another one than the total one."""
    for point in bench.points()[:1]:
        try:
            total, local = (jacobian(point, atom, bench.model.atoms, each) for each in (False, True))
        except ChainruleError:
            return False
        return total.shape != local.shape or not same(total, local)
    return False
