"""What is done with the entries of a product before they go to memory: a step of a plan in, vectors to store out.

One idea: every array that is read or written has the order of the product itself, so one distance from its beginning
says where an entry stands in all of them; an array with one number a column is read by the column.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ...machine.llvm import vectors
from ...plans.epilogues import COMPARISONS, along, is_read
from ...plans.products import described, operands
from ...plans.regions import Plan, Step, alias_root
from ...primitives.values import Access, Value, compose, identity, known_number
from ..scalars import comparison
from ..writer import ARITHMETIC, Writer, literal
from .panels import Part, broadcast, load_part, store_part
from .tiles import Tiles

_ARITHMETIC = {"add": "fadd", "subtract": "fsub", "multiply": "fmul"}
_INTRINSICS = {"sqrt": "sqrt", "absolute": "fabs", "maximum": "maximum", "minimum": "minimum"}


def write_finished(
    w: Writer, step: Step, plan: Plan, homes: Mapping[Value, Value], pointer: Callable[[Value], str],
    functions: list[str], name: str,
) -> None:  # fmt: skip
    """The call of a product that is finished in registers. Its function is added to `functions`."""
    assert step.whole is not None
    value, (left, right) = step.whole, operands(step.whole)
    finish = Finish(step, plan, homes)
    tiles = Tiles(described(value, left, right), value.code, vectors(), finish)
    functions.append(tiles.text(name))
    w.declared |= tiles.w.declared
    factors = [
        w.put(f"getelementptr {value.code}, ptr {pointer(each.source)}, i64 {each.start}") for each in (left, right)
    ]
    w.do(f"call void @{name}({', '.join(f'ptr {each}' for each in (*factors, *map(pointer, finish.pointers)))})")


class Finish:
    """Writes what becomes of the vectors of a product."""

    def __init__(self, step: Step, plan: Plan, homes: Mapping[Value, Value]) -> None:
        assert step.whole is not None
        self.step, self.plan, self.homes, self.product = step, plan, homes, step.whole
        self.pointers: dict[Value, str] = {}
        for write in step.writes:
            self.pointer(write.target)
        self.written = set(self.pointers)
        for write in step.writes:
            for value, _ in self.expression(write.value):
                if value is not self.product and self.is_read(value) and known_number(value) is None:
                    self.pointer(value)

    def pointer(self, value: Value) -> str:
        """The parameter with the memory of a value. The first target takes the place of the product."""
        root = self.homes.get(alias_root(value), alias_root(value))
        return self.pointers.setdefault(root, f"%e{len(self.pointers)}" if self.pointers else "%c")

    def is_read(self, value: Value) -> bool:
        return is_read(value, self.step, self.plan)

    def parameters(self) -> list[str]:
        """How the function of the product declares them."""
        return [
            f"ptr noalias {'' if root in self.written else 'readonly '}{each}" for root, each in self.pointers.items()
        ]

    def expression(self, value: Value) -> list[tuple[Value, Access]]:
        """All of an expression, each after what it is made of."""
        found: dict[tuple[Value, Access], None] = {}
        pending = [(value, identity(self.step.shape))]
        while pending:
            key = pending[-1]
            missing = [each for each in self.sources(*key) if each not in found]
            if missing and key not in found:
                pending.extend(missing)
            else:
                found.setdefault(pending.pop())
        return list(found)

    def sources(self, value: Value, access: Access) -> list[tuple[Value, Access]]:
        if known_number(value) is not None or self.is_read(value):
            return []
        if value.kind == "view":
            return [(value.inputs[0], compose(value.data, access, len(self.step.shape)))]
        return [(each, access) for each in value.inputs]

    def store(self, w: Writer, part: Part, total: str, address: str, column: str, count: int) -> None:
        """`total`, the vector of the product for `address` in the first target and for this column, as it is kept."""
        whole = w.put(f"sub i64 {w.put(f'ptrtoint ptr {address} to i64')}, {w.put('ptrtoint ptr %c to i64')}")
        done: dict[tuple[Value, Access], str] = {}

        def at(value: Value) -> str:
            return w.put(f"getelementptr i8, ptr {self.pointer(value)}, i64 {whole}")

        def read(value: Value, access: Access) -> str:
            place, start = along(value, access, self.step.shape)
            if place == "entry":
                return load_part(w, part, at(value), count, 1)
            first = w.put(f"getelementptr {value.code}, ptr {self.pointer(value)}, i64 {start}")
            if place == "number":
                wide = replace(part, kind=value.code)
                return broadcast(w, wide, w.put(f"load {value.code}, ptr {first}"))
            return load_part(w, part, w.put(f"getelementptr {part.kind}, ptr {first}, i64 {column}"), count, 1)

        for write in self.step.writes:
            for key in self.expression(write.value):
                if key in done:
                    continue
                value, access = key
                number = known_number(value)
                if number is not None:
                    done[key] = broadcast(w, replace(part, kind=value.code), literal(number, value.code))
                elif value is self.product:
                    done[key] = total
                elif self.is_read(value):
                    done[key] = read(value, access)
                elif value.kind == "view":
                    done[key] = done[self.sources(*key)[0]]
                else:
                    done[key] = vector(w, part, value, [done[each] for each in self.sources(*key)])
        for write in self.step.writes:
            store_part(w, part, done[write.value, identity(self.step.shape)], at(write.target), count, 1)


def vector(w: Writer, part: Part, value: Value, args: Sequence[str]) -> str:
    """A map on vectors, as `scalars` has it on entries."""
    name, kind = value.name, part.type
    if name == "cast":
        given, how = value.inputs[0].code, "fptrunc" if part.kind == "float" else "fpext"
        return args[0] if given == part.kind else w.put(f"{how} <{part.lanes} x {given}> {args[0]} to {kind}")
    if name == "where":
        return w.put(f"select <{part.lanes} x i1> {args[0]}, {kind} {args[1]}, {kind} {args[2]}")
    if name in COMPARISONS:
        return w.compare(comparison(name), kind, *args)
    if name in _ARITHMETIC:
        return w.put(f"{_ARITHMETIC[name]} {ARITHMETIC} {kind} {args[0]}, {args[1]}")
    if name == "true_divide":
        return w.fdiv(kind, *args)
    if name == "negative":
        return w.put(f"fneg {kind} {args[0]}")
    if name == "square":
        return w.fmul(kind, args[0], args[0])
    number = known_number(value.inputs[-1])
    if name in ("maximum", "minimum") and number is not None and number == number:
        larger = w.compare("uge" if name == "maximum" else "ule", kind, *args)
        return w.put(f"select <{part.lanes} x i1> {larger}, {kind} {args[0]}, {kind} {args[1]}")
    full = f"@llvm.{_INTRINSICS[name]}.{part.short}"
    w.declared.add(f"declare {kind} {full}({', '.join([kind] * len(args))})")
    return w.put(f"call {kind} {full}({', '.join(f'{kind} {each}' for each in args)})")
