"""Functions that NumPy has not: the text of small definitions, by name.

One idea: a definition is written once, over NumPy, and respelled for the other dialects like the code that calls it;
only where a library does it in another way altogether has it a text of its own. Names begin with an underscore, which
no name of a user's can.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache

NUMPY = '''
def _sigmoid(x):
    """1/(1 + exp(-x)); exp of negative numbers only, so nothing overflows."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, small) / (1.0 + small)


def _logit(x):
    """log(x/(1 - x)), the inverse of the logistic function."""
    return np.log(x) - np.log1p(-x)


def _relu(x):
    """max(x, 0)."""
    return np.maximum(x, 0.0)


def _positive(x):
    """1 where x > 0, else 0."""
    return np.heaviside(x, 0.0)


def _leaky_relu(x, slope):
    """x where x > 0, else slope x."""
    return np.where(x > 0, x, slope * x)


def _elu(x, alpha):
    """x where x > 0, else alpha (exp(x) - 1)."""
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0.0)))


def _erf(x):
    """The error function."""
    return np.vectorize(math.erf, otypes=[float])(x)[()]


def _erfc(x):
    """1 - erf(x), exact in the right tail."""
    return np.vectorize(math.erfc, otypes=[float])(x)[()]


def _gelu(x):
    """x times the normal distribution function."""
    return 0.5 * x * _erfc(-math.sqrt(0.5) * x)


def _silu(x):
    """x sigmoid(x)."""
    return x * _sigmoid(x)


def _step(x, y):
    """1 where x > y, 1/2 where they are equal, else 0."""
    return np.where(x == y, 0.5, 0.5 + 0.5 * np.sign(x - y))


def _ratio(x, y):
    """x/y, and 0 where y is 0."""
    return np.where(y == 0, 0.0, x / np.where(y == 0, 1.0, y))


def _xlogy(x, y):
    """x log(y), and 0 where x is 0."""
    return np.where(x == 0, 0.0, x * np.log(np.where(x == 0, 1.0, y)))


def _softmax(x, axis=-1):
    """exp(x) over its sum along one axis; the largest entry is taken off first, so nothing overflows."""
    raised = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return raised / np.sum(raised, axis=axis, keepdims=True)


def _log_softmax(x, axis=-1):
    """The logarithm of softmax, exact also where softmax is tiny."""
    moved = x - np.max(x, axis=axis, keepdims=True)
    return moved - np.log(np.sum(np.exp(moved), axis=axis, keepdims=True))


def _logsumexp(x, axis=None, keepdims=False):
    """log(sum(exp(x))); the largest entry is taken off first, so nothing overflows."""
    top = np.max(x, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    total = np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True)) + top
    return total if keepdims else np.squeeze(total, axis)[()]


def _normalised(x, axis, epsilon):
    """x with mean 0 and variance 1 along one axis."""
    moved = x - np.mean(x, axis=axis, keepdims=True)
    return moved / np.sqrt(np.mean(moved ** 2, axis=axis, keepdims=True) + epsilon)


def _weighted_gram(x, v):
    """The transpose of x times diag(v) times x."""
    return (x.T * v) @ x


def _chosen(x, axes, largest):
    """1 at the largest (or smallest) entry along the axes, equal shares at ties, 0 elsewhere."""
    best = np.max(x, axis=axes, keepdims=True) if largest else np.min(x, axis=axes, keepdims=True)
    hit = np.where(x == best, np.ones_like(x), 0.0)
    return hit / np.sum(hit, axis=axes, keepdims=True)


def _prod_others(x, axes):
    """For each entry the product of all others along the axes: from the left times from the right, undivided."""
    order = tuple(axis for axis in range(x.ndim) if axis not in axes) + tuple(axes)
    moved = np.transpose(x, order)
    rows = np.reshape(moved, (*moved.shape[: x.ndim - len(axes)], -1))
    one = np.ones_like(rows[..., :1])
    left = np.cumprod(np.concatenate([one, rows[..., :-1]], axis=-1), axis=-1)
    back = np.concatenate([one, np.flip(rows, (-1,))[..., :-1]], axis=-1)
    both = left * np.flip(np.cumprod(back, axis=-1), (-1,))
    return np.transpose(np.reshape(both, moved.shape), tuple(order.index(axis) for axis in range(x.ndim)))


