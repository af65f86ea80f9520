"""The lines that a random program is made of: a draft in, one expression out (empty where nothing fits).

One idea: each kind of line is a function, and a table says how often it is drawn.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .drafts import Draft

_ANYWHERE = (
    "np.sin", "np.cos", "np.tanh", "np.exp", "np.expm1", "np.arctan", "np.arcsinh", "np.abs", "np.square", "np.sign",
    "np.sinh", "np.cosh", "np.cbrt", "np.negative", "np.floor", "np.rint", "np.exp2", "np.tan", "np.sinc", "ops.relu",
    "ops.sigmoid", "ops.softplus", "ops.gelu", "ops.silu", "ops.erf", "ops.erfc", "ops.elu", "ops.log_sigmoid",
    "ops.leaky_relu", "np.nan_to_num", "np.deg2rad", "np.trunc",
)  # fmt: skip
_POSITIVE = ("np.log", "np.sqrt", "np.reciprocal", "np.log2", "np.log10", "np.log1p", "1.0 /", "chainrule.gammaln")
_PAIRS = ("np.maximum", "np.minimum", "np.arctan2", "np.hypot", "np.logaddexp", "np.fmax", "np.copysign", "np.fmin")
_COMPARED = ("<", ">", "<=", ">=", "==", "!=")


def entrywise(draft: Draft) -> str:
    x = draft.pick(draft.is_number)
    if draft.chance(0.25):
        inner = x if draft.wild and draft.chance(0.3) else draft.choose((f"{x} * {x} + 0.5", f"np.abs({x}) + 0.1"))
        return f"{draft.choose(_POSITIVE)}({inner})"
    return f"{draft.choose(_ANYWHERE)}({x})"


def pair(draft: Draft) -> str:
    x = draft.pick(draft.is_number)
    y = draft.pick(draft.is_number, draft.meets(x))
    word = draft.choose(("+", "-", "*", "*", "+", "/", "**", "call", "call", "%", "//"))
    if word == "call":
        return f"{draft.choose(_PAIRS)}({x}, {y})"
    if word == "/":
        return f"{x} / {y}" if draft.wild else f"{x} / ({y} * {y} + 1.0)"
    if word == "**":
        return f"{x} ** {y}" if draft.wild else f"(np.abs({x}) + 0.2) ** np.tanh({y})"
    if word in "%//":
        return f"{x} {word} (np.abs({y}) + 0.75)"
    return f"{x} {word} {y}"


def number(draft: Draft) -> str:
    x = draft.pick(draft.is_number)
    if not x:
        return ""
    ways = (
        "2.0 * {}", "{} - 1.0", "0.5 - {}", "-{}", "{} / 3.0", "{} ** 2", "{} ** 3", "{} * 3", "{} + 1", "1 - {}",
        "({} * {} + 1.0) ** -0.5", "({} * {} + 0.1) ** 1.7", "2.0 ** {}", "{} * np.float32(0.3)",
        "{} + np.float64(0.25)", "np.maximum({}, 0.0)", "np.clip({}, -0.5, 0.75)", "np.minimum({}, 1)",
    )  # fmt: skip
    return draft.choose(ways).replace("{}", x)


def mask(draft: Draft) -> str:
    x = draft.pick(draft.is_number)
    if draft.chance(0.3):
        m = draft.pick(draft.is_mask)
        if m:
            n = draft.pick(draft.is_mask, draft.meets(m))
            return draft.choose((f"~{m}", f"{m} & {n}", f"{m} | {n}", f"np.logical_xor({m}, {n})", f"np.any({m})"))
    if draft.chance(0.3):
        return draft.choose((f"{x} > 0", f"{x} <= 0.5", f"np.isfinite({x})", f"np.isnan({x})", f"{x} != 1.0"))
    y = draft.pick(draft.is_number, draft.meets(x))
    return f"{x} {draft.choose(_COMPARED)} {y}"


def choice(draft: Draft) -> str:
    x = draft.pick(draft.is_number)
    y = draft.pick(draft.is_number, draft.meets(x))
    m = draft.pick(draft.is_mask, draft.meets(x))
    if m and y and draft.meets(m)(y) and draft.chance(0.6):
        return draft.choose((f"np.where({m}, {x}, {y})", f"np.where({m}, 0.0, {x})", f"{x} * {m}"))
    return draft.choose((f"np.where({x} > 0.1, {x}, {y})", f"np.where({x} > {y}, {x}, {y})", f"np.clip({x}, {y}, 1.5)"))


def axis_of(draft: Draft, x: str) -> int:
    axes = len(draft.shape(x))
    return draft.random.randrange(-axes, axes)


def axes_text(draft: Draft, x: str) -> str:
    """An axis, some axes or all of them."""
    axes = len(draft.shape(x))
    if not axes or draft.chance(0.2):
        return "None"
    if axes > 1 and draft.chance(0.3):
        first = draft.random.randrange(axes)
        return f"({first}, {(first + 1 + draft.random.randrange(axes - 1)) % axes})"
    return str(axis_of(draft, x))


def reduction(draft: Draft) -> str:
    x = draft.pick(draft.has_axes)
    if not x:
        return ""
    names = ("sum", "sum", "mean", "max", "min", "prod", "var", "std", "all", "any", "count_nonzero", "median", "ptp")
    name = draft.choose((*names, "logsumexp", "logsumexp", "norm", "argmax", "argmin", "nansum", "nanmax"))
    keep = draft.choose((", keepdims=True", ""))
    if name == "logsumexp":
        return f"ops.logsumexp({x}, axis={axes_text(draft, x)}{keep})"
    if name == "norm":
        return f"np.sqrt(np.sum({x} * {x}, axis={axes_text(draft, x)}{keep}) + 0.01)"
    if name in ("argmax", "argmin", "median", "ptp"):
        return f"np.{name}({x}, axis={axis_of(draft, x)}{keep})"
    return f"np.{name}({x}, axis={axes_text(draft, x)}{keep})"


def along(draft: Draft) -> str:
    """Results as long as what they are made of."""
    x = draft.pick(draft.has_axes, draft.is_number)
    if not x:
        return ""
    axis = axis_of(draft, x)
    mean = f"np.mean({x}, axis={axis}, keepdims=True)"
    return draft.choose((
        f"ops.softmax({x}, axis={axis})", f"ops.log_softmax({x}, axis={axis})", f"np.cumsum({x}, axis={axis})",
        f"np.cumprod({x}, axis={axis})", f"np.sort({x}, axis={axis})", f"np.diff({x}, axis={axis})",
        f"({x} - {mean}) / np.sqrt(np.var({x}, axis={axis}, keepdims=True) + 0.01)", f"np.argsort({x}, axis={axis})",
        f"{x} / (np.sum(np.abs({x}), axis={axis}, keepdims=True) + 0.1)", f"np.maximum.accumulate({x}, axis={axis})",
        f"np.take_along_axis({x}, np.argsort({x}, axis={axis}), axis={axis})", f"{x} - {mean}",
        f"np.exp({x} - np.max({x}, axis={axis}, keepdims=True))",
        f"ops.layer_norm({x})", f"np.cumsum({x}[..., ::-1], axis={axis})",
    ))  # fmt: skip


def arrangement(draft: Draft) -> str:
    """Entries moved, chosen or repeated."""
    x = draft.pick(draft.has_axes)
    if not x:
        return ""
    shape, axis = draft.shape(x), axis_of(draft, x)
    rest = int(np.prod(shape[1:]))
    start, step = draft.random.randrange(-3, 4), draft.choose((-3, -2, -1, 1, 2, 3))
    places = [draft.random.randrange(-size, size) for size in [max(1, shape[0])] for _ in range(3)]
    turned = sorted(range(len(shape)), key=lambda _: draft.random.randrange(100))
    return draft.choose((
        f"{x}.T", f"np.transpose({x}, {turned})", f"np.swapaxes({x}, 0, {axis})", f"np.moveaxis({x}, {axis}, 0)",
        f"np.reshape({x}, -1)", f"np.reshape({x}, ({rest}, {shape[0]}))", f"np.reshape({x}.T, {shape})",
        f"{x}[{start}:]", f"{x}[::{step}]", f"{x}[..., {start}::{step}]", f"{x}[..., {start}]", f"{x}[{start}]",
        f"{x}[None]", f"{x}[..., None]", f"{x}[:, None]", f"np.flip({x}, {axis})", f"np.ravel({x})",
        f"np.roll({x}, {start}, axis={axis})",
        f"np.pad({x}, 1)", f"np.pad({x}, (2, 0), mode='edge')", f"np.repeat({x}, 2, axis={axis})", f"np.tile({x}, 2)",
        f"{x}[np.array({places})]", f"np.take({x}, {places}, axis=0)", f"{x}[{places}, ..., {start}]",
        f"np.broadcast_to({x}, {(draft.choose((1, 2, 3)), *shape)})", f"np.squeeze({x})", f"np.rot90({x})",
        f"np.tril({x})", f"np.triu({x}, 1)", f"np.diag({x})", f"np.trace({x})", f"np.diagonal({x})",
        f"{x}[1:] - {x}[:-1]", f"{x}.astype(np.float32)", f"{x}.astype(np.float64)", f"{x}.astype(int)",
        f"chainrule.stop_gradient({x})", f"np.split({x}, [1], axis={axis})[1]",
    ))  # fmt: skip


def joined(draft: Draft) -> str:
    x = draft.pick(draft.has_axes)
    if not x:
        return ""
    y = draft.pick(lambda name: draft.shape(name) == draft.shape(x))
    axis = axis_of(draft, x)
    return draft.choose((
        f"np.concatenate([{x}, {y}], axis={axis})", f"np.stack([{x}, {y}], axis={axis})", f"np.hstack([{x}, {y}, {x}])",
        f"np.concatenate([{x}[:1], {y}, {x}[1:]])", f"np.stack([{x}, {y} * 2])", f"np.vstack([{x}, {y}])",
    ))  # fmt: skip


def written(draft: Draft) -> str:
    """Entries written or added at places, known or computed."""
    x = draft.pick(draft.has_axes, draft.is_float, draft.has_entries)
    if not x:
        return ""
    size = draft.shape(x)[0]
    places = [draft.random.randrange(size) for _ in range(3)]
    y = draft.pick(draft.is_float, lambda name: draft.shape(name) == ()) or "0.5"
    computed = f"np.argsort({x}.ravel())[:{min(size, 3)}] % {size}"
    here = f"ops.at({x})"
    return draft.choose((
        f"{here}[np.array({places})].add({y})", f"{here}[{places[0]}].set({y})", f"{here}[1:].multiply({y})",
        f"{here}[np.array({places})].add({x}[{places[0]}])", f"{x}[{computed}]", f"{here}[{computed}].add(1.0)",
        f"np.take({x}, np.array([{places}, {places}]), axis=0)", f"{here}[::2].set(0.25)", f"{here}[..., -1].add({y})",
        f"chainrule.index_add({x}, np.array({places}), {x}[{places[0]}])", f"{here}[1].multiply(2.0)",
        f"chainrule.index_set({x}, {places[0]}, {y})",
        f"chainrule.index_add({x}, {computed}, {y})", f"chainrule.index_set({x}, slice(1, None), {y})",
    ))  # fmt: skip


def product(draft: Draft) -> str:
    x, y = draft.pick(draft.has_axes, draft.is_float), draft.pick(draft.has_axes, draft.is_float)
    some = draft.is_float, draft.is_small  # outer products of large arrays would be very large
    A, B = draft.pick(draft.is_matrix, *some), draft.pick(draft.is_matrix, *some)
    v, w = draft.pick(draft.is_vector, *some), draft.pick(draft.is_vector, *some)
    found = [f"{x} @ {y}", f"np.dot({x}, {y})"] if x else []
    if A:
        found += [f"{A} @ {B}", f"{A}.T @ {B}", f"{A} @ {B}.T", f"{A} @ {A}.T", f"{A}[None] @ {B}"]
        for right in ("", "i", "j", "ij", "ji"):
            found.append(f"np.einsum('ij,ij->{right}', {A}, {B})")
        for right in ("ik", "ki", "k", "kij"):
            found.append(f"np.einsum('ij,kj->{right}', {A}, {B})")
        found += [f"np.tensordot({A}, {B}, axes=1)", f"np.einsum('ij,jk,kl->il', {A}, {B}, {A})", f"np.inner({A}, {B})"]
        found += [f"np.kron({A}, {B})"] if np.size(draft.known[A]) * np.size(draft.known[B]) < 1000 else []
        found += [f"np.linalg.solve({A} @ {A}.T + 3.0 * np.eye({draft.shape(A)[0]}), {A})"]
    if v:
        found += [f"np.outer({v}, {w})", f"{v} @ {w}", f"np.einsum('i,i->i', {v}, {w})", f"np.convolve({v}, {w})"]
    if A and v:
        found += [f"{A} @ {v}", f"{v} @ {A}", f"{v} @ {A} @ {v}", f"np.einsum('ij,j->ij', {A}, {v})"]
    return draft.choose(found) if found else ""


def control(draft: Draft) -> str:
    """Loops, choices and functions of every row."""
    x = draft.pick(draft.has_axes, draft.is_float)
    if not x:
        return ""
    s = draft.pick(draft.is_float, lambda name: draft.shape(name) == ()) or "0.5"
    start = f"np.zeros_like({x}[0])"
    step = draft.choose((
        "(c * 0.5 + np.sin(r), np.sum(c * r))", "(np.tanh(c + r), c)", f"(np.maximum(c, r) * {s}, r[..., ::-1] + c)",
        "(c + r, np.where(r > 0, c, r))", "(r, (c, np.exp(-r * r)))", "(0.9 * c + 0.1 * np.mean(r), np.max(r + c))",
    ))  # fmt: skip
    side = draft.choose((0, 1))
    scanned = f"chainrule.scan(lambda c, r: {step}, {start}, {x}, reverse={draft.chance(0.3)})[{side}]"
    if side == 1 and "(c, np.exp" in step:
        scanned += "[1]"
    goes_on = "lambda c: (np.sum(c[0] * c[0]) > 0.5) & (c[1] < 9)"
    row = draft.choose(("np.sum(r)", "r * np.cos(r)", "ops.softmax(r.ravel())", f"np.max(r) * {s}", "r - np.mean(r)"))
    return draft.choose((
        scanned, scanned, f"chainrule.vmap(lambda r: {row})({x})", f"chainrule.map(lambda r: {row}, {x})",
        f"chainrule.vmap(chainrule.grad(lambda r: np.sum(np.sin(r) * r)))({x})",
        f"chainrule.cond(np.sum({x}) > 0, lambda r: r * 2.0, lambda r: np.sin(r), {x})",
        f"chainrule.fori_loop(0, 3, lambda i, c: np.sin(c) + 0.1 * i, {x})",
        f"chainrule.checkpoint(np.tanh)({x} * {s})",
        f"chainrule.while_loop({goes_on}, lambda c: (0.5 * c[0], c[1] + 1), (chainrule.stop_gradient({x}), 0))[0]",
        f"chainrule.jit(lambda r: r * np.sin(r))({x})",
    ))  # fmt: skip


def layer(draft: Draft) -> str:
    """Parts of networks: products of stacks, windows that slide over images, losses."""
    A, B = draft.pick(draft.is_matrix, draft.is_float), draft.pick(draft.is_matrix, draft.is_float)
    if not A or np.size(draft.known[A]) > 6000:
        return ""
    rows, columns = draft.shape(A)
    count, filters = draft.choose((1, 2, 3, 5)), draft.choose((1, 2, 3, 4, 8))
    high, wide = (1 + draft.random.randrange(min(4, max(1, size))) for size in (rows, columns))
    step, border = draft.choose((1, 1, 2)), draft.choose(("'valid'", "'same'", "1"))
    images = f"np.stack([{A} * (k + 1) for k in range({count})])[None]"
    kernel = (
        f"np.sin(np.arange({filters * count * high * wide}).reshape({filters}, {count}, {high}, {wide}) * np.mean({A}))"
    )
    kernel = f"({kernel}).astype({A}.dtype)" if draft.chance(0.7) else kernel
    pooled = f"({images}, {draft.choose((1, 2, 3))}, {draft.choose((1, 2))})"
    return draft.choose((
        f"chainrule.conv2d({images}, {kernel}, stride={step}, padding={border})",
        f"chainrule.nn.max_pool2d{pooled}", f"chainrule.nn.avg_pool2d{pooled}", f"ops.relu({A} @ {B} + 0.1)",
        f"np.stack([{A}, 2.0 * {A}, {A} - 1.0]) @ {B}", f"np.einsum('bij,jk->bik', np.stack([{A}, {A} + 1.0]), {B})",
        f"np.tanh({A} @ {A}.T) @ {A}", f"{A}.T @ ({A} * 0.5) - {A}.T @ {A}",
        f"-np.mean(ops.log_softmax({A}, axis=1)[:, 0])", f"ops.softmax({A} @ {B}.T, axis=-1) @ {B}",
        f"{A} - 0.01 * ({A} @ {A}.T @ {A})", f"np.sum({A} @ {B}, axis=0)",
    ))  # fmt: skip


Kind = Callable[[Draft], str]
KINDS: tuple[tuple[Kind, int], ...] = (
    (entrywise, 6), (pair, 7), (number, 4), (mask, 2), (choice, 3), (reduction, 5), (along, 4), (arrangement, 7),
    (joined, 2), (written, 2), (product, 4), (layer, 2), (control, 2),
)  # fmt: skip
WEIGHTED = tuple(kind for kind, weight in KINDS for _ in range(weight))


def write_line(draft: Draft) -> str:
    """The name of one more line; an empty one where what was drawn does not fit."""
    return draft.write(draft.choose(WEIGHTED)(draft))
