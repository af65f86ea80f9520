"""What a program needs that it does not define: the table and the names of LLVM in, declarations in C out.

One idea: arrays are written down, memory and BLAS have their own names in C. What only Python can do is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..primitives.values import UnsupportedError
from .expressions import TYPES, Expression, c_type, number, real

_MOST_ENTRIES = 65536  # of an array that is written down; a longer one is declared, to be given by the user
_MEMORY = {"PyMem_RawMalloc": "malloc", "PyMem_RawFree": "free"}
_PER_LINE = 8
_CODES = {"f8": "double", "f4": "float", "i8": "i64", "i4": "i32", "b1": "i8", "i2": "i16", "i1": "i8"}
_MATHEMATICS = {"fabs": "fabs", "fma": "fma", "sqrt": "sqrt", "floor": "floor", "ceil": "ceil", "trunc": "trunc",
                "roundeven": "rint", "copysign": "copysign", "rint": "rint", "fmuladd": "fma"}  # fmt: skip
_EXTREMES = {"maximum": ">", "minimum": "<"}
BLAS_WORDS = {
    "101": "CblasRowMajor",
    "111": "CblasNoTrans",
    "112": "CblasTrans",
    "121": "CblasUpper",
    "122": "CblasLower",
}
_BLAS = {
    "gemm": "int order, int turn_a, int turn_b, BLASINT m, BLASINT n, BLASINT k, {t} alpha, const {t} *a, "
            "BLASINT step_a, const {t} *b, BLASINT step_b, {t} beta, {t} *c, BLASINT step_c",
    "syrk": "int order, int half, int turn, BLASINT n, BLASINT k, {t} alpha, const {t} *a, BLASINT step_a, {t} beta, "
            "{t} *c, BLASINT step_c",
    "gemv": "int order, int turn, BLASINT m, BLASINT n, {t} alpha, const {t} *a, BLASINT step_a, const {t} *x, "
            "BLASINT step_x, {t} beta, {t} *y, BLASINT step_y",
    "axpy": "BLASINT n, {t} alpha, const {t} *x, BLASINT step_x, {t} *y, BLASINT step_y",
    "ger": "int order, BLASINT m, BLASINT n, {t} alpha, const {t} *x, BLASINT step_x, const {t} *y, BLASINT step_y, "
           "{t} *a, BLASINT step_a",
}  # fmt: skip


@dataclass(slots=True)
class Outside:
    """The things of a table, and what has been asked for so far: arrays, functions of BLAS, functions to be defined."""

    things: list[tuple[str, Any]]
    tables: Mapping[str, tuple[str, list[str]]]
    arrays: dict[int, str] = field(default_factory=dict)
    blas: dict[str, None] = field(default_factory=dict)
    helpers: dict[str, str] = field(default_factory=dict)
    vectors: dict[str, None] = field(default_factory=dict)

    def thing(self, place: int) -> Expression:
        """What stands at a place of the table, by its name in C."""
        kind, thing = self.things[place]
        if kind == "array":
            self.arrays[place] = f"table{place}"
            return Expression(f"table{place}", points=TYPES[_CODES[thing.dtype.str[1:]]])
        if kind == "blas":
            self.blas[thing] = None
            return Expression(f"cblas_{thing}")
        if kind == "python" and thing in (*_MEMORY, "PyErr_CheckSignals"):
            return Expression(_MEMORY.get(thing, thing))
        called = sorted({each.op.name for kind, each in self.things if kind == "call"})
        raise UnsupportedError(f"{', '.join(called)}, which NumPy computes" if called else "a call of Python")

    def table(self, name: str) -> Expression:
        """A known array that stands beside the functions."""
        if name not in self.tables:
            raise UnsupportedError(f"the operand {name}")
        kind, entries = self.tables[name]
        found = plain_name(name)
        self.helpers[found] = (
            f"static {TYPES[kind]} {found}[] = {{ {', '.join(number(e, kind) or e for e in entries)} }};"
        )
        return Expression(found, points=TYPES[kind])

    def type(self, name: str) -> str:
        if name.startswith("<"):
            self.vectors[name] = None
        return c_type(name)

    def intrinsic(self, name: str) -> str:
        """The name in C of llvm.fma.f64 and its kin."""
        stem, suffix = name.removeprefix("@llvm.").rsplit(".", 1)
        if suffix.startswith("v"):
            return self.on_vectors(stem, suffix)
        kind = {"f64": "double", "f32": "float"}.get(suffix)
        if stem in _MATHEMATICS and kind:
            return _MATHEMATICS[stem] + ("f" if kind == "float" else "")
        if stem in _EXTREMES and kind:
            return self.extreme(stem, kind)
        raise UnsupportedError(f"the instruction {stem}")

    def total(self, vector: str) -> str:
        """A function that adds up the entries of a vector."""
        type_, kind = self.type(vector), TYPES[vector.strip("<>").split(" ")[-1]]
        count, name = vector.strip("<>").split(" ")[0], f"total_of_{type_}"
        self.helpers[name] = (
            f"static inline {kind} {name}({kind} start, {type_} x) {{\n    for (int i = 0; i < {count}; i++)\n"
            "        start += x[i];\n    return start;\n}"
        )
        return name

    def extreme(self, stem: str, kind: str) -> str:
        name = f"{stem}_{kind}"
        condition = f"isnan(x) || x {_EXTREMES[stem]} y || (x == y && {'!' * (stem == 'maximum')}signbit(x))"
        self.helpers[name] = f"static inline {kind} {name}({kind} x, {kind} y) {{\n    return {condition} ? x : y;\n}}"
        return name

    def on_vectors(self, stem: str, suffix: str) -> str:
        """A function of vectors, entry by entry."""
        count = int(suffix[1 : suffix.index("f")])
        kind = {"f64": "double", "f32": "float"}[suffix[suffix.index("f") :]]
        single = self.intrinsic(f"@llvm.{stem}.{suffix[suffix.index('f') :]}")
        type_, taken = (
            self.type(f"<{count} x {kind}>"),
            "xyz"[: 3 if stem in ("fma", "fmuladd") else 1 + (stem in _EXTREMES)],
        )
        name = f"{single}_x{count}"
        arguments = ", ".join(f"{type_} {each}" for each in taken)
        passed = ", ".join(f"{each}[i]" for each in taken)
        self.helpers[name] = (
            f"static inline {type_} {name}({arguments}) {{\n    {type_} found;\n    for (int i = 0; i < {count}; i++)\n"
            f"        found[i] = {single}({passed});\n    return found;\n}}"
        )
        return name

    def same_bits(self, name: str) -> None:
        into, source = name.split("_of_")
        self.helpers[name] = (
            f"static inline {into} {name}({source} x) {{\n    {into} found;\n    memcpy(&found, &x, sizeof found);\n"
            "    return found;\n}"
        )

    def spread(self, vector: str) -> str:
        type_, (count, _, kind) = self.type(vector), vector.strip("<>").split(" ")
        name = f"all_of_{type_}"
        entries = ", ".join(["x"] * int(count))
        self.helpers[name] = f"static inline {type_} {name}({TYPES[kind]} x) {{\n    return ({type_}){{{entries}}};\n}}"
        return name

    def some(self, vector: str, count: int, *, stores: bool) -> str:
        """A function that reads or writes the first entries of a vector and no memory behind them."""
        type_, kind = self.type(vector), TYPES[vector.strip("<>").split(" ")[-1]]
        name, size = f"{'store' if stores else 'load'}_{count}_of_{type_}", f"{count} * sizeof({kind})"
        self.helpers[name] = (
            f"static inline void {name}({kind} *place, {type_} x) {{\n    memcpy(place, &x, {size});\n}}"
            if stores
            else f"static inline {type_} {name}(const {kind} *place) {{\n    {type_} found = {{0}};\n"
            f"    memcpy(&found, place, {size});\n    return found;\n}}"
        )
        return name

    def declarations(self) -> Iterator[str]:
        """Types of vectors, functions of BLAS, functions and arrays, in the order in which C needs them."""
        for name in self.vectors:
            yield from vector_types(name)
        if self.blas:
            yield f"enum {{ {', '.join(f'{name} = {number}' for number, name in BLAS_WORDS.items())} }};"
            yield "#ifndef BLASINT\n#define BLASINT int\n#endif"
            yield from (blas_declaration(each) for each in self.blas)
        yield from (written_down(name, self.things[place][1]) for place, name in self.arrays.items())
        yield from self.helpers.values()


def plain_name(name: str) -> str:
    """The name of a function or an array of ours in C: cr.exp.double is exp_double."""
    return name.removeprefix("@").removeprefix("cr.").replace(".", "_")


def vector_types(name: str) -> Iterator[str]:
    count, _, kind = name.strip("<>").split(" ")
    size = int(count) * (8 if kind in ("double", "i64") else 4 if kind in ("float", "i32") else 1)
    yield f"typedef {TYPES[kind]} {c_type(name)} __attribute__((vector_size({size})));"
    yield (f"typedef {TYPES[kind]} {c_type(name)}_anywhere "
           f"__attribute__((vector_size({size}), aligned(__alignof__({TYPES[kind]})), may_alias));")  # fmt: skip


def blas_declaration(name: str) -> str:
    kind = "double" if name[0] == "d" else "float"
    if name[1:] not in _BLAS:
        raise UnsupportedError(f"{name} of BLAS")
    return f"extern void cblas_{name}({_BLAS[name[1:]].format(t=kind)});"


def written_down(name: str, array: Any) -> str:
    """An array of the table. A long one is left to the user, who has it."""
    code = _CODES[array.dtype.str[1:]]
    flat = np.ravel(array)
    head = f"{TYPES[code]} {name}[{max(flat.size, 1)}]"
    if flat.size > 1 and (flat == flat[0]).all():
        return f"static {head} = {{ [0 ... {flat.size - 1}] = {entry(flat[0].item(), code)} }};"
    if flat.size > _MOST_ENTRIES:
        return f"extern {head}; /* {flat.size} entries of the function's own data: define them in another file */"
    entries = [entry(each, code) for each in flat.tolist()]
    rows = [", ".join(entries[start : start + _PER_LINE]) for start in range(0, len(entries), _PER_LINE)]
    return f"static {head} = {{\n    " + ",\n    ".join(rows or ["0"]) + "\n};"


def entry(value: Any, code: str) -> str:
    return real(value, code) if isinstance(value, float) else number(str(int(value)), code) or "0"
