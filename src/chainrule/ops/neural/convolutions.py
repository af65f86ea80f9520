"""Convolution along any number of axes, with strides, uneven borders, dilated windows and groups.

One idea: as for `conv2d`, convolution, its transpose and the slope along the filters are three readings of one
trilinear form, so each is linear in both arguments and the others are its adjoints, to every order.
Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning (2016).
"""

from __future__ import annotations

from typing import Any

from ...errors import ShapeError
from ...ir.library import Array, Library, reference
from ...ir.node import Node
from ...ir.notation import Form, Notation
from ...ir.op import Affine, Domain, Linear, Role, Sample, Windows
from ...ir.types import ArrayType, array_type
from ..batch_rules import sliding_rule, slope_rule
from ..declare import op
from ..windows import Places, alone
from .sliding import Pairs, Sizes, Slide, convolve, correlate, spread

CODE = "chainrule.ops.neural"


def sliding_notation(name: str, *named: str, pooled: bool = False) -> Any:
    """`name(x, w)`, with what is not as usual (strides of 1, the window's where it is `pooled`); code spells all."""

    def notation(node: Node) -> Notation:
        slots = ", ".join(f"{{{slot}}}" for slot in range(len(node.inputs)))
        settings = node.settings
        usual = settings["window"] if pooled else (1,) * len(settings["strides"])
        plain = {"strides": settings["strides"] == usual,
                 "padding": not any(map(any, settings["padding"])),
                 "dilation": all(gap == 1 for gap in settings["dilation"])}  # fmt: skip
        told = "".join(f", {key}={short(settings[key])}" for key in (*plain, *named) if not plain.get(key))
        code = ", ".join(f"{key}={{{key}}}" for key in settings)
        spelled = name.replace("_", r"\,")
        return Notation(
            Form(f"{name}({slots}{told})"),
            Form(rf"\operatorname{{{{{spelled}}}}}({slots})"),
            Form(f"{CODE}.{name}({slots}, {code})"),
        )

    return notation


def short(setting: tuple[Any, ...]) -> str:
    """One number for all axes where they agree."""
    same = all(each == setting[0] for each in setting)
    return short(setting[0]) if same and isinstance(setting[0], tuple) else str(setting[0] if same else setting)


def refuse_unless(fits: bool, name: str, first: ArrayType, second: ArrayType, expected: str) -> None:
    """Raise ShapeError with both shapes unless they fit."""
    if not fits:
        raise ShapeError(
            given=f"{name} of shapes {first.shape} and {second.shape}", expected=expected, where=name,
            remedy="arrays have axes (example, channel, places...), filters (filter, channel, window...); a single "
            "example is x[None], and padding= makes room for filters larger than the array",
        )  # fmt: skip


def layout(name: str, x: ArrayType, w: ArrayType, count: int, channels: int) -> tuple[Sizes, Sizes]:
    """The leading axes of both, after a look at the axes: `channels` counts those from the end of the leading ones."""
    several = x.ndim == w.ndim and x.ndim in (count + 2, count + 3)
    refuse_unless(several, name, x, w, f"two arrays with {count} axes to slide along behind two others each")
    lead, kinds = x.shape[: x.ndim - count], w.shape[: w.ndim - count]
    refuse_unless(lead[-1] == kinds[channels], name, x, w, f"filters for the {lead[-1]} channels there are")
    refuse_unless(lead[1:-1] == kinds[:-2], name, x, w, "as many groups of filters as of channels")
    return lead, kinds


def result_dtype(first: ArrayType, second: ArrayType) -> Any:
    return reference().result_type(first.dtype, second.dtype)


# Index forms ----------------------------------------------------------------------------------------------------------
PLACES, INSIDE, ENTRIES = "ijk", "pqr", "uvw"  # letters for up to three axes


def lead(x: ArrayType, count: int, letters: str) -> str:
    """The letters of the axes before those that are slid along: examples first, then groups where there are any."""
    first = letters[:1] if letters[0] == "n" else ""
    return first + "g" * (x.ndim == count + 3) + letters[len(first) :]


def under(slide: Slide) -> tuple[Affine, ...]:
    """Where the images are read: strides times place, plus dilation times the entry of the window, less the border."""
    return tuple(
        Affine(((step, place), (gap, inside)), -before)
        for step, place, gap, inside, (before, _) in zip(
            slide.strides, PLACES, slide.dilation, INSIDE, slide.padding, strict=False
        )
    )


