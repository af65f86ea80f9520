"""Notes: a finished explanation in, what a teacher would point out: kinks and ties, gradients that vanish and why,
saturation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..ir.library import reference
from ..ir.node import Node, concrete
from ..ir.op import Elementwise, Flat
from ..ops.extremes import max_op, min_op
from ..ops.recognised import REPLACED
from .lines import Line, Term
from .stage import Stage

_FLAT_SLOPE = 1e-3  # a sigmoid or tanh this flat passes less than a thousandth of its upstream
_SATURATING = {"sigmoid": 0.25, "tanh": 1.0}
_MOST_NOTES = 24


def take_notes(stage: Stage, lines: Sequence[Line], asked: Sequence[Node]) -> Iterator[str]:
    """Sentences, at most a page of them."""
    if stage.symbolic:
        yield from _unreached(stage, asked)
        return
    notes = [
        *_replaced(stage),
        *_kinks(stage),
        *_unreached(stage, asked),
        *_zeros(stage, lines, asked),
        *_saturated(stage),
        *_broken(stage),
    ]
    yield from notes[:_MOST_NOTES]
    if len(notes) > _MOST_NOTES:
        yield f"and {len(notes) - _MOST_NOTES} more of the same kinds"


def called(stage: Stage, node: Node) -> str:
    """The symbol of a node, or of the step that shows it."""
    while node not in stage.symbols and node.inputs:
        node = node.inputs[0]
    return stage.symbols.get(node, "a constant")


def _replaced(stage: Stage) -> Iterator[str]:
    """Steps that were written in another form, which does not come to its true value here."""
    for node in stage.order:
        if node.serial in REPLACED:
            yield (
                f"{called(stage, node)}: the form that was written overflows or cancels at these values; "
                f"the same function is computed in its stable form, {node.op.name}"
            )


def _kinks(stage: Stage) -> Iterator[str]:
    for node in stage.order:
        if node not in stage.active or not node.inputs:
            continue
        domain = node.op.domain
        if domain.is_kink is not None:
            hit = domain.is_kink(*(concrete(each) for each in node.inputs))
            if hit.any():
                yield _kink_sentence(stage, node, int(hit.sum()), hit.size)
        elif (node.op in (max_op, min_op) and _has_tie(node)) or (
            node.op.name in ("norm", "std") and domain.kink and not reference().all(concrete(node))
        ):
            yield f"{called(stage, node)}: not differentiable here, {domain.kink}"


def _kink_sentence(stage: Stage, node: Node, hits: int, size: int) -> str:
    where = (
        f"{node.op.name} at {called(stage, node.inputs[0])}"
        if node.op.name not in ("maximum", "minimum")
        else (f"{node.op.name} of {' and '.join(called(stage, each) for each in node.inputs)}")
    )
    many = "" if size == 1 else f" in {hits} of {size} entries"
    return f"{called(stage, node)}: not differentiable here ({where} sits on the kink{many}): {node.op.domain.kink}"


def _has_tie(node: Node) -> bool:
    numpy = reference()
    best = concrete(node)
    kept = numpy.reshape(
        best, [1 if axis in node.settings["axes"] else size for axis, size in enumerate(node.inputs[0].shape)]
    )
    hits = numpy.sum(numpy.equal(concrete(node.inputs[0]), kept), axis=node.settings["axes"])
    return bool(numpy.any(hits > 1))


def _unreached(stage: Stage, asked: Sequence[Node]) -> Iterator[str]:
    for node in asked:
        if node in stage.active and (
            node is stage.output or any(r in stage.active for r, _ in stage.readers.get(node, ()))
        ):
            continue
        because = "; ".join(sorted(_reasons(stage, node))) or f"{stage.symbols[stage.output]} does not depend on it"
        yield f"d{stage.symbols[stage.output]}/d{stage.symbols[node]} = 0: {because}"


def _reasons(stage: Stage, node: Node) -> set[str]:
    """Why its consumers pass nothing back."""
    rules = [reader.op.derivative for reader, _ in stage.readers.get(node, ())]
    return {rule.reason for rule in rules if isinstance(rule, Flat)}


def _zeros(stage: Stage, lines: Sequence[Line], asked: Sequence[Node]) -> Iterator[str]:
    """Why a gradient is exactly zero, term by term."""
    wanted = set(asked)
    for line in lines:
        if line.node in wanted and line.terms and not reference().any(line.value):
            causes = [_cause(stage, line, term) for term in line.terms]
            top = stage.symbols[stage.output]
            yield f"d{top}/d{line.symbol} = 0: {'; '.join(dict.fromkeys(causes))}"


def _cause(stage: Stage, line: Line, term: Term) -> str:
    """The factor that is zero: the local one first, since the upstream's own line says why that one is."""
    upstream = stage.names[term.upstream]
    if term.local_value is not None and not reference().any(term.local_value):
        consumer = term.gates[0][0]
        if type(consumer.op.derivative) is Elementwise and consumer.op.name in ("relu", "leaky_relu", "elu"):
            return f"relu is off at {line.symbol} (its slope there is 0), so it passes nothing of {upstream}"
        if term.local in stage.names:
            return f"{stage.names[term.local]} = 0 kills the term through {term.via} (it is the local gradient)"
        return f"the local gradient of {term.via} is 0 here"
    if not reference().any(term.upstream_value):
        origin = _origin_of_zero(stage, term)
        return f"{upstream} is already 0{origin}"
    return f"the entries of {upstream} and of the local gradient that meet are never both nonzero"


def _origin_of_zero(stage: Stage, term: Term) -> str:
    node = term.gates[0][0]
    readers = [reader for reader, _ in stage.readers.get(node, ()) if reader in stage.active]
    for reader in readers:
        if reader.op.name == "relu":
            return f" (relu is off at {stage.symbols[node]})"
    return ""


def _saturated(stage: Stage) -> Iterator[str]:
    for node in stage.order:
        steepest = _SATURATING.get(node.op.name)
        if steepest is None or node not in stage.active:
            continue
        y = concrete(node)
        slope = y * (1 - y) if node.op.name == "sigmoid" else 1 - y * y
        flat = int(reference().sum(slope < _FLAT_SLOPE * steepest))
        if flat:
            many = "" if y.ndim == 0 else f" in {flat} of {y.size} entries"
            below = f"its slope there is below {_FLAT_SLOPE * steepest:g}"
            yield f"{called(stage, node)}: {node.op.name} is saturated{many}: {below}"


def _broken(stage: Stage) -> Iterator[str]:
    """The first step whose value is not a number although its inputs are."""
    for node in stage.order:
        if node.inputs and _has_nan(node) and not any(_has_nan(each) for each in node.inputs):
            sources = ", ".join(called(stage, each) for each in node.inputs)
            here = f"the first NaN arises here, in {node.op.name} of {sources}"
            yield f"{called(stage, node)}: {here}; later ones follow from it"
            return


def _has_nan(node: Node) -> bool:
    return node.dtype.kind == "f" and bool(reference().isnan(concrete(node)).any())