def _recur(a, b, axis):
    """y_k = a_k y_(k-1) + b_k along one axis, from y_0 = b_0."""
    factors, terms = np.moveaxis(a, axis, 0), np.moveaxis(b, axis, 0)
    found = [terms[0]]
    for factor, term in zip(factors[1:], terms[1:]):
        found.append(factor * found[-1] + term)
    return np.moveaxis(np.stack(found, axis=0), 0, axis)


def _cholesky(x):
    """The lower triangular L with L L^T = x, of the mean of x and its transpose."""
    return np.linalg.cholesky((x + np.swapaxes(x, -1, -2)) / 2.0)


def _cofactor(x):
    """det(x) times the transposed inverse: the matrix of cofactors, where x has an inverse."""
    return np.linalg.det(x)[..., None, None] * np.swapaxes(np.linalg.inv(x), -1, -2)


def _solve_triangular(a, b, lower, unit_diagonal):
    """The x with T x = b, where T is one half of a, with ones on its diagonal if they are given."""
    keep = np.tri(a.shape[-1], dtype=a.dtype)
    half = a * (keep if lower else np.swapaxes(keep, 0, 1))
    one = np.eye(a.shape[-1], dtype=a.dtype)
    return np.linalg.solve(half * (1.0 - one) + one if unit_diagonal else half, b)


def _place(g, key, shape):
    """Zeros with g added at a key; places named twice receive twice."""
    whole = np.zeros(shape, dtype=g.dtype)
    np.add.at(whole, key, g)
    return whole


def _correlate2d(w, x):
    """y_ij = sum_kl w_kl x_(i+k)(j+l), where the weights lie inside x."""
    return np.einsum("ijkl,kl->ij", np.lib.stride_tricks.sliding_window_view(x, w.shape), w)


def _convolve2d(w, x):
    """y_ij = sum_kl w_kl x_(i-k)(j-l), with zeros outside."""
    rows, columns = w.shape
    return _correlate2d(w[::-1, ::-1], np.pad(x, ((rows - 1, rows - 1), (columns - 1, columns - 1))))


def _conv2d(x, w, stride, padding):
    """Images (image, channel, row, column) under filters (filter, channel, row, column)."""
    (down, right), border = stride, ((0, 0), (0, 0), *((each, each) for each in padding))
    views = np.lib.stride_tricks.sliding_window_view(np.pad(x, border), w.shape[2:], (2, 3))[:, :, ::down, ::right]
    return np.einsum("ncijkl,fckl->nfij", views, w, optimize=True)


def _conv2d_transpose(g, w, stride, padding, size):
    """What arrives at images of this size when g arrives at their convolution."""
    (rows, columns), (down, right) = g.shape[2:], padding
    whole = np.zeros((g.shape[0], w.shape[1], size[0] + 2 * down, size[1] + 2 * right))
    sent = np.einsum("nfij,fckl->klncij", g, w, optimize=True)
    for k, m in np.ndindex(w.shape[2:]):
        below, beside = k + stride[0] * (rows - 1) + 1, m + stride[1] * (columns - 1) + 1
        whole[:, :, k : below : stride[0], m : beside : stride[1]] += sent[k, m]
    return whole[:, :, down : down + size[0], right : right + size[1]]


def _conv2d_filters(g, x, stride, padding, size):
    """What arrives at filters of this size when g arrives at their convolution with x."""
    (down, right), border = stride, ((0, 0), (0, 0), *((each, each) for each in padding))
    views = np.lib.stride_tricks.sliding_window_view(np.pad(x, border), size, (2, 3))[:, :, ::down, ::right]
    return np.einsum("nfij,ncijkl->fckl", g, views, optimize=True)
'''

JAX = '''
def _place(g, key, shape):
    """Zeros with g added at a key; places named twice receive twice."""
    return jnp.zeros(shape, dtype=g.dtype).at[key].add(g)


def _correlate2d(w, x):
    """y_ij = sum_kl w_kl x_(i+k)(j+l), where the weights lie inside x."""
    return jax.lax.conv(x[None, None], w[None, None], (1, 1), "VALID")[0, 0]