def convolution_places(x: ArrayType, w: ArrayType, **moves: Any) -> tuple[Places, str] | None:
    slide = Slide(**moves)
    count = len(slide.strides)
    if count > len(PLACES):
        return None
    images = (*alone(lead(x, count, "nc")), *under(slide))
    return (images, alone(lead(w, count, "fc") + INSIDE[:count])), lead(x, count, "nf") + PLACES[:count]


def filters_places(g: ArrayType, x: ArrayType, *, window: Sizes, **moves: Any) -> tuple[Places, str] | None:
    slide = Slide(**moves)
    count = len(slide.strides)
    if count > len(PLACES):
        return None
    images = (*alone(lead(x, count, "nc")), *under(slide))
    return (alone(lead(g, count, "nf") + PLACES[:count]), images), lead(g, count, "fc") + INSIDE[:count]


def transpose_places(g: ArrayType, w: ArrayType, *, size: Sizes, **moves: Any) -> tuple[Places, str] | None:
    """Along each axis either the place or the entry of the window follows from the other, unless both have steps."""
    slide = Slide(**moves)
    count = len(slide.strides)
    axes = list(zip(slide.strides, slide.dilation, slide.padding, PLACES, INSIDE, ENTRIES, strict=False))
    if count > len(PLACES) or any(step > 1 and gap > 1 for step, gap, *_ in axes):
        return None
    seen, inside = [], []
    for step, gap, (before, _), place, entry, row in axes:
        if gap == 1:
            seen.append(Affine(((1, place),)))
            inside.append(Affine(((1, row), (-step, place)), before))
        else:
            seen.append(Affine(((1, row), (-gap, entry)), before))
            inside.append(Affine(((1, entry),)))
    places = ((*alone(lead(g, count, "nf")), *seen), (*alone(lead(w, count, "fc")), *inside))
    return places, lead(g, count, "nc") + ENTRIES[:count]


# Convolution ----------------------------------------------------------------------------------------------------------
def convolution_type(x: ArrayType, w: ArrayType, *, strides: Sizes, padding: Pairs, dilation: Sizes) -> ArrayType:
    count = len(strides)
    lead, kinds = layout("convolution", x, w, count, -1)
    window = w.shape[w.ndim - count :]
    places = Slide(strides, padding, dilation).places(x.shape[x.ndim - count :], window)
    fits = min(places, default=1) > 0 and 0 not in window
    refuse_unless(fits, "convolution", x, w, "filters that fit inside the padded array")
    return array_type((*lead[:-1], kinds[-2], *places), result_dtype(x, w))


def convolution_images(g: Array, x: Array, w: Array, **slide: Any) -> Array:
    return convolution_transpose(g, w, **slide, size=tuple(x.shape[x.ndim - len(slide["strides"]) :]))


def convolution_slope(g: Array, x: Array, w: Array, **slide: Any) -> Array:
    return convolution_filters(g, x, **slide, window=tuple(w.shape[w.ndim - len(slide["strides"]) :]))


def moves(strides: Sizes, padding: Pairs, dilation: Sizes, **others: Sizes) -> tuple[tuple[str, Any], ...]:
    """How a window moves, as the parameters of an op."""
    return (("strides", strides), ("padding", padding), ("dilation", dilation), *others.items())


_LINE = ((2,), ((1, 0),), (2,))
_PLANE = ((2, 1), ((1, 0), (0, 1)), (1, 2))


@op(
    "convolution", Linear((convolution_images, convolution_slope), joint=False), sliding_notation("convolution"),
    Role.SWAPS, type_rule=convolution_type, index=Windows(convolution_places),
    domain=Domain((
        Sample(((2, 2, 4), (3, 2, 2)), moves((1,), ((0, 0),), (1,))), Sample(((2, 2, 6), (1, 2, 2)), moves(*_LINE)),
        Sample(((1, 2, 1, 4, 3), (2, 1, 1, 2, 2)), moves(*_PLANE)),
        Sample(((1, 1, 2, 2, 3), (1, 1, 2, 1, 2)), moves((1, 1, 1), ((0, 0), (1, 0), (0, 0)), (1, 1, 1))),
    )), batch=sliding_rule,
)  # fmt: skip
def convolution(xp: Library, x: Array, w: Array, *, strides: Sizes, padding: Pairs, dilation: Sizes) -> Array:
    """y_nfi = sum_ck w_fck x_nc(si+dk-p) along any axes; by groups if both have an axis of groups.

    Adjoints: convolution_transpose, convolution_filters. Source: Dumoulin and Visin, 2016.
    """
    convolution_type(x, w, strides=strides, padding=padding, dilation=dilation)
    return convolve(xp, x, w, Slide(strides, padding, dilation))


