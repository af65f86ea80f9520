"""Outputs that lie where an input lies: a plan and such pairs in, those that may be written there at once out.

One idea: an entry may be written over as soon as nothing will read what stood there. So the step that writes
the output must be the last that reads the input, or a later one; and it must read each entry only where it writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..primitives.lowering import Program
from ..primitives.values import Access, Value, compose, identity, known_number
from .layouts import contiguous, strided
from .memory import read_by
from .products import operands
from .regions import Plan, Step, alias_root, table_of


def homes(program: Program, plan: Plan, over: Iterable[tuple[int, int]]) -> dict[Value, Value]:
    """Of each value that may be written over inputs, and of these inputs: the one input whose memory it all is."""
    groups: dict[int, set[Value]] = {}
    for output, slot in over:
        groups.setdefault(output, set()).add(program.inputs[slot])
    found: dict[Value, Value] = {}
    for output, inputs in groups.items():
        root = alias_root(program.outputs[output])
        if root not in found and may_overwrite(plan, root, inputs):
            home = min(inputs, key=program.inputs.index)
            found.update(dict.fromkeys((root, *inputs), home))
    return found


def may_overwrite(plan: Plan, root: Value, inputs: set[Value]) -> bool:
    """Whether a value may be written where these inputs lie."""
    writers = [place for place, step in enumerate(plan.steps) if makes(step, root)]
    readers = [place for place, step in enumerate(plan.steps) if not inputs.isdisjoint(roots_read(step, plan))]
    if len(writers) != 1 or (readers and readers[-1] > writers[0]):
        return False
    if any(may_raise(step) for step in plan.steps[writers[0] :]):
        return False  # the caller wants his arguments back
    return not readers or readers[-1] < writers[0] or reads_in_place(plan.steps[writers[0]], plan, root, inputs)


def may_raise(step: Step) -> bool:
    """Whether a step may meet a place beyond the end of an array, which loops over steps may hide."""
    return step.whole is not None and (step.whole.name == "places" or step.whole.kind == "bundle")


def makes(step: Step, root: Value) -> bool:
    """Whether a step writes to the memory of a value."""
    if any(alias_root(write.target) is root for write in step.writes):
        return True
    if step.whole is None or step.writes:
        return False
    return step.whole is root or (step.whole.kind == "bundle" and root in step.whole.data.parts)


def roots_read(step: Step, plan: Plan) -> set[Value]:
    return {alias_root(each) for each in read_by(step, plan)}


def reads_in_place(step: Step, plan: Plan, root: Value, inputs: set[Value]) -> bool:
    """Whether a step writes a value entry by entry, and reads of these inputs the entry that it then writes."""
    writes = [each for each in step.writes if alias_root(each.target) is root]
    plain = len(writes) == 1 and writes[0].target.kind in ("map", "view", "gather")
    if not plain or any(each.target.kind == "scatter" for each in step.writes):
        return False
    if step.whole is not None and not inputs.isdisjoint(alias_root(each.source) for each in operands(step.whole)):
        return False  # factors are read while entries are finished
    seen: set[tuple[Value, Access]] = set()
    pending = [(write.value, identity(step.shape)) for write in step.writes]
    while pending:
        value, access = pending.pop()
        if (value, access) in seen or known_number(value) is not None:
            continue
        seen.add((value, access))
        if value in plan.stored and plan.ready[value] <= step.stage:
            if alias_root(value) in inputs and not stands_there(value, access, step.shape):
                return False
        elif value.kind == "gather":
            if not inputs.isdisjoint(map(alias_root, (value.inputs[0], table_of(value)))):
                return False
        elif value.kind == "view":
            pending.append((value.inputs[0], compose(value.data, access, len(step.shape))))
        else:
            pending.extend((each, access) for each in value.inputs)
    return True


def stands_there(value: Value, access: Access, shape: Sequence[int]) -> bool:
    """Whether each entry is read from where the loops over a shape would write it."""
    strides, start = strided(access, contiguous(value.shape), len(shape))
    rows = zip(strides, contiguous(tuple(shape)), shape, strict=True)
    return not start and all(one == other for one, other, size in rows if size > 1)
