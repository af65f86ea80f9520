"""Draws among few values: noise and parameters in, truth values and whole numbers out.

One idea: a draw among few values jumps and never moves, so a derivative through it is refused and not silently zero.
"""

from __future__ import annotations

from ...ir.library import Array, Library, reference, science
from ...ir.notation import Form, Notation
from ...ir.op import Domain, Flat, Role, Sample
from ...ir.types import ArrayType, array_type
from ..batches import along_axes
from ..declare import boolean_type, op

_PROBABILITY = (0.1, 0.9)
_REASON = "what is drawn among few values jumps from one to another, and its derivative is 0 or does not exist"
JUMPS = Flat(_REASON, refuses=True)


def _called(name: str, written: str) -> Notation:
    return Notation(
        Form(f"{written}({{0}}, {{1}})"), Form(rf"\operatorname{{{{{written}}}}}({{0}}, {{1}})"),
        Form(f"chainrule.ops.random.{name}({{0}}, {{1}})"),
    )  # fmt: skip


@op(
    "occurs", JUMPS, _called("occurs", "bernoulli"), Role.STOPS, type_rule=boolean_type, elementwise=True,
    domain=Domain((Sample(((3,), (3,)), (), (_PROBABILITY,)),)),
)  # fmt: skip
def occurs(xp: Library, u: Array, p: Array) -> Array:
    """Whether what has probability p happens, decided by uniform noise u: u < p. No derivative."""
    return xp.less(u, p)


def place_type(scores: ArrayType, *, axis: int) -> ArrayType:
    return array_type(scores.shape[:axis] + scores.shape[axis + 1 :], reference().dtype("int64"))


@op(
    "chosen_place", JUMPS,
    Notation(
        Form("categorical({0})"), Form(r"\operatorname{{categorical}}({0})"),
        Form("chainrule.ops.random.chosen_place({0}, axis={axis})"),
    ),
    Role.STOPS, type_rule=place_type, batch=along_axes,
    domain=Domain((Sample(((3,),), (("axis", 0),)), Sample(((2, 3),), (("axis", 1),)))),
)  # fmt: skip
def chosen_place(xp: Library, scores: Array, *, axis: int) -> Array:
    """The place of the largest score along one axis: with Gumbel noise on log-probabilities a draw among them.
    No derivative. Source: Gumbel, Statistical theory of extreme values (1954).
    """
    return xp.asarray(xp.argmax(scores, axis=axis), "int64")[()]


def count_type(u: ArrayType, rate: ArrayType) -> ArrayType:
    return array_type(rate.shape, reference().dtype("int64"))


@op(
    "poisson_quantile", JUMPS, _called("poisson_quantile", "poisson"), Role.STOPS, type_rule=count_type,
    elementwise=True, domain=Domain((Sample(((3,), (3,)), (), (_PROBABILITY, (0.5, 9.0))),)),
)  # fmt: skip
def poisson_quantile(xp: Library, u: Array, rate: Array) -> Array:
    """The smallest count that a Poisson variable of this rate does not exceed with probability u. No derivative."""
    scipy = science("special")
    u, rate = xp.asarray(u, xp.float64), xp.asarray(rate, xp.float64)
    count = xp.maximum(xp.ceil(scipy.pdtrik(u, rate)), 0)
    below = xp.maximum(count - 1, 0)
    count = xp.where(scipy.pdtr(below, rate) >= u, below, count)
    return xp.asarray(xp.where(rate == 0, 0, count), "int64")[()]