# Its transpose --------------------------------------------------------------------------------------------------------
def convolution_transpose_type(
    g: ArrayType, w: ArrayType, *, strides: Sizes, padding: Pairs, dilation: Sizes, size: Sizes
) -> ArrayType:
    count = len(strides)
    lead, kinds = layout("convolution_transpose", g, w, count, -2)
    fits = Slide(strides, padding, dilation).places(size, w.shape[w.ndim - count :]) == g.shape[g.ndim - count :]
    refuse_unless(fits, "convolution_transpose", g, w, f"the result of a convolution of arrays of size {size}")
    return array_type((*lead[:-1], kinds[-1], *size), result_dtype(g, w))


def transpose_gradient(u: Array, g: Array, w: Array, *, size: Sizes, **slide: Any) -> Array:
    return convolution(u, w, **slide)


def transpose_filters(u: Array, g: Array, w: Array, *, size: Sizes, **slide: Any) -> Array:
    return convolution_filters(g, u, **slide, window=tuple(w.shape[w.ndim - len(size) :]))


@op(
    "convolution_transpose", Linear((transpose_gradient, transpose_filters), joint=False),
    sliding_notation("convolution_transpose", "size"), Role.SWAPS, type_rule=convolution_transpose_type,
    index=Windows(transpose_places),
    domain=Domain((
        Sample(((2, 3, 3), (3, 2, 2)), moves((1,), ((0, 0),), (1,), size=(4,))),
        Sample(((2, 1, 3), (1, 2, 2)), moves(*_LINE, size=(6,))),
        Sample(((1, 2, 1, 2, 2), (2, 1, 1, 2, 2)), moves(*_PLANE, size=(4, 3))),
    )), batch=sliding_rule,
)  # fmt: skip
def convolution_transpose(
    xp: Library, g: Array, w: Array, *, strides: Sizes, padding: Pairs, dilation: Sizes, size: Sizes
) -> Array:
    """What arrives at arrays of this size when g arrives at their convolution. Adjoints: convolution, and its slope."""
    convolution_transpose_type(g, w, strides=strides, padding=padding, dilation=dilation, size=size)
    return spread(xp, g, w, Slide(strides, padding, dilation), size)


# The slope along the filters ------------------------------------------------------------------------------------------
def convolution_filters_type(
    g: ArrayType, x: ArrayType, *, strides: Sizes, padding: Pairs, dilation: Sizes, window: Sizes
) -> ArrayType:
    count = len(strides)
    fits = g.ndim == x.ndim and g.shape[: g.ndim - count - 1] == x.shape[: x.ndim - count - 1]
    fits = fits and Slide(strides, padding, dilation).places(x.shape[x.ndim - count :], window) == g.shape[-count:]
    refuse_unless(fits, "convolution_filters", g, x, f"the result of a convolution with windows of size {window}")
    lead, channels = g.shape[1 : g.ndim - count], x.shape[x.ndim - count - 1]
    return array_type((*lead, channels, *window), result_dtype(g, x))


def filters_gradient(u: Array, g: Array, x: Array, *, window: Sizes, **slide: Any) -> Array:
    return convolution(x, u, **slide)


def filters_images(u: Array, g: Array, x: Array, *, window: Sizes, **slide: Any) -> Array:
    return convolution_transpose(g, u, **slide, size=tuple(x.shape[x.ndim - len(window) :]))


@op(
    "convolution_filters", Linear((filters_gradient, filters_images), joint=False),
    sliding_notation("convolution_filters", "window"), Role.SWAPS, type_rule=convolution_filters_type,
    index=Windows(filters_places),
    domain=Domain((
        Sample(((2, 3, 3), (2, 2, 4)), moves((1,), ((0, 0),), (1,), window=(2,))),
        Sample(((2, 1, 3), (2, 2, 6)), moves(*_LINE, window=(2,))),
        Sample(((1, 2, 1, 2, 2), (1, 2, 1, 4, 3)), moves(*_PLANE, window=(2, 2))),
    )), batch=slope_rule,
)  # fmt: skip
def convolution_filters(
    xp: Library, g: Array, x: Array, *, strides: Sizes, padding: Pairs, dilation: Sizes, window: Sizes
) -> Array:
    """What arrives at filters of this size when g arrives at their convolution with x. Adjoints: the other readings."""
    convolution_filters_type(g, x, strides=strides, padding=padding, dilation=dilation, window=window)
    return correlate(xp, g, x, Slide(strides, padding, dilation), window)
