"""A script in, what every line of it gives at one point out, and what its derivatives are in truth.

One idea: lines that go forward are followed first, so that the engine knows how the loss depends on every name. A name
for a derivative then means the true one wherever it is used, unless a line changes it in place.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy

from ...errors import ChainruleError, ParseError, UnknownNameError
from ...ir.node import Node
from ...ops.sources import input_node
from ...transforms.reverse import gradients
from ..points import as_problem
from .inputs import Inputs
from .machine import Machine
from .names import UPSTREAM, Gradient, entry_name, gradient, is_loss, is_surely_a_loss, plain, target_name
from .operations import as_array, combined, plain_array
from .steps import Script, Step

_RANDOM = frozenset(
    {"randn", "rand", "normal", "uniform", "standard_normal", "random", "random_sample", "zeros", "ones", "empty"}
)


@dataclass(frozen=True, slots=True)
class Plan:
    """A script sorted out: which steps go forward, which give derivatives, which work with derivatives."""

    script: Script
    gradients: Mapping[int, Gradient]  # by the place of a step
    derived: frozenset[int]
    names: Mapping[str, Gradient]  # names of derivatives
    given: tuple[str, ...]  # derivatives that are used and never assigned
    sizes: frozenset[str]


def targets(step: Step) -> list[str]:
    """The names that a step gives a value to."""
    nodes = step.node.targets if isinstance(step.node, ast.Assign) else [step.node.target]
    return [name for node in nodes for name in _names(node)]


def _names(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Tuple | ast.List):
        return [name for each in node.elts for name in _names(each)]
    if (name := target_name(node)) is not None:
        return [name]
    return _names(node.value) if isinstance(node, ast.Subscript) else []


def names_used(node: ast.AST) -> set[str]:
    """The names in an expression, entries of dictionaries among them."""
    found = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return found | {name for each in ast.walk(node) if (name := entry_name(each)) is not None}


def plan(script: Script, known: frozenset[str], sizes: frozenset[str]) -> Plan:
    """Sort out the steps. `known`: further names, such as those of mathematics."""
    used = {name for each in script.steps for name in names_used(each.node.value)}
    assigned = {name for each in script.steps for name in targets(each)}
    every = used | assigned | known
    names = {name: found for name in sorted(used | assigned) if (found := gradient(name, every)) is not None}
    names = {name: each for name, each in names.items() if each.by not in names and each.by != name}
    for name in _forward_closure(script, names):
        names.pop(name, None)
    given = tuple(name for name in names if name not in assigned and names[name].of in ("", "L", "loss", "J"))
    upstream = next((each for each in (*script.parameters[:1], *sorted(used)) if each in UPSTREAM | used
                     and each not in assigned and each in UPSTREAM and each not in names), None)  # fmt: skip
    end = _end(script, names)
    if not given and upstream is not None and end:
        names[upstream], given = Gradient("", end), (upstream,)
    steps = {place: names[name] for place, step in enumerate(script.steps) for name in targets(step) if name in names}
    return Plan(script, steps, _derived(script, names), names, given, sizes)


def _forward_closure(script: Script, names: Mapping[str, Gradient]) -> set[str]:
    """Names that the loss is computed from: `dx = x - m` is a difference there."""
    needs: dict[str, set[str]] = {}
    for step in script.steps:
        for name in targets(step) if not _is_update(step, names) else ():
            needs.setdefault(name, set()).update(names_used(step.node.value))
    pending = [name for name in needs if is_loss(name) and name not in names]
    found: set[str] = set()
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending += needs.get(name, ())
    return found & set(names)


def _is_update(step: Step, names: Mapping[str, Gradient]) -> bool:
    """`W -= rate * dW`: a step of training, which gives W another value."""
    used = names_used(step.node.value)
    return bool(used & set(names)) and (step.sign is not None or bool(used & set(targets(step))))


def _end(script: Script, names: Mapping[str, Gradient]) -> str:
    """What the lines that go forward end in: what is returned, else the last name before the first derivative."""
    result = script.result.elts[0] if isinstance(script.result, ast.Tuple) and script.result.elts else script.result
    if isinstance(result, ast.Name):
        return result.id
    last = ""
    for step in script.steps:
        found = targets(step)
        if any(name in names for name in found):
            return last
        last = found[-1] if found else last
    return last


def _derived(script: Script, names: Mapping[str, Gradient]) -> frozenset[int]:
    """The steps whose value is worked out from derivatives without being one by name."""
    found, tainted, before = set[int](), set(names), set[str]()
    for place, step in enumerate(script.steps):
        used, given = names_used(step.node.value), set(targets(step))
        changed = given & tainted if target_name(step.target) is None else set[str]()
        if (used & tainted or changed) and not given & set(names):
            found.add(place)
            tainted |= given - before
        before |= used | given
    return frozenset(found)


@dataclass(slots=True)
class Run:
    """One point: values of the lines that go forward, the loss, and derivatives as they are asked for."""

    plan: Plan
    machine: Machine
    inputs: Inputs
    before: list[dict[str, Any]] = field(default_factory=list)  # the values before each step
    failed: dict[int, str] = field(default_factory=dict)
    loss: Any = None
    others: list[Any] = field(default_factory=list)  # losses of other computations
    sure: bool = False  # whether the loss is called one
    own: bool = False  # whether the numbers are those of the document
    cache: dict[Gradient, Any] = field(default_factory=dict)
    scale: float = 1.0  # of derivatives of inner names: the number of examples, where a mean is taken at the end

    @property
    def finite(self) -> bool:
        """Whether everything is a number."""
        values = (each for each in self.machine.values.values() if isinstance(each, Node | numpy.ndarray))
        return all(bool(numpy.isfinite(plain_array(each)).all()) for each in values)

    def forward(self) -> None:
        """Follow all steps that go forward."""
        for place, step in enumerate(self.plan.script.steps):
            self.before.append(dict(self.machine.values))
            if place in self.plan.gradients or place in self.plan.derived:
                continue
            try:
                with as_problem():
                    self._step(step)
            except ChainruleError as problem:
                self.failed[place] = problem.given
                self._forget(step)

    def _forget(self, step: Step) -> None:
        """The names of a line that cannot be followed are unknown; those of data that are read are inputs."""
        used = names_used(step.node.value) & (set(self.machine.values) | set(self.inputs.closed))
        for name in targets(step):
            if name not in self.inputs.base:
                self.machine.values.pop(name, None)
                if used or step.closed or step.sign is not None or target_name(step.target) is None:
                    self.inputs.closed |= {name}

    def _step(self, step: Step) -> None:
        if step.closed:
            raise UnknownNameError(given=step.closed, expected="a line that runs once")
        machine, value = self.machine, step.node.value
        if self._only_kept(step):
            return
        if isinstance(step.node, ast.AugAssign):
            name = target_name(step.target)
            if name is None:
                self._change(step)
                return
            machine.values[name] = combined(step.node.op, machine.name(name), machine.value(value))
            return
        name = target_name(step.target) or ""
        if (shape := self._made(value)) is not None and name and not self.own:
            machine.values[name] = self.inputs.input(name, shape)
            return
        if isinstance(step.target, ast.Subscript) and not name:
            self._change(step)
            return
        found = machine.value(value)
        if name and is_literal(value):
            found = self._data(name, found)
        for each in step.node.targets if isinstance(step.node, ast.Assign) else []:
            machine.assign(each, self._as_said(target_name(each) or "", found))

    def _change(self, step: Step) -> None:
        """`margins[rows, y] = 0`: an array with another number where an index picks. Raises ParseError for arrays."""
        target, machine = step.target, self.machine
        if not isinstance(target, ast.Subscript) or not isinstance(target.value, ast.Name):
            raise ParseError(given="a change of entries", expected="entries of one array")
        old, new = machine.name(target.value.id), machine.value(step.node.value)
        picked = numpy.zeros(numpy.shape(old), dtype=bool)
        picked[machine.key(target.slice, picked.shape)] = True
        if numpy.size(new) != 1 or not picked.ndim:
            raise ParseError(given="a change of entries to an array", expected="one number")
        value = new if step.sign is None else combined(step.sign, old, new)
        machine.values[target.value.id] = numpy.where(picked, value, old)

    def _only_kept(self, step: Step) -> bool:
        """`x, w = cache` and `W1 = params["W1"]`: the names are those of the lines before."""
        value, script = step.node.value, self.plan.script
        if isinstance(value, ast.Name) and value.id not in self.machine.values:
            return value.id in script.parameters or value.id.startswith(("cache", "ctx", "param", "store"))
        return entry_name(value) is not None and (entry_name(value) in targets(step) or "cache" in ast.unparse(value))

    def _as_said(self, name: str, value: Any) -> Any:
        """The value that the mathematics of the document gives the same name, where both are equal."""
        known = self.inputs.base.get(plain(name)) if name else None
        return known if known is not None and alike(known, value) else value

    def _made(self, value: ast.expr) -> tuple[int, ...] | None:
        """The shape of an array that is made of random numbers, zeros or ones."""
        for each in ast.walk(value):
            if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.func.attr in _RANDOM:
                sizes = [x.value for x in each.keywords if x.arg in ("size", "shape")]
                skipped = 2 if each.func.attr in ("normal", "uniform") and not sizes else 0
                parts = [x.value if isinstance(x, ast.Starred) else x for x in (sizes or each.args[skipped:])]
                found = [self.machine.value(x) for x in parts]
                flat = [size for x in found for size in (x if isinstance(x, list) else [x])]
                return tuple(self.inputs.smaller(int(plain_array(size))) for size in flat)
        return None

    def _data(self, name: str, value: Any) -> Any:
        """Numbers of the document: others of the same shape in their place, unless they are sizes or labels."""
        array = numpy.asarray(as_array(value))
        if name in self.plan.sizes:
            if not self.own and array.ndim == 0 and int(array) > 6 and int(array) not in self.inputs.shown.literals:
                self.inputs.sizes.setdefault(name, self.inputs.fresh())
                return self.inputs.sizes[name]
            return value
        if name in self.inputs.shown.indices and array.dtype.kind == "i":
            return array
        if array.dtype.kind not in "fi":
            return value
        if self.own:
            return input_node(array.shape, numpy.dtype("float64"), array.astype(float))
        if array.ndim == 0 and name in self.inputs.shown.divisors and array.dtype.kind == "i":
            return value
        return self.inputs.input(name, array.shape, array)

    # The loss ------------------------------------------
    def find_loss(self, outside: Any = None) -> None:
        """What is differentiated: a loss by name, the ends whose derivatives are given, the last number."""
        values = self.machine.values
        names = [name for step in self.plan.script.steps for name in targets(step)]
        losses = [name for name in names if is_loss(name) and isinstance(values.get(name), Node)]
        lost = [name for place in self.failed for name in targets(self.plan.script.steps[place]) if is_loss(name)]
        if lost and not self.plan.given:
            return
        if losses and not self.plan.given:
            name = self._last(losses)
            self.loss, self.sure = _summed(values[name]), is_surely_a_loss(name)
            self.others = [_summed(values[each]) for each in losses if each != name]
        elif self.plan.given:
            self.loss, self.sure = self._open(), True
        elif outside is not None:
            self.loss, self.sure = outside, True
        elif (end := values.get(_end(self.plan.script, self.plan.names))) is not None and isinstance(end, Node):
            self.loss = end if end.size == 1 else None
            self.loss = _summed(self.loss) if self.loss is not None else None

    def _last(self, losses: Sequence[str]) -> str:
        used = {name for step in self.plan.script.steps for name in names_used(step.node.value)
                if is_loss((targets(step) or [""])[-1])}  # fmt: skip
        return ([name for name in losses if name not in used] or list(losses))[-1]

    def _open(self) -> Any:
        total = None
        for place, name in enumerate(self.plan.given):
            end = self.machine.values.get(self.plan.names[name].by)
            if isinstance(end, Node):
                source = numpy.random.default_rng([self.inputs.seed, 17, place])
                weights = source.uniform(0.3, 1.7, end.shape) * source.choice((-1.0, 1.0), end.shape)
                term = numpy.sum(end * weights)
                total = term if total is None else total + term
        return total

    # Derivatives ------------------------------------------
    def truth(self, name: str) -> Any:
        """The derivative that a name stands for. Raises UnknownNameError where that is unknown."""
        which = self.plan.names[name]
        if which not in self.cache:
            self.cache[which] = self._derivative(which)
        found = self.cache[which]
        if found is None:
            raise UnknownNameError(
                given=f"the derivative by {which.by}, on which the loss does not depend,",
                expected="a name it depends on",
            )
        inner = self.scale != 1.0 and which.by not in self.inputs.drawn
        return found * self.scale if inner else found

    def _derivative(self, which: Gradient) -> Any:
        wrt, of = self.known(which.by), self.loss
        if which.of and not (is_loss(which.of) and self.known(which.of) is None):
            of = self.known(which.of)
        if not isinstance(wrt, Node) or not isinstance(of, Node):
            raise UnknownNameError(given=f"the derivative by {which.by}", expected="a name that lines before define")
        with as_problem():
            if of.size > 1:
                return _jacobian(of, wrt)
            found = _gradient(of, wrt)
            for each in self.others if found is None and not which.of else ():
                found = _gradient(each, wrt) if found is None else found
            return found

    def known(self, name: str) -> Any:
        """The value of a name in code, else in mathematics."""
        return self.machine.values.get(name, self.inputs.base.get(plain(name)))

    def values_at(self, place: int) -> dict[str, Any]:
        """The values that a line may use."""
        return {**self.machine.values, **self.before[place]}


def _gradient(of: Node, wrt: Node) -> Any:
    seed = numpy.ones(of.shape)
    return seed if of is wrt else plain_or_none(gradients([of], [seed], [wrt], symbolic=False)[0])


def _jacobian(of: Node, wrt: Node) -> Any:
    seeds = numpy.eye(of.size).reshape(of.size, *of.shape)
    if of.size > 64:
        raise UnknownNameError(given="the derivative of a large array", expected="one of a number")
    rows = [gradients([of], [seed], [wrt], symbolic=False)[0] for seed in seeds]
    return numpy.stack([numpy.zeros(wrt.shape) if row is None else plain_array(row) for row in rows]).reshape(
        *of.shape, *wrt.shape
    )


def _summed(node: Any) -> Any:
    return numpy.sum(node) if isinstance(node, Node) and node.shape else node


def plain_or_none(value: Any) -> Any:
    """An array, or None."""
    return None if value is None else plain_array(value)


def is_literal(node: ast.expr) -> bool:
    """Whether an expression is a number or an array of numbers."""
    match node:
        case ast.Constant(value):
            return isinstance(value, int | float) and not isinstance(value, bool)
        case ast.UnaryOp(operand=operand):
            return is_literal(operand)
        case ast.List(elements) | ast.Tuple(elements):
            return bool(elements) and all(is_literal(each) for each in elements)
        case ast.Call(func=ast.Attribute(attr="array" | "float64" | "asarray"), args=[first, *_]):
            return is_literal(first)
        case ast.BinOp(left=left, right=right):
            return is_literal(left) and is_literal(right)
        case ast.Attribute(value=ast.Call() as call, attr="T"):
            return is_literal(call)
    return False


def alike(one: Any, other: Any, tolerance: float = 1e-6) -> bool:
    """Whether two values are the same up to rounding and to axes of length 1."""
    try:
        left, right = (numpy.squeeze(plain_array(each)).astype(float) for each in (one, other))
    except (TypeError, ValueError, ChainruleError):
        return False
    if left.shape != right.shape or not numpy.isfinite(left).all() or not numpy.isfinite(right).all():
        return False
    scale = max(float(numpy.abs(left).max(initial=0)), float(numpy.abs(right).max(initial=0)), 1e-12)
    return bool((numpy.abs(left - right) <= tolerance * scale).all())
