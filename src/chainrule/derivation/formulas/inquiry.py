"""One derivation while it is worked out: what was asked, the names so far, and the shortest matrix form of an array.

One idea: a formula is shorter with the names of the gradients it goes through, or with these written out; which one is
found by writing both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from ...ir.graph import Graph, topological_order
from ...ir.node import Node
from ...transforms.simplify import simplify
from ..lines import Derivation
from .forms import Setting, find_form
from .gathering import gather, length
from .reading import NoIndexFormError
from .results import Definition, Layout


@dataclass(slots=True)
class Question:
    """One derivation while it is worked out. `upstream` are the gradients that have a name, output first."""

    graph: Graph
    layout: Layout
    setting: Setting
    names: dict[Node, str]
    called: Mapping[str, str]
    upstream: dict[Node, Definition] = field(default_factory=dict)
    owners: dict[Node, Node] = field(default_factory=dict)  # named gradient -> the step it belongs to
    explained: Derivation | None = None  # the same gradient explained, where that is short

    @property
    def output(self) -> Node:
        return self.graph.outputs[0]

    @property
    def order(self) -> int:
        return self.setting.order

    @property
    def steps(self) -> Collection[Node]:
        return self.setting.forward

    @property
    def top(self) -> str:
        return self.names[self.output]


def best_matrix(question: Question, gradient: Node, named: bool = False) -> tuple[Node, int] | None:
    """The shortest matrix form of an array, and how long it is: with the names of gradients, or with those it goes
    through written out, where that is no longer (s - y). None where there is no matrix form."""
    kept = find_matrix(question, gradient, {*question.setting.keep, *question.upstream})
    if kept is None:
        return None
    used = mentioned(kept, question.upstream)
    size = length(kept, question.names)
    if used and not named:
        whole = find_matrix(question, gradient, {*question.setting.keep, *(set(question.upstream) - used)})
        room = 0 if any(_is_matrix_product(question.upstream[each]) for each in used) else 2
        shorter = None if whole is None else length(whole, question.names)
        if whole is not None and shorter is not None and shorter <= size + room:
            return whole, shorter
    return kept, size


def _is_matrix_product(definition: Definition) -> bool:
    """Whether a named gradient pays: it is called by the user's or the field's name, or goes through a matrix."""
    mixing = (each.op.name in ("matmul", "outer") and each.ndim for each in topological_order([definition.expression]))
    return bool(definition.of) or any(mixing)


def find_matrix(question: Question, expression: Node, keep: Collection[Node]) -> Node | None:
    """The matrix form of an array of at most two axes. None where there is none."""
    if expression in keep:
        keep = set(keep) - {expression}
    try:
        form = find_form(expression, (), question.setting.keeping(frozenset({*keep, *seeds_of(question)})))
    except NoIndexFormError:
        return simplify(expression, list(keep))
    return None if form.residues is None or len(form.free) > 2 else gather(form.residues, form.free, form.known)


def seeds_of(question: Question) -> list[Node]:
    return [node for node in question.names if not node.inputs]


def inner_names(question: Question) -> list[Node]:
    return [node for node in question.names if node.inputs and node in question.setting.keep]


def mentioned(expression: Node, known: Iterable[Node]) -> set[Node]:
    """The named nodes that an expression is written with."""
    stop = set(known)
    found: set[Node] = set()
    pending, seen = [expression], set()
    while pending:
        node = pending.pop()
        if node in seen:
            continue
        seen.add(node)
        if node in stop:
            found.add(node)
        else:
            pending.extend(node.inputs)
    return found
