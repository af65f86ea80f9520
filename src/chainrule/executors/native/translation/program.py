"""A whole program in C: the text for LLVM and its table in, a file that a C compiler takes out.

One idea: the file stands alone. It has one function for the outside, which takes the arrays and returns 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..writing import Written
from .expressions import BYTE, TYPES, c_type
from .instructions import Function, functions, tables
from .operations import Operations
from .outside import Outside, plain_name
from .statements import Statements
from .usage import pointees

_WORDS = """auto bool break case char const continue default do double else enum extern false float for goto if
inline int long register restrict return short signed sizeof static struct switch true typedef union unsigned void
volatile while main block body status malloc free memcpy"""
KEYWORDS = frozenset(_WORDS.split())  # names that mean something in the file
_HEAD = """\
/* What chainrule {version} runs for {name}, in C.
 *
{arguments}
 *
 * It returns 0, or 1 where there is no memory or a place is beyond the end of an array. Arrays are contiguous, in C
 * order; results do not overlap arguments. C11.
 * cc -O3 -march=native -ffp-contract=off -fno-math-errno -fwrapv -c {name}.c     (link with -lm{blas}) */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>"""


@dataclass(frozen=True, slots=True)
class Argument:
    """An array of the function: its name, its type in C and its shape, and whether it is a result."""

    name: str
    type: str
    shape: tuple[int, ...]
    is_result: bool

    @property
    def declared(self) -> str:
        return f"{'' if self.is_result else 'const '}{self.type} *restrict {self.name}"


def program_in_c(written: Written, arguments: Sequence[Argument], name: str, version: str) -> str:
    """The file. Raises UnsupportedError where C has no words."""
    found = functions(written.text)
    outside = Outside(written.table.things, tables(written.text))
    known: dict[str, Mapping[int, str]] = {}
    for key, each in sorted(found.items(), key=lambda pair: pair[0] == "body"):
        known[f"@{key}"] = taken_pointers(each, known)
    known["@body"] = {**known["@body"], **{slot: each.type for slot, each in enumerate(arguments)}}
    called = callers_names(found["body"], [*(each.name for each in arguments), "block"], found)
    parts = [text_of(found[key], outside, called.get(key, {}), known) for key in in_order(found)]
    head = _HEAD.format(version=version, name=name, blas=" -lopenblas" if outside.blas else "",
                        arguments=described(arguments))  # fmt: skip
    return "\n\n".join([head, *outside.declarations(), *parts, door(name, arguments, written.room)]) + "\n"


def taken_pointers(function: Function, known: Mapping[str, Mapping[int, str]]) -> dict[int, str]:
    """What each pointer among the parameters points to."""
    points = pointees(function, known)
    return {slot: points.get(name, BYTE) for slot, (type_, name, _) in enumerate(function.taken)
            if type_ == "ptr" and name != "%table"}  # fmt: skip


def in_order(found: Mapping[str, Function]) -> Iterator[str]:
    """Names of functions, each after those that it calls."""
    done: dict[str, None] = {}
    pending = list(found)
    while pending:
        name = pending[-1]
        called = {each.how[1:] for block in found[name].blocks for each in block.body if each.op == "call"}
        missing = [each for each in called if each in found and each not in done and each != name]
        if name in done or not missing:
            done[pending.pop()] = None
        else:
            pending += missing
    yield from done


def callers_names(body: Function, ours: Sequence[str], found: Mapping[str, Function]) -> dict[str, dict[str, str]]:
    """Parameters by the names of the arrays that are passed, for functions that the body calls once."""
    names = {name: text for (_, name, _), text in zip(body.taken, ours, strict=False)}
    result = {"body": names}
    for block in body.blocks:
        for each in block.body:
            callee = found.get(each.how[1:]) if each.op == "call" else None
            if callee is not None and not callee.name.startswith("cr."):
                pairs = zip(callee.taken, each.args, strict=True)
                passed = {name: names[arg] for (_, name, _), arg in pairs if arg in names and names[arg] != "block"}
                result[callee.name] = {} if callee.name in result or len(set(passed.values())) < len(passed) else passed
    return result


def text_of(
    function: Function, outside: Outside, names: Mapping[str, str], known: Mapping[str, Mapping[int, str]]
) -> str:
    """One function."""
    points, taken, called = known[f"@{function.name}"], [], {}
    for slot, (type_, name, said) in enumerate(function.taken):
        if name == "%table":
            continue
        called[name] = names.get(name, name.lstrip("%"))
        if type_ == "ptr":
            apart = "restrict " if "noalias" in said else ""
            taken.append(f"{points[slot]} *{apart}{called[name]}")
        else:
            taken.append(f"{outside.type(type_)} {called[name]}")
    lines = Statements(Operations(function, outside, called, known, points)).body()
    inline = "inline " if function.name.startswith("cr.") else ""
    head = f"static {inline}{c_type(function.type)} {plain_name(function.name)}({', '.join(taken) or 'void'})"
    return "\n".join([f"{head} {{", *lines, "}"])


def door(name: str, arguments: Sequence[Argument], room: int) -> str:
    """The function for the outside: it finds the memory in between."""
    taken = ",\n".join(f"    {each.declared}" for each in arguments) or "    void"
    passed = [each.name if each.is_result else f"({each.type} *){each.name}" for each in arguments]
    head = f"int {name}(\n{taken})\n{{"
    if not room:
        return f"{head}\n    return body({', '.join([*passed, 'NULL'])});\n}}"
    return (
        f"{head}\n    {BYTE} *block = aligned_alloc(64, {(room + 63) // 64 * 64});\n    if (block == NULL)\n"
        f"        return 1;\n    int status = body({', '.join([*passed, 'block'])});\n    free(block);\n"
        "    return status;\n}"
    )


def described(arguments: Sequence[Argument]) -> str:
    width = max((len(each.name) for each in arguments), default=0)
    return "\n".join(
        f" *   {each.name.ljust(width)}  {'out' if each.is_result else 'in '}  {each.type} "
        f"({', '.join(map(str, each.shape))}{',' if len(each.shape) == 1 else ''})"
        for each in arguments
    )


def type_in_c(dtype: Any) -> str:
    """The C type of the entries of an array."""
    return {"f8": "double", "f4": "float", "b1": "bool", "i8": "int64_t", "i4": "int32_t"}.get(
        dtype.str[1:], TYPES["i8"]
    )
