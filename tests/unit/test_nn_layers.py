"""Layers: normalisation, attention, cells, look-ups, chance, activations: against their definitions written out."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from laws.table import numeric_gradient

from chainrule import explain, grad, jit, nn, optimisers, random
from chainrule.errors import BoundsError, ChainruleError, DomainError, DTypeError, ShapeError
from chainrule.ir.op import Op
from chainrule.nn import initialisers

Array = Any
RANDOM = np.random.default_rng(8)
X = RANDOM.normal(size=(2, 4, 3))
SCALE, SHIFT = RANDOM.normal(size=4), RANDOM.normal(size=4)
KEY = random.key(3)


def standard(x: Array, axes: tuple[int, ...], epsilon: float = 1e-5) -> Array:
    spread = np.mean((x - x.mean(axes, keepdims=True)) ** 2, axes, keepdims=True)
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(spread + epsilon)


def softmax(x: Array) -> Array:
    return np.exp(x) / np.sum(np.exp(x), -1, keepdims=True)


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


W, U, B = RANDOM.normal(size=(3, 8)), RANDOM.normal(size=(2, 8)), RANDOM.normal(size=8)
INPUT, STATE, MEMORY = RANDOM.normal(size=(5, 3)), RANDOM.normal(size=(5, 2)), RANDOM.normal(size=(5, 2))


def lstm(x: Array, h: Array, c: Array) -> Array:
    i, f, g, o = np.split(x @ W + h @ U + B, 4, 1)
    return sigmoid(o) * np.tanh(sigmoid(f) * c + sigmoid(i) * np.tanh(g))


def gru(x: Array, h: Array) -> Array:
    (r, z, n), (s, y, m) = np.split(x @ W[:, :6] + B[:6], 3, 1), np.split(h @ U[:, :6] + 1.0, 3, 1)
    kept = sigmoid(z + y)
    return (1 - kept) * np.tanh(n + sigmoid(r + s) * m) + kept * h


MASK = np.array([[True, True, False], [True, False, False], [True, True, True], [False, True, True]])
Q, K, V = RANDOM.normal(size=(2, 4, 5)), RANDOM.normal(size=(2, 3, 5)), RANDOM.normal(size=(2, 3, 2))
LAYERS: dict[str, tuple[Callable[..., Any], tuple[Array, ...], Callable[..., Any]]] = {
    "layer norm": (nn.layer_norm, (X, SCALE[:3], SHIFT[:3]), lambda x, a, b: a * standard(x, (2,)) + b),
    "layer norm of matrices": (lambda x: nn.layer_norm(x, axes=(1, 2)), (X,), lambda x: standard(x, (1, 2))),
    "rms norm": (nn.rms_norm, (X, SCALE[:3]), lambda x, a: a * x / np.sqrt(np.mean(x**2, -1, keepdims=True) + 1e-5)),
    "group norm": (
        lambda x, a, b: nn.group_norm(x, 2, a, b), (X, SCALE, SHIFT),
        lambda x, a, b: a[:, None] * standard(x.reshape(2, 2, 2, 3), (2, 3)).reshape(x.shape) + b[:, None],
    ),
    "instance norm": (nn.instance_norm, (X, SCALE), lambda x, a: a[:, None] * standard(x, (2,))),
    "batch norm": (
        lambda x, a, b: nn.batch_norm(x, a, b)[0], (X, SCALE, SHIFT),
        lambda x, a, b: a[:, None] * standard(x, (0, 2)) + b[:, None],
    ),
    "batch norm at work": (
        lambda x, a: nn.batch_norm(x, a, running=(SHIFT, np.abs(SHIFT)), training=False)[0], (X, SCALE),
        lambda x, a: a[:, None] * (x - SHIFT[:, None]) / np.sqrt(np.abs(SHIFT)[:, None] + 1e-5),
    ),
    "attention": (nn.attention, (Q, K, V), lambda q, k, v: softmax(q @ k.swapaxes(1, 2) / np.sqrt(5)) @ v),
    "attention, masked": (
        lambda q, k, v: nn.attention(q, k, v, mask=MASK, scale=0.5, bias=np.arange(3.0)), (Q, K, V),
        lambda q, k, v: softmax(np.where(MASK, 0.5 * q @ k.swapaxes(1, 2) + np.arange(3.0), -1e9)) @ v,
    ),
    "attention, causal": (
        lambda k, v: nn.attention(k, k, v, causal=True), (K, V),
        lambda k, v: softmax(np.where(np.tri(3) > 0, k @ k.swapaxes(1, 2) / np.sqrt(5), -1e9)) @ v,
    ),
    "rnn": (
        lambda x, h: nn.rnn_cell(x, h, W[:, :2], U[:, :2], B[:2]), (INPUT, STATE),
        lambda x, h: np.tanh(x @ W[:, :2] + h @ U[:, :2] + B[:2]),
    ),
    "lstm": (lambda x, h, c: nn.lstm_cell(x, (h, c), W, U, B)[0], (INPUT, STATE, MEMORY), lstm),
    "gru": (lambda x, h: nn.gru_cell(x, h, W[:, :6], U[:, :6], B[:6], np.ones(6)), (INPUT, STATE), gru),
    "embedding": (lambda t: nn.embedding([[1, 1], [3, 0]], t), (W.T,), lambda t: t[[[1, 1], [3, 0]]]),
    "glu": (lambda x: nn.glu(x, 1), (X,), lambda x: x[:, :2] * sigmoid(x[:, 2:])),
    "prelu": (nn.prelu, (X, SCALE[:3]), lambda x, a: np.where(x > 0, x, a * x)),
    "gelu": (
        lambda x: nn.gelu(x, approximate=True), (X,),
        lambda x: x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))),
    ),
    "mish": (nn.mish, (X,), lambda x: x * np.tanh(np.log(1 + np.exp(x)))),
    "celu": (lambda x: nn.celu(x, 0.6), (X,), lambda x: np.where(x > 0, x, 0.6 * (np.exp(x / 0.6) - 1))),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(LAYERS))
def test_a_layer_is_what_it_is_defined_as(name: str) -> None:
    layer, arrays, definition = LAYERS[name]
    expected = definition(*arrays)
    np.testing.assert_allclose(layer(*arrays), expected, rtol=1e-11, atol=1e-13)

    def total(*given: Array) -> Array:
        y = layer(*given)
        return np.sum(np.cos(np.arange(y.size)).reshape(y.shape) * y**2)

    compiled = jit(grad(total, tuple(range(len(arrays)))))(*arrays)
    for slot, array in enumerate(arrays):

        def moved(each: Array, slot: int = slot) -> Any:
            return total(*(each if place == slot else other for place, other in enumerate(arrays)))

        numbers = numeric_gradient(moved, array, 1e-4)
        np.testing.assert_allclose(grad(moved)(array), numbers, rtol=1e-6, atol=1e-8)
        np.testing.assert_allclose(compiled[slot], numbers, rtol=1e-6, atol=1e-8)


# Normalisation --------------------------------------------------------------------------------------------------------
def test_running_statistics_follow_the_batches_and_carry_no_gradient() -> None:
    _, first = nn.batch_norm(X)
    np.testing.assert_allclose(first.mean, X.mean((0, 2)))
    np.testing.assert_allclose(first.variance, X.var((0, 2), ddof=1))
    _, second = nn.batch_norm(X + 1.0, running=first, momentum=0.25)
    np.testing.assert_allclose(second.mean, first.mean + 0.25)
    np.testing.assert_allclose(second.variance, first.variance)
    np.testing.assert_array_equal(grad(lambda x: np.sum(nn.batch_norm(x)[1].mean))(X), np.zeros_like(X))
    assert nn.batch_norm(X, running=first, training=False)[1] == first


def test_equal_entries_are_normalised_to_zero_with_a_finite_gradient() -> None:
    flat = np.full((2, 3), 1e4)
    assert not nn.layer_norm(flat).any()
    assert np.isfinite(grad(lambda x: np.sum(nn.layer_norm(x) ** 2 + nn.rms_norm(x)))(flat)).all()
    half = nn.layer_norm(np.linspace(0, 1, 5000).astype(np.float16))
    assert half.dtype == np.float16
    assert abs(float(half.astype(float).std()) - 1) < 1e-2
    large = np.array([[300.0, -300.0]], np.float16).T  # whose squares float16 cannot hold
    y, running = nn.batch_norm(large)
    np.testing.assert_array_equal(y, [[1.0], [-1.0]])
    assert (running.variance.dtype, float(running.variance[0])) == (np.float32, 180000.0)
    assert nn.batch_norm(large, running=running, training=False)[0].dtype == np.float16
    np.testing.assert_array_equal(nn.rms_norm(large.T), [[1.0, -1.0]])


# Attention ------------------------------------------------------------------------------------------------------------
def test_what_is_masked_has_no_weight_and_no_gradient() -> None:
    nothing = MASK & np.array([True, True, False, True])[:, None]
    y = nn.attention(Q, K, V, mask=nothing)
    np.testing.assert_array_equal(y[:, 2], 0.0)
    assert np.isfinite(y).all()
    found = grad(lambda q, k, v: np.sum(nn.attention(q, k, v, mask=nothing) ** 2), (0, 1, 2))(Q, K, V)
    assert all(np.isfinite(each).all() for each in found)
    np.testing.assert_array_equal(found[0][:, 2], 0.0)
    np.testing.assert_allclose(jit(lambda m: nn.attention(Q, K, V, mask=m))(nothing), y)
    hidden = nn.attention(Q, np.where(np.arange(3)[:, None] == 2, 1e300, K), V, mask=[[True, True, False]])
    np.testing.assert_allclose(hidden, nn.attention(Q, K[:, :2], V[:, :2]))
    far = nn.masked_softmax(np.array([1e4, -1e4, np.inf]), np.array([True, True, False]))
    np.testing.assert_array_equal(far, [1.0, 0.0, 0.0])


def test_heads_are_attentions_side_by_side() -> None:
    x = RANDOM.normal(size=(2, 3, 4))
    parameters = {name: (RANDOM.normal(size=(4, 4)), RANDOM.normal(size=4)) for name in ("query", "key", "value")}
    parameters["output"] = (np.eye(4), np.zeros(4))
    q, k, v = (x @ w + b for w, b in (parameters[name] for name in ("query", "key", "value")))
    expected = np.concatenate([nn.attention(q[..., h], k[..., h], v[..., h]) for h in (slice(0, 2), slice(2, 4))], -1)
    np.testing.assert_allclose(nn.multi_head_attention(x, x, x, parameters, 2), expected, rtol=1e-12)


# Look-ups and chance --------------------------------------------------------------------------------------------------
def test_labels_are_looked_up_and_counted() -> None:
    np.testing.assert_array_equal(nn.one_hot([[1, 0]], 2), [[[0.0, 1.0], [1.0, 0.0]]])
    assert nn.one_hot(np.array([], int), 3, np.float32).shape == (0, 3)
    assert nn.embedding([], np.ones((2, 3))).shape == (0, 3)
    np.testing.assert_array_equal(jit(lambda i: nn.one_hot(i, 3))(np.array([2])), [[0.0, 0.0, 1.0]])
    np.testing.assert_allclose(nn.sinusoidal_positions(6, 5)[3, 2:4], [math.sin(f := 3 / 1e4**0.4), math.cos(f)])


def test_dropout_is_decided_by_its_key() -> None:
    ones = np.ones((50, 40), np.float32)
    one, again = nn.dropout(ones, 0.3, KEY), nn.dropout(ones, 0.3, KEY)
    np.testing.assert_array_equal(one, again)
    assert one.dtype == np.float32
    assert (one != nn.dropout(ones, 0.3, random.key(4))).any()
    np.testing.assert_array_equal(np.unique(one), np.array([0, 1 / 0.7], np.float32))
    assert abs(float(one.mean()) - 1) < 0.05
    np.testing.assert_array_equal(grad(lambda x: np.sum(nn.dropout(x, 0.3, KEY)))(ones), one)
    assert nn.dropout(ones, 0.3, KEY, training=False) is ones
    np.testing.assert_array_equal(jit(lambda x, key: nn.dropout(x, 0.3, key))(ones, KEY), one)
    first = jit(lambda key: initialisers.he_normal(key, (2, 3)))(KEY)
    np.testing.assert_allclose(first, initialisers.he_normal(KEY, (2, 3)))
    gone = float(np.flatnonzero(one == 0)[0])
    spoiled = np.where(np.arange(2000).reshape(50, 40) == gone, np.nan, ones)
    assert np.isfinite(nn.dropout(spoiled, 0.3, KEY)).all()
    assert np.isfinite(grad(lambda x: np.sum(nn.dropout(x, 0.3, KEY) ** 2))(spoiled)).all()


SPREADS: dict[str, float] = {
    "normal": 1.0, "truncated_normal": 1.0, "uniform": math.sqrt(1 / 12), "glorot_normal": math.sqrt(2 / 500),
    "glorot_uniform": math.sqrt(2 / 500), "he_normal": math.sqrt(2 / 200), "he_uniform": math.sqrt(2 / 200),
    "lecun_normal": math.sqrt(1 / 200), "lecun_uniform": math.sqrt(1 / 200),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(SPREADS))
def test_first_values_have_the_spread_they_promise(name: str) -> None:
    draw = getattr(initialisers, name)
    found = draw(KEY, (200, 300))
    assert abs(found.std() / SPREADS[name] - 1) < 0.02
    np.testing.assert_array_equal(found, draw(KEY, (200, 300)))
    assert draw(KEY, (2, 3), dtype=np.float32).dtype == np.float32
    if name == "truncated_normal":
        assert np.abs(found).max() < 2.28


def test_orthogonal_matrices_and_constants() -> None:
    tall, wide = initialisers.orthogonal(KEY, (6, 4)), initialisers.orthogonal(KEY, (3, 2, 2), gain=2.0)
    np.testing.assert_allclose(tall.T @ tall, np.eye(4), atol=1e-13)
    np.testing.assert_allclose(wide.reshape(3, 4) @ wide.reshape(3, 4).T, 4 * np.eye(3), atol=1e-13)
    assert initialisers.fans((8, 3, 5, 5)) == (75, 200)
    assert initialisers.constant(KEY, [2], 3.0).tolist() == [3.0, 3.0]
    assert initialisers.ones(KEY, [2]).sum() == 2
    assert not initialisers.zeros(KEY, [2]).any()


# Activations ----------------------------------------------------------------------------------------------------------
INF = np.inf
S = 1.0507009873554805  # the scale of selu, in Klambauer et al. (2017)
POINTS: dict[str, tuple[Callable[[Any], Any], list[float], list[float], list[float]]] = {
    "relu6": (nn.relu6, [-INF, 0, 3, 6, INF], [0, 0, 3, 6, 6], [0, 0, 1, 0, 0]),
    "hard_tanh": (nn.hard_tanh, [-INF, -1, 0.5, 1], [-1, -1, 0.5, 1], [0, 0, 1, 0]),
    "hard_sigmoid": (nn.hard_sigmoid, [-INF, -3, 0, 3, INF], [0, 0, 0.5, 1, 1], [0, 0, 1 / 6, 0, 0]),
    "hard_swish": (nn.hard_swish, [-INF, -3, 0, 3, INF], [0, 0, 0, 3, INF], [0, 0, 0.5, 1, 1]),
    "selu": (nn.selu, [-INF, 0, 1], [-1.7580993408473766, 0, S], [0, S, S]),
    "celu": (nn.celu, [-INF, 0, 1e4], [-1, 0, 1e4], [0, 1, 1]),
    "softsign": (nn.softsign, [-INF, 0, 1e300, INF], [-1, 0, 1, 1], [0, 1, 0, 0]),
    "softshrink": (nn.softshrink, [-INF, -0.5, 0, 0.5, 2], [-INF, 0, 0, 0, 1.5], [1, 0, 0, 0, 1]),
    "hardshrink": (nn.hardshrink, [-1, -0.5, 0, 0.5, 2], [-1, 0, 0, 0, 2], [1, 0, 0, 0, 1]),
    "threshold": (lambda x: nn.threshold(x, 1.0, -5.0), [0, 1, 2], [-5, -5, 2], [0, 0, 1]),
    "mish": (nn.mish, [-INF, 0, 1e4], [0, 0, 1e4], [0, 0.6, 1]),
    "gelu": (lambda x: nn.gelu(x, approximate=True), [-INF, -1e3, 0, 1e3], [0, 0, 0, 1e3], [0, 0, 0.5, 1]),
    "tanhshrink": (nn.tanhshrink, [0, 1e4], [0, 1e4 - 1], [0, 1]),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(POINTS))
def test_corners_and_tails_of_activations(name: str) -> None:
    function, points, values, slopes = POINTS[name]
    x = np.array(points, float)
    np.testing.assert_allclose(function(x), values, rtol=1e-14)
    np.testing.assert_allclose([grad(function)(each) for each in x.tolist()], slopes, rtol=1e-14)
    assert grad(function)(np.float32(0.25)).dtype == np.float32


def test_every_public_name_says_what_it_is() -> None:
    for room in (nn, optimisers, optimisers.schedules, initialisers):
        names = getattr(room, "__all__", [name for name in vars(room) if not name.startswith("_")])
        for name in names:
            value = getattr(room, name)
            if callable(value) and getattr(value, "__module__", "").startswith("chainrule."):
                assert (value.doc if isinstance(value, Op) else value.__doc__ or "").strip(), name


def test_an_explanation_names_the_layer() -> None:
    worked = explain(lambda x: np.sum(nn.relu6(x)))(np.array([1.0, 7.0]))
    assert "relu6" in worked.text()
    assert "rms_norm" in explain(lambda x: np.sum(nn.rms_norm(x)))(np.array([1.0, 7.0])).text()


SQUARE = dict.fromkeys(("query", "key", "value", "output"), np.ones((3, 4)))
WRONG: dict[str, tuple[type[ChainruleError], str, Callable[[], Any]]] = {
    "groups": (ShapeError, "4 channels in 3", lambda: nn.group_norm(X, 3)),
    "a scale": (ShapeError, "(3,)", lambda: nn.instance_norm(X, np.ones(3))),
    "channels": (ShapeError, "(4,)", lambda: nn.group_norm(np.ones(4), 2)),
    "statistics": (ShapeError, "running", lambda: nn.batch_norm(X, training=False)),
    "weights the other way": (ShapeError, "(8, 3)", lambda: nn.linear(INPUT, W.T)),
    "a memory": (ShapeError, "(5, 3)", lambda: nn.lstm_cell(INPUT, (STATE, INPUT), W, U)),
    "a mask": (ShapeError, "(3, 3)", lambda: nn.attention(Q, K, V, mask=np.ones((3, 3), bool))),
    "a slope": (ShapeError, "(4,)", lambda: nn.prelu(X, np.ones(4))),
    "a bias": (ShapeError, "(5, 1)", lambda: nn.linear(INPUT[0], W, np.ones((5, 1)))),
    "a scale of another size": (ShapeError, "(4,)", lambda: nn.layer_norm(X, np.ones(4))),
    "attention": (ShapeError, "(2, 4, 5), (2, 4, 3)", lambda: nn.attention(Q, X, X)),
    "heads": (ShapeError, "3 heads", lambda: nn.multi_head_attention(X, X, X, SQUARE, 3)),
    "a mask of numbers": (DTypeError, "float64", lambda: nn.masked_softmax(X, X)),
    "gates": (ShapeError, "4 gates", lambda: nn.lstm_cell(INPUT, (STATE, STATE), W[:, :6], U[:, :6])),
    "a row beyond": (BoundsError, "to 8", lambda: nn.embedding([8], W.T)),
    "a negative row": (BoundsError, "-1", lambda: nn.one_hot([-1], 3)),
    "labels of floats": (DTypeError, "float64", lambda: nn.one_hot([0.5], 3)),
    "a table": (ShapeError, "(8,)", lambda: nn.embedding([0], B)),
    "halves": (ShapeError, "3 entries", lambda: nn.glu(X)),
    "a rate": (DomainError, "rate 1.0", lambda: nn.dropout(X, 1.0, KEY)),
    "a key": (DTypeError, "float", lambda: nn.dropout(X, 0.5, 0.5)),
    "no fan": (ShapeError, "(3,)", lambda: initialisers.he_normal(KEY, (3,))),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(WRONG))
def test_what_does_not_fit_is_said(name: str) -> None:
    kind, said, call = WRONG[name]
    with pytest.raises(kind) as caught:
        call()
    assert said in str(caught.value), str(caught.value)
