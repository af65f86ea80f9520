"""`why_nan`: a function and a point in, the first step that left its domain out, with what to write instead.

One idea: the step that is to blame is the one that made something not finite out of finite numbers; every NaN after it,
and every NaN on the way back, is a consequence and is named as one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import CodeLine
from ...ir.library import reference
from ...ir.node import Node, concrete
from ...ops.bundles import Bundle
from .mending import forward_mending, loud
from .origins import Departure, backward_departure, forward_departure, has_nan, is_bad
from .scene import Scene, look
from .slopes import backward_mending
from .wording import count_text, entries_where, entry_of, line_text, number_text, place_text, spelled


@dataclass(frozen=True, slots=True)
class BadEntry:
    """One entry that is not finite: where, the numbers that went in, and what came out."""

    index: tuple[int, ...]
    inputs: tuple[tuple[str, float], ...]  # (what the input is called, its number at this entry)
    result: float

    def __str__(self) -> str:
        given = ", ".join(f"{name} = {number_text(value)}" for name, value in self.inputs)
        return f"entry {place_text(self.index) or '()'}: {given}{' -> ' if given else ''}{number_text(self.result)}"


@dataclass(frozen=True, slots=True)
class NanReport:
    """What `why_nan` found; printing it gives the text.

    `found` is whether anything is not finite. `phase` is "forward", "backward" or "argument"; `op` the operation,
    `step` how it is written, `line` where; `entries` the numbers; `why` and `remedy` sentences; `consequences` what
    followed from it.
    """

    function: str
    found: bool
    phase: str = ""
    op: str = ""
    step: str = ""
    line: CodeLine | None = None
    entries: tuple[BadEntry, ...] = ()
    count: int = 0
    why: str = ""
    remedy: str = ""
    consequences: tuple[str, ...] = ()

    def text(self) -> str:
        """The report for reading."""
        if not self.found:
            return f"no NaN: {self.why}"
        kind = "argument" if self.phase == "argument" else f"{self.phase} step"
        head = f"the first {kind} of {self.function} that is not finite: {self.step}"
        pieces = [("at", line_text(self.line)), ("why", self.why)]
        pieces += [("" if place else "numbers", str(entry)) for place, entry in enumerate(self.entries)]
        if self.count > len(self.entries):
            pieces.append(("", f"and {self.count - len(self.entries)} more"))
        pieces.append(("write", self.remedy))
        pieces += [("" if place else "then", each) for place, each in enumerate(self.consequences)]
        return "\n".join([head, *(f"  {label:<9}{text}" for label, text in pieces if text)])

    def __str__(self) -> str:
        return self.text()


def why_nan(
    function: Callable[..., Any], args: Sequence[Any], keywords: dict[str, Any], places: Sequence[int]
) -> NanReport:
    """Run the function forward and back, and say where its first NaN or infinity comes from."""
    scene = look(function, args, keywords, places)
    spoilt = [node for node in scene.outputs if is_bad(concrete(node)).any()]
    departure = forward_departure(scene, spoilt)
    if departure is None:
        departure = backward_departure(scene)
    if departure is None:
        return NanReport(scene.function, False, why=all_finite(scene))
    return backward_report(scene, departure) if departure.is_backward else forward_report(scene, departure)


def forward_report(scene: Scene, departure: Departure) -> NanReport:
    """The report on a step whose value is not finite."""
    node = departure.node
    if not node.inputs:
        return argument_report(scene, departure)
    why, remedy = forward_mending(scene, node)
    consequences = () if departure.turned is None else (turning(scene, departure.turned),)
    return NanReport(
        scene.function, True, "forward", node.op.name, spelled(node, scene.names, whole=True), scene.line(node),
        entries_of(scene, departure), int(departure.mask.sum()), why + count_text(int(departure.mask.sum()), node.size),
        remedy, (*consequences, *spoilt_results(scene)),
    )  # fmt: skip


def turning(scene: Scene, node: Node) -> str:
    """Where an infinity became NaN, with the numbers that met."""
    inside = inputs_at(scene, node, next(iter(entries_where(nan_entries(node))), ()))
    line = scene.line(node)
    numbers, where = f" ({said(inside)})" if inside else "", f" at {line_text(line)}" if line else ""
    return f"{spelled(node, scene.names, whole=True)} is NaN{numbers}{where}"


def argument_report(scene: Scene, departure: Departure) -> NanReport:
    """The report on an argument, or a constant, that was not finite from the start."""
    node = departure.node
    name = scene.names.get(node, "a constant")
    bad = departure.mask
    kind = "NaN" if has_nan(departure.value) else "infinity"
    return NanReport(
        scene.function, True, "argument", node.op.name, name, scene.line(node), entries_of(scene, departure),
        int(bad.sum()), f"{name} holds {kind} before anything is computed{count_text(int(bad.sum()), node.size)}",
        "clean the data: np.isfinite(x).all() says whether it is, np.nan_to_num(x) or np.nanmean leave NaN out",
        spoilt_results(scene),
    )  # fmt: skip


def backward_report(scene: Scene, departure: Departure) -> NanReport:
    """The report on a step whose slope is not finite although its value is."""
    node = departure.node
    why, remedy = backward_mending(scene, departure)
    origin = forward_departure(scene, [each for each in node.inputs if is_bad(concrete(each)).any()])
    consequences = spoilt_gradients(scene)
    if origin is not None and origin.node.inputs:
        inner_why, remedy = forward_mending(scene, origin.node)
        line = scene.line(origin.node)
        why = f"{why}: {spelled(origin.node, scene.names, whole=True)} ({inner_why}{f', {line}' if line else ''})"
    return NanReport(
        scene.function, True, "backward", node.op.name, spelled(node, scene.names, whole=True), scene.line(node),
        entries_of(scene, departure), int(departure.mask.sum()), why, remedy, consequences,
    )  # fmt: skip


def all_finite(scene: Scene) -> str:
    """That nothing is wrong; and which steps left their domain without harm, because nothing reads those entries."""
    harmless = next(
        (
            node for node in scene.nodes
            if node.inputs and node.value is not None and is_bad(node.value).any()
            and not any(is_bad(concrete(each)).any() for each in node.inputs)
        ), None,
    )  # fmt: skip
    sentence = f"the value and the gradients of {scene.function} are finite"
    if harmless is None:
        return sentence
    bad, line = is_bad(harmless.value), scene.line(harmless)
    where = f" at {line_text(line)}" if line else ""
    written = spelled(harmless, scene.names, whole=True)
    return (
        f"{sentence}; {written} is not{count_text(int(bad.sum()), bad.size)}{where}, but nothing that counts reads it"
    )


# Pieces --------------------------------------------------------------------------------------------------------------
def entries_of(scene: Scene, departure: Departure) -> tuple[BadEntry, ...]:
    """The first few entries that are not finite, with the numbers that made them."""
    if isinstance(departure.value, (tuple, Bundle)):
        return ()
    value = reference().asarray(departure.value)
    return tuple(
        BadEntry(index, inputs_at(scene, departure.node, index), float(value[index].real))
        for index in entries_where(departure.mask)
    )


def inputs_at(scene: Scene, node: Node, index: tuple[int, ...]) -> tuple[tuple[str, float], ...]:
    """The numbers that an entry was made of, where the op works entry by entry (or on single numbers)."""
    found = []
    for source in dict.fromkeys(node.inputs):
        number = entry_of(source, index, node.shape)
        name = spelled(source, scene.names)
        if number is not None and not _is_number(name):
            whole = loud(source).shape == source.shape
            found.append((f"{name}{place_text(index) if whole else ''}", float(number.real)))
    return tuple(found)


def _is_number(text: str) -> bool:
    return text.lstrip("-")[:1].isdigit() and "(" not in text


def said(inside: tuple[tuple[str, float], ...]) -> str:
    return ", ".join(f"{name} = {number_text(value)}" for name, value in inside)


def nan_entries(node: Node) -> Any:
    return reference().isnan(concrete(node))


def spoilt_results(scene: Scene) -> tuple[str, ...]:
    """What a bad value did to the outputs and, as a consequence, to the gradients."""
    count = sum(int(is_bad(concrete(node)).sum()) for node in scene.outputs)
    size = sum(node.size for node in scene.outputs)
    output = f"the output is not finite{count_text(count, size)}"
    return output, *spoilt_gradients(scene, "backward, as a consequence: ")


def spoilt_gradients(scene: Scene, before: str = "") -> tuple[str, ...]:
    """Which gradients are not finite."""
    spoilt = []
    for name, node in scene.variables.items():
        gradient = scene.gradient(node)
        bad = is_bad(gradient)
        if bad.any():
            kind = "NaN" if has_nan(gradient) else "infinite"
            spoilt.append(f"the gradient of {name} is {kind}{count_text(int(bad.sum()), bad.size)}")
    return (f"{before}{'; '.join(spoilt)}",) if spoilt else ()
