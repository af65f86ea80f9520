"""What loops and branches do with numbers: compiled steps and arrays in, a tuple of arrays out.

One idea: the kernels of the ops of control flow, and the code that is printed for them, are these functions. They know
nothing of derivatives: a step is any function of arrays that returns a tuple of arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..errors import BoundsError
from ..ir.library import Array, reference

Step = Callable[..., tuple[Any, ...]]
Slots = Sequence[tuple[tuple[int, ...], str]]  # shape and dtype of what a step puts out


def run_steps(
    step: Step, consts: Sequence[Array], carry: Sequence[Array], xs: Sequence[Array], *, length: int, reverse: bool,
    saves: bool, ys: Slots,
) -> tuple[Array, ...]:  # fmt: skip
    """A scan: `step(*consts, *carry, *slices)` returns the next carry, then one entry for each of `ys`.

    Returns the last carry, the entries stacked along axis 0, and with `saves` every carry that a step began with.
    """
    numpy = reference()
    count = len(carry)
    kept: list[Any] = [numpy.empty((length, *shape), dtype) for shape, dtype in ys]
    saved: list[Any] = [numpy.empty((length, *each.shape), each.dtype) for each in carry] if saves else []
    for place in range(length - 1, -1, -1) if reverse else range(length):
        for each, value in zip(saved, carry, strict=saves):
            each[place] = value
        outputs = step(*consts, *carry, *[each[place] for each in xs])
        carry = outputs[:count]
        for each, value in zip(kept, outputs[count:], strict=True):
            each[place] = value
    return (*carry, *kept, *saved)


def run_while(
    condition: Step, step: Step, held: Sequence[Array], consts: Sequence[Array], carry: Sequence[Array]
) -> tuple[Array, ...]:
    """`step(*consts, *carry)` again and again, for as long as `condition(*held, *carry)` holds."""
    carry = tuple(carry)
    while condition(*held, *carry)[0]:
        carry = step(*consts, *carry)
    return carry


def run_branch(index: Array, branches: Sequence[Step], *operands: Array) -> tuple[Array, ...]:
    """The outputs of the branch with this number. Raises BoundsError where there is none."""
    return branches[int(require_branches(index, len(branches)))](*operands)


def require_branches(index: Array, count: int) -> Array:
    """Numbers of branches as they are. Raises BoundsError for one that no branch has."""
    numbers = reference().asarray(index)
    if numbers.size and not (numbers.min() >= 0 and numbers.max() < count):
        beyond = numbers.max() if numbers.min() >= 0 else numbers.min()
        raise BoundsError(
            given=f"branch {beyond} of {count}",
            expected=f"a whole number from 0 to {count - 1}",
            where="switch",
            remedy=f"keep it inside with np.clip(index, 0, {count - 1}) if that is meant",
        )
    return index
