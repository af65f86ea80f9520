"""A left side that is labelled wrongly in, other labels out.

One idea: sometimes the right side is right and the name of what it is slipped.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...notation.surface import Surface
from . import names
from .edit import Edit
from .known import Kind, Known
from .likeness import same
from .setting import Setting


def left_edits(left: Surface, known: Known) -> Iterator[Edit]:
    r"""The names that a left side may have been meant to be: for `W` its gradient, for a gradient another one.

    >>> from chainrule.checker.edits import Gradient, Known, Quantity
    >>> from chainrule.notation import read_statements
    >>> def read(text):
    ...     return read_statements(f"${text}$")[0]
    >>> known = Known((Quantity(read("W")),), gradients=(Gradient(read(r"\nabla_W L"), read("W")),))
    >>> [each.message for each in left_edits(read("W"), known)]
    ['the result is called $W$, but it is $\\nabla_W L$']
    """
    setting = Setting(left, known)
    seen = {setting.marks.of(setting.side)}
    for each in _relabelled(setting):
        mark = setting.marks.of(each.tree)
        if mark not in seen:
            seen.add(mark)
            yield each


def _relabelled(setting: Setting) -> Iterator[Edit]:
    yield from names.variable_for_gradient(setting, 1.0)
    yield from names.swapped_indices(setting, 1.2)
    yield from names.within_family(setting, 1.3)
    yield from names.other_index(setting, 1.4)
    for each in setting.known.gradients:
        if not same(each.written, setting.side):
            yield Edit(
                "M21", each.written, 1.6, "the result is called {0}, but it is {1}", (setting.side, each.written)
            )
    for place, node in names.occurrences(setting):
        named = setting.named(node)
        for _, other in setting.others(named) if named is not None else ():
            if named is not None and other.kind is named.quantity.kind is Kind.PARAMETER:
                yield names.replacement("M10", place, node, named.dressed(other.written), 1.8)
