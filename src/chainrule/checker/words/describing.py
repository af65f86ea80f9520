"""All that was heard in, a page to read out: each fact on a line with the words that it came from."""

from __future__ import annotations

from collections.abc import Iterator

from .said import Condition, Heard, Said


def describe(said: Said) -> str:
    """The facts, one a line, each with its line in the file and its words."""
    return "\n".join(_lines(said))


def _lines(said: Said) -> Iterator[str]:
    for shapes in said.shapes.values():
        for shape in shapes:
            sizes = "(" + ", ".join("?" if size is None else str(size) for size in shape.sizes) + ")"
            yield _line("shape", f"{shape.name}: {sizes} {shape.lying}{_only(shape.only)}", shape.heard)
    for traits in said.traits.values():
        for trait in traits:
            what = f"{trait.name} is {'' if trait.holds else 'not '}{trait.what} {trait.along}{_only(trait.only)}"
            yield _line("trait", what, trait.heard)
    for roles in said.roles.values():
        for role in roles:
            yield _line("role", f"{role.name}: {role.what}" + (f" of {role.of}" if role.of else ""), role.heard)
    for functions in said.functions.values():
        for function in functions:
            yield _line("function", f"{function.name or '*'}: {function.function} {function.where}", function.heard)
    for parts in said.parts.values():
        for part in parts:
            yield _line("part", f"{part.name}: {part.axis} {part.index} of {part.whole}", part.heard)
    yield from _others(said)


def _others(said: Said) -> Iterator[str]:
    for same in said.same:
        yield _line("same", f"{same.what} of {same.name} and {same.other}", same.heard)
    for conventions in said.conventions.values():
        for convention in conventions:
            yield _line("convention", f"{convention.what}: {convention.value} {convention.name}", convention.heard)
    seen: list[Condition] = []
    for conditions in said.conditions.values():
        for condition in conditions:
            if not any(condition is each for each in seen):
                seen.append(condition)
                what = f"{condition.how} {condition.relation} -> {condition.statements} aside {condition.aside}"
                yield _line("condition", what, condition.heard)
    for ranges in said.ranges.values():
        for each in ranges:
            values = ",".join(each.values) or f"{each.first}..{each.last}"
            yield _line("range", f"{each.name} = {values} aside {each.aside}", each.heard)
    for count in said.counts:
        yield _line("count", f"{count.size} {count.of} {count.name}", count.heard)
    for order in said.orders:
        yield _line("order", f"{order.what} {'' if order.holds else 'denied '}{', '.join(order.names)}", order.heard)
    for world in said.worlds:
        yield _line("world", f"new from statement {world.first}", world.heard)
    for remark in said.remarks:
        yield _line("remark", f"{remark.what} {remark.statements}", remark.heard)


def _only(numbers: tuple[int, ...]) -> str:
    return f" only {numbers}" if numbers else ""


def _line(kind: str, what: str, heard: Heard) -> str:
    return f"{kind:10} {what.strip():44} line {heard.place.line} (from {heard.before}): {heard.words}"
