"""Words: a term or a line of a derivation in, the sentence a teacher says beside it out.

One idea: the op's role gives the sentence; the few ops that every classroom has its own words for get their own.
"""

from __future__ import annotations

from collections.abc import Callable

from ..derivation.lines import Line, Term
from ..ir.node import Node
from ..ir.op import Role
from ..ops.choices import cast, mark
from ..ops.movement import broadcast
from ..ops.sources import constant_op
from .numbers import is_array

_SPOKEN = {
    "add": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "neg": "minus", "matmul": "the matrix product",
    "outer": "the outer product", "maximum": "max", "minimum": "min", "squared_norm": "the squared norm",
    "norm": "the norm", "squared_error": "the squared error", "cross_entropy": "the cross entropy",
    "layer_norm": "layer norm", "batch_norm": "batch norm", "log_softmax": "log softmax", "prod": "the product",
    "fixed_power": "the power", "variable_power": "the power", "inv": "the inverse", "det": "the determinant",
    "logdet": "the log determinant", "kron": "the Kronecker product", "cholesky": "the Cholesky factor",
    "eigh_packed": "the spectrum", "svd_packed": "the singular value decomposition", "expm": "the exponential",
    "solve_triangular": "the triangular solve", "fourier": "the Fourier transform",
    "real_fourier": "the Fourier transform", "half_fourier": "the inverse Fourier transform",
    "conv2d": "the convolution", "correlate1d": "the correlation", "correlate2d": "the correlation",
    "convolve": "the convolution", "convolve2d": "the convolution", "convolution": "the convolution",
    "softmax_entropy": "the cross entropy of a softmax", "max_pool": "max pooling", "sum_pool": "pooling",
}  # fmt: skip
_BY_ROLE = {
    Role.COPIES: "{op} distributes the full upstream to each input",
    Role.SCALES: "{op} scales the upstream by its slope",
    Role.SWAPS: "{op} switches: upstream × the other factor",
    Role.SPREADS: "{op} broadcasts: every entry receives the upstream",
    Role.GATHERS: "the broadcast sums over its copies",
    Role.MOVES: "{op} moves: the gradient goes back to where the entries came from",
    Role.ROUTES: "{op} routes: the chosen input receives the upstream, the other 0",
    Role.COUPLES: "{op} couples all outputs: each input sums over them",
    Role.STOPS: "{op} stops: no gradient passes",
    Role.SOURCE: "{op}",
}
_IN_SHORT = {
    Role.COPIES: "distributes", Role.SCALES: "scales", Role.SWAPS: "switches", Role.SPREADS: "broadcasts",
    Role.GATHERS: "sums over copies", Role.MOVES: "moves", Role.ROUTES: "routes", Role.COUPLES: "couples",
}  # fmt: skip
_TIMES = {2: "twice", 3: "three times", 4: "four times"}


def spoken(op_name: str) -> str:
    """The name of an op in a sentence."""
    return _SPOKEN.get(op_name, op_name.removesuffix("_op").replace("_", " "))


def reason(term: Term, name: str, *, in_short: bool) -> str:
    """The gate's role in words, for the symbol called `name`. A folded statement has a word for each step in it.

    `in_short`: no more than those words, for single entries of arrays, where what whole arrays do would be wrong.
    """
    gates = [(step, slot) for step, slot in term.gates if step.op not in (cast, mark)]
    if in_short or sum(step.op is not broadcast for step, _ in gates) > 1:
        return ", ".join(f"{spoken(step.op.name)} {_IN_SHORT.get(step.op.role, 'stops')}" for step, _ in gates)
    return "; ".join(clause(step, slot, term, name) for step, slot in gates)


def clause(step: Node, slot: int, term: Term, name: str) -> str:
    """What one gate does to the gradient that comes back into one of its inputs."""
    own = _OWN.get(step.op.name)
    only = len(term.gates) == 1
    said = own(step, slot, term if only else None, name) if own is not None else None
    return said if said is not None else _BY_ROLE[step.op.role].format(op=spoken(step.op.name))


