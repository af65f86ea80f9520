"""LaTeX that is printed for an op and read back is the same op on the same inputs, with the same value."""

import numpy as np
import pytest

from chainrule import notation, ops
from chainrule.ir.recording import open_recording
from chainrule.ops import OPS, input_node
from chainrule.renderers.formula import LATEX, write

# What written mathematics says in another way, or cannot say: the reason stands beside each.
READ_AS_ANOTHER = {
    "carry": "written as the product it is", "meet": "written as the product it is", "ratio": "written as a fraction",
    "exp2": "written as a power of 2", "log_sigmoid": "written as log sigmoid",
    "logcosh": "written as log cosh", "log_softmax": "written as log softmax",
    "squared_error": "written as the squared norm of a difference", "mark": "written as its argument",
    "step": "written as an indicator", "positive": "written as an indicator",
    "solve": "written as a product with the inverse",
    **dict.fromkeys(("less", "less_equal", "greater", "greater_equal", "not_equal"), "a condition counts as 1 or 0"),
}  # fmt: skip
NOT_WRITTEN = {
    "broadcast", "reshape", "flip", "roll", "index", "scatter", "concatenate", "stack", "pad", "einsum", "equal",
    "logical_and", "logical_or", "logical_not", "isnan", "isfinite", "isinf", "any", "all", "chosen", "prod_others",
    "stop_at_one", "recur", "argsort", "argmax", "argmin", "layer_norm", "floor_divide", "remainder", "cumsum",
    "cumprod", "round", "batch_norm", "correlate1d", "correlate2d", "convolve", "convolve2d", "conv2d",
    "conv2d_transpose", "conv2d_filters", "spread_delta", "spread_sum", "gather_delta", "weighted_gram", "det_sign",
}  # fmt: skip
# Random numbers; and SciPy's functions, for letters (beta, gamma, zeta) are variables where formulas are read.
NOT_WRITTEN |= {
    name
    for name, made in OPS.items()
    if made.kernel.__module__.startswith(("chainrule.ops.special", "chainrule.ops.random"))
}
NOT_WRITTEN |= set(ops.neural.__all__)  # building blocks of networks: said in words, and written as code
NOT_WRITTEN |= {"real", "imag", "conj", "angle", "direction"}  # written mathematics is real
ROOMS_NOT_WRITTEN = tuple(
    f"chainrule.ops.{room}" for room in ("linalg.", "fourier.", "entrywise.", "ordering.", "updates")
)  # but for these:
WRITTEN = {"inv", "det", "logdet", "solve"}
NAMES = "xyzuvw"


def plain(sample):
    """Whether a sample has nothing that mathematics leaves unsaid: whole arrays, the last axis, no kept axes."""
    params, ndim = dict(sample.params), len(sample.shapes[0]) if sample.shapes else 0
    whole = params.get("axes") in (None, tuple(range(ndim))) and not params.get("keepdims")
    return whole and params.get("axis", ndim - 1) == ndim - 1 and params.get("ddof", 0) == 0


def of_matrices(name, sample):
    """Whether a function of matrices is given them, not stacks of them, nor a vector whose side is left unsaid."""
    ranks = {len(shape) for shape in sample.shapes}
    written_whole = {"inv": [{2}], "det": [{2}], "logdet": [{2}], "kron": [{2}], "solve": [{2}, {1, 2}]}
    return ranks in written_whole.get(name, [ranks])


CASES = [
    pytest.param(made, sample, id=f"{name}-{place}")
    for name, made in OPS.items()
    for place, sample in enumerate(made.domain.samples)
    if name not in NOT_WRITTEN
    and (name in WRITTEN or not made.kernel.__module__.startswith(ROOMS_NOT_WRITTEN))
    and plain(sample)
    and of_matrices(name, sample)
]


@pytest.mark.parametrize(("made", "sample"), CASES)
def test_printed_and_parsed_back(made, sample):
    generator = np.random.default_rng(7)
    values = [generator.uniform(*sample.interval(slot), shape) for slot, shape in enumerate(sample.shapes)]
    names = dict(zip(NAMES, values, strict=False))
    with open_recording():
        inputs = [input_node(np.shape(value), np.dtype("float64"), np.asarray(value)[()]) for value in values]
        node = made(*inputs, **dict(sample.params))
        printed = write(node, dict(zip(inputs, NAMES, strict=False)), LATEX)
    parsed = notation.parse(printed, values=names)
    output = parsed.graph.outputs[0]
    np.testing.assert_allclose(output.value, node.value, rtol=1e-12)
    if made.name not in READ_AS_ANOTHER:
        assert output.op is node.op
        assert [each.value.tolist() for each in output.inputs] == [each.value.tolist() for each in node.inputs]
        assert output.params == node.params


def test_most_ops_are_written():
    assert len({case.values[0].name for case in CASES} - set(READ_AS_ANOTHER)) >= 50