def _convolve2d(w, x):
    """y_ij = sum_kl w_kl x_(i-k)(j-l), with zeros outside."""
    border = tuple((size - 1, size - 1) for size in w.shape)
    return jax.lax.conv_general_dilated(x[None, None], jnp.flip(w)[None, None], (1, 1), border)[0, 0]


def _conv2d(x, w, stride, padding):
    """Images (image, channel, row, column) under filters (filter, channel, row, column)."""
    return jax.lax.conv_general_dilated(x, w, stride, tuple((each, each) for each in padding))


def _conv2d_transpose(g, w, stride, padding, size):
    """What arrives at images of this size when g arrives at their convolution."""
    like = jax.ShapeDtypeStruct((g.shape[0], w.shape[1], *size), g.dtype)
    return jax.linear_transpose(lambda x: _conv2d(x, w, stride, padding), like)(g)[0]


def _conv2d_filters(g, x, stride, padding, size):
    """What arrives at filters of this size when g arrives at their convolution with x."""
    like = jax.ShapeDtypeStruct((g.shape[1], x.shape[1], *size), g.dtype)
    return jax.linear_transpose(lambda w: _conv2d(x, w, stride, padding), like)(g)[0]
'''

TORCH = '''
def _cbrt(x):
    """The cube root, of negative numbers too."""
    return torch.sign(x) * torch.abs(x) ** (1 / 3)


def _positive(x):
    """1 where x > 0, else 0."""
    return (x > 0).to(x.dtype)


def _prod(x, dim=None, keepdim=False):
    """The product along several axes."""
    for each in sorted(range(x.ndim) if dim is None else dim, reverse=True):
        x = torch.prod(x, dim=each, keepdim=keepdim)
    return x


def _place(g, places, shape):
    """Zeros of this shape with g added at places, which count the entries; places named twice receive twice."""
    whole = g.new_zeros(math.prod(shape))
    return whole.index_add(0, places.reshape(-1), g.reshape(-1)).reshape(shape)


def _solve(a, b):
    """The x with a x = b, for one vector b or for matrices; a stack of vectors is read as matrices, as NumPy does."""
    return torch.linalg.solve(a, b if b.ndim == 1 else b[(None,) * max(a.ndim - b.ndim, 0)])


def _correlate(x, w):
    """y_i = sum_k w_k x_(i+k), where the weights lie inside x."""
    return torch.nn.functional.conv1d(x[None, None], w[None, None])[0, 0]


def _convolve(a, v, mode):
    """y_i = sum_k a_k v_(i-k), with zeros outside: all of it, or the middle."""
    whole = torch.nn.functional.conv1d(a[None, None], v.flip(0)[None, None], padding=len(v) - 1)[0, 0]
    short, long = sorted((len(a), len(v)))
    first, length = {"full": (0, long + short - 1), "same": ((short - 1) // 2, long),
                     "valid": (short - 1, long - short + 1)}[mode]
    return whole[first : first + length]


def _correlate2d(w, x):
    """y_ij = sum_kl w_kl x_(i+k)(j+l), where the weights lie inside x."""
    return torch.nn.functional.conv2d(x[None, None], w[None, None])[0, 0]


def _convolve2d(w, x):
    """y_ij = sum_kl w_kl x_(i-k)(j-l), with zeros outside."""
    border = tuple(size - 1 for size in w.shape)
    return torch.nn.functional.conv2d(x[None, None], w.flip((0, 1))[None, None], padding=border)[0, 0]
'''

OWN: Mapping[str, str] = {"numpy": NUMPY, "jax": JAX, "torch": TORCH}


@cache
def definitions(dialect: str) -> dict[str, ast.FunctionDef]:
    """The definitions that are written for this dialect, by name."""
    return {each.name: each for each in ast.parse(OWN[dialect]).body if isinstance(each, ast.FunctionDef)}


def definition(dialect: str, name: str) -> tuple[ast.FunctionDef, bool] | None:
    """A fresh copy of a definition, and whether it is over NumPy and must be respelled; None where there is none."""
    for source in (dialect, "numpy"):
        if name in definitions(source):
            copied = ast.parse(ast.unparse(definitions(source)[name])).body[0]
            assert isinstance(copied, ast.FunctionDef)
            return copied, source == "numpy"
    return None