def _constant_factor(step: Node, slot: int, term: Term | None, name: str) -> str | None:
    """A product with a known number has nothing to switch."""
    other = step.inputs[1 - slot]
    while other.inputs and other.op is not constant_op:
        other = other.inputs[0] if len(other.inputs) == 1 else other
        if len(other.inputs) > 1:
            return None
    return "a constant factor scales the upstream" if other.op is constant_op else None


def _signed(step: Node, slot: int, term: Term | None, name: str) -> str:
    return (
        "subtract sends the upstream back with its sign changed" if slot else "subtract distributes the full upstream"
    )


def _sign(step: Node, slot: int, term: Term | None, name: str) -> str:
    return "minus changes the sign of the upstream"


def _product(step: Node, slot: int, term: Term | None, name: str) -> str:
    """Vectors have no transpose to speak of when they multiply to a number."""
    turned = "" if not step.ndim else ", transposed"
    return f"{spoken(step.op.name)} switches: upstream and the other factor{turned}"


def _mean(step: Node, slot: int, term: Term | None, name: str) -> str:
    count = 1
    for axis in step.settings["axes"]:
        count *= step.inputs[0].shape[axis]
    known = term is not None and term.value is not None
    share = f"1/{count} of the upstream" if known else "its share of the upstream"
    return f"mean broadcasts: every entry receives {share}"


def _sum(step: Node, slot: int, term: Term | None, name: str) -> str:
    return "sum broadcasts: every entry receives the full upstream"


def _relu(step: Node, slot: int, term: Term | None, name: str) -> str:
    if term is None or term.local_value is None or is_array(term.local_value):
        return f"{spoken(step.op.name)} passes the upstream where {name} > 0 and blocks the rest"
    return f"relu passes: {name} > 0" if term.local_value else f"relu blocks: {name} ≤ 0"


def _chosen(step: Node, slot: int, term: Term | None, name: str) -> str | None:
    gate = spoken(step.op.name)
    end = "larger" if gate == "max" else "smaller"
    if term is None or term.local_value is None or is_array(term.local_value):
        return f"{gate} routes: the {end} input receives the upstream, the other 0"
    fate = {1.0: f"{name} is {end} and receives it all", 0.0: f"{name} is not the {end} and receives 0"}
    return f"{gate} routes: {fate.get(float(term.local_value), 'a tie, each receives half')}"


def _divided(step: Node, slot: int, term: Term | None, name: str) -> str | None:
    return "divide scales the upstream by 1 over the divisor" if slot == 0 else None


_OWN: dict[str, Callable[[Node, int, Term | None, str], str | None]] = {
    "mul": _constant_factor, "sub": _signed, "neg": _sign, "matmul": _product, "outer": _product, "mean": _mean,
    "sum": _sum, "relu": _relu, "maximum": _chosen, "minimum": _chosen, "div": _divided,
}  # fmt: skip


def fan_out(line: Line, output: str, spell: Callable[[str], str]) -> str:
    """Why a line is a sum, or what a line without terms means."""
    if not line.terms:
        return f"how {spell(output)} changes with itself" if line.symbol == output else "nothing here depends on it"
    if len(line.terms) == 1:
        return ""
    many = len(line.terms)
    often = _TIMES.get(many, f"{many} times")
    all_of_them = "both" if many == 2 else f"all {many}"
    entered = {term.via for term in line.terms}
    if len(entered) == 1:
        into = spell(line.terms[0].via)
        return f"{spell(line.symbol)} enters {into} {often}: its gradient is the sum over {all_of_them}"
    return f"{spell(line.symbol)} is used {often}: its gradient is the sum of {all_of_them}"


def told_examples(count: int, averaged: bool) -> str:
    """What the shares of a batch's examples have to do with the gradient."""
    if not averaged:
        return "the gradient of a batch is the sum of what each example contributes"
    return f"each example's share; the 1/{count} of the mean is already in the upstream, once"
