"""A program of any size: its plan in, the function `body` with one function for each loop out.

One idea: what the loops hand to each other lies in one block of memory, at offsets that are known beforehand.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ..machine import probe
from ..plans.epilogues import finished
from ..plans.memory import Layout, lay_out
from ..plans.overlays import homes
from ..plans.regions import Plan, Step, alias_root, plan
from ..primitives.lowering import Program
from ..primitives.values import UnsupportedError, Value
from .checked import checking_function
from .lines.pieces import cut
from .loops.nest import Nest
from .loops.running import running_function
from .loops.sharing import call_in_parts
from .loops.twice import written
from .products.finishing import write_finished
from .products.product import can_be_finished, write_product
from .table import Table
from .windows.window import Slid
from .writer import Writer

if TYPE_CHECKING:
    from .steps.choices import Chosen
    from .steps.repeated import Repeated
    from .steps.whiles import Awaited

    Inner: TypeAlias = Repeated | Slid | Awaited | Chosen

_MANY = 500  # steps: as one function, LLVM takes more than twice as long for twice as many


class Looped:
    """Writes a program as loops. `name`: of the function; the body of a loop over steps is one as well."""

    def __init__(
        self, program: Program, table: Table, name: str = "body", over: Sequence[tuple[int, int]] = ()
    ) -> None:
        """`over`: outputs that lie exactly where these inputs do."""
        self.program, self.table, self.name, self.w = program, table, name, Writer()
        self.plan: Plan = finished(program, plan(program), can_be_finished)
        self.over = over
        self.homes = homes(program, self.plan, over) if over else {}
        self.places: dict[Value, str] = {}
        self.offsets: dict[Value, int] = {}  # where values lie in the block, in a long program
        self.functions: list[str] = []
        self.repeated: dict[Value, Inner] = {}
        self.calls = False
        self.allocas: list[str] = []
        self.size = 0  # of the block

    def body(self) -> str:
        """The definition of the function, and of those that it calls."""
        program, w = self.program, self.w
        inputs = [f"%in{slot}" for slot in range(len(program.inputs))]
        outputs = [f"%out{slot}" for slot in range(len(program.outputs))]
        self.prepare()
        copies = self.settle(inputs, outputs)
        layout = lay_out(program, self.plan, set(self.places), {each: how.room for each, how in self.repeated.items()})
        block = self.block(layout)
        self.long = len(self.plan.steps) > _MANY and not self.calls and not self.repeated
        for value, offset in layout.offsets.items():
            if self.long:
                self.offsets[value] = offset
            else:
                self.places[value] = w.put(f"getelementptr i8, ptr {block}, i64 {offset}") if offset else block
        for step in self.plan.steps:
            self.step(step)
        for value, pointer in copies:
            self.copy(self.pointer(value), pointer, value.size * value.dtype.itemsize)
        if self.long:
            self.cut([*inputs, *outputs])
        if self.calls:
            self.release(block)
        w.do("ret i32 0")
        w.label("raised")
        if self.calls:
            self.release(block)
        taken = ", ".join(f"ptr {each}" for each in (*inputs, *outputs, "%block", "%table"))
        lines = "\n".join([*self.allocas, *w.lines])
        ending = "  ret i32 1\n"
        text = f"define internal i32 @{self.name}({taken}) nounwind {{\nentry:\n{lines}\n{ending}}}\n"
        return text + "".join(self.functions)

    def cut(self, leaves: Sequence[str]) -> None:
        """Put very many calls into functions that are called one after the other; not those inside a loop."""
        with suppress(UnsupportedError):
            functions, calls, self.size = cut(self.w.lines, leaves, self.name, start=self.size)
            self.functions += functions
            self.w.lines[:] = calls

    def prepare(self) -> None:
        """Write the bodies of loops over steps, whose needs are not known before."""
        from .steps.choices import Chosen
        from .steps.repeated import Repeated  # a step of a loop is a program too, which this module writes
        from .steps.whiles import Awaited

        kinds: dict[str, type[Inner]] = {"scan": Repeated, "slide": Slid, "while": Awaited, "choice": Chosen}
        for step in self.plan.steps:
            whole = step.whole
            if whole is not None and (whole.kind == "call" or whole.name == "call") and whole.name != "places":
                self.calls = True
            elif whole is not None and whole.kind == "bundle":
                made = self.repeated[whole] = kinds[whole.name](whole, self.table, f"{self.name}_{len(self.repeated)}")
                self.functions.append(made.text)
                self.calls = self.calls or made.calls
                self.w.needs |= made.needs
                self.w.declared |= made.declared

    def settle(self, inputs: Sequence[str], outputs: Sequence[str]) -> list[tuple[Value, str]]:
        """Give inputs and outputs their memory. Returns what must be copied at the end."""
        self.places.update(zip(self.program.inputs, inputs, strict=True))
        copies, given = [], self.program.inputs
        for slot, (value, pointer) in enumerate(zip(self.program.outputs, outputs, strict=True)):
            root, lies_over = alias_root(value), {given[place] for output, place in self.over if output == slot}
            if root in lies_over:
                continue
            if any(root is given[place] for _, place in self.over):
                raise UnsupportedError("a result that is an argument, which another result is written over")
            late = bool(lies_over) if root not in self.homes else self.homes[root] not in lies_over
            if root.kind in ("input", "constant") or root in self.places or late:
                copies.append((root, pointer))
            else:
                self.places[root] = pointer
        return copies

    def block(self, layout: Layout) -> str:
        """Memory for what is in between: handed in, or of this call alone where Python is called, which may call us."""
        if not self.calls:
            self.size = layout.size
            return "%block"
        function = self.table.load(self.w, "python", "PyMem_RawMalloc")
        return self.w.put(f"call ptr {function}(i64 {layout.size + 64})")

    def release(self, block: str) -> None:
        function = self.table.load(self.w, "python", "PyMem_RawFree")
        self.w.do(f"call void {function}(ptr {block})")

    def pointer(self, value: Value) -> str:
        """Where a value lies. Constants lie in the table."""
        root = alias_root(value)
        if root.kind == "constant":
            return self.table.load(self.w, "array", root.data.array)
        if root in self.offsets:  # told again wherever it is asked for: a line that is cut should hand on few pointers
            return self.w.put(f"getelementptr i8, ptr %block, i64 {self.offsets[root]}")
        return self.places[root]

    def copy(self, source: str, target: str, size: int) -> None:
        if size:
            self.w.declared.add("declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)")
            self.w.do(f"call void @llvm.memcpy.p0.p0.i64(ptr {target}, ptr {source}, i64 {size}, i1 false)")

    # Steps ------------------------------------------------------------------------------------------------------
    def step(self, step: Step) -> None:
        if step.whole is None:
            self.loop(step)
        elif step.whole.kind == "product" and step.writes:
            name = f"{self.name}_finished{len(self.functions)}"
            write_finished(self.w, step, self.plan, self.homes, self.pointer, self.functions, name)
        elif step.whole.kind == "product":
            name = f"{self.name}_product{len(self.functions)}"
            write_product(self.w, self.table, step.whole, self.pointer, self.functions, name, self.allocas)
        elif step.whole.kind == "running":
            self.running(step.whole)
        elif step.whole in self.repeated:
            self.repeated[step.whole].write(self, self.places.get(step.whole, "null"))
        elif step.whole.name == "places":
            self.checked(step.whole)
        else:
            self.called(step.whole)

    def running(self, value: Value) -> None:
        """A running sum or the like, as a function."""
        name, w = f"{self.name}_running{len(self.functions)}", Writer()
        self.functions.append(running_function(w, name, value))
        self.w.needs |= w.needs
        self.w.declared |= w.declared
        self.w.do(f"call void @{name}({', '.join(f'ptr {self.pointer(each)}' for each in (value, *value.inputs))})")

    def checked(self, value: Value) -> None:
        """Places of the user's, counted from 0. Where one is beyond the end, Python says which, and no more runs."""
        name, w = f"{self.name}_places{len(self.functions)}", self.w
        self.functions.append(checking_function(name, value))
        bad = w.put(f"call i1 @{name}(ptr {self.pointer(value)}, ptr {self.pointer(value.inputs[0])})")
        wrong, good = w.fresh_label("beyond"), w.fresh_label("within")
        w.do(f"br i1 {bad}, label %{wrong}, label %{good}")
        w.label(wrong)
        array = self.around(value.inputs[0], probe.CONTIGUOUS)
        function = self.table.load(w, "python", "PyObject_CallFunctionObjArgs")
        refuse = self.table.load(w, "refusal", value.data)
        w.put(f"call ptr (ptr, ...) {function}(ptr {refuse}, ptr {array}, ptr null)")
        w.do(f"call void {self.table.load(w, 'python', 'Py_DecRef')}(ptr {array})")
        w.do("br label %raised")
        w.label(good)

    def loop(self, step: Step) -> None:
        name = f"{self.name}_loop{len(self.functions)}"
        nest, text = written(lambda: Nest(step, self.plan.ready, self.plan.stored, self.homes), name)
        self.functions.append(text)
        self.w.needs |= nest.w.needs
        self.w.declared |= nest.w.declared
        if nest.shared is not None:
            call_in_parts(self, nest, name)
            return
        self.w.do(f"call void @{name}({', '.join(f'ptr {self.pointer(root)}' for root in nest.pointers)})")

    def called(self, value: Value, node: Any = None) -> None:
        """A call of an op in Python, on arrays around our memory. `node`: the op, where the value does not say it."""
        w = self.w
        how, results = (value.data.how, value.data.parts) if value.kind == "bundle" else (value.data, [value])
        node = how if node is None else node
        arrays = [self.around(each, probe.CONTIGUOUS) for each in value.inputs]
        arrays += [self.around(each, probe.WRITABLE) for each in results]
        function = self.table.load(w, "python", "PyObject_CallFunctionObjArgs")
        callee = self.table.load(w, "call", node)
        passed = ", ".join(f"ptr {each}" for each in (callee, *arrays, "null"))
        found = w.put(f"call ptr (ptr, ...) {function}({passed})")
        drop = self.table.load(w, "python", "Py_DecRef")
        for each in arrays:
            w.do(f"call void {drop}(ptr {each})")
        self.go_on(w.put(f"icmp ne ptr {found}, null"))
        w.do(f"call void {drop}(ptr {found})")

    def go_on(self, condition: str) -> None:
        """Give up where a condition does not hold: something has raised."""
        good = self.w.fresh_label("good")
        self.w.do(f"br i1 {condition}, label %{good}, label %raised")
        self.w.label(good)

    def around(self, value: Value, flags: int) -> str:
        """A new array around the memory of a value."""
        w, table = self.w, self.table
        sizes = f"%sizes{len(self.allocas)}"
        self.allocas.append(f"  {sizes} = alloca i64, i64 {max(value.ndim, 1)}")
        for axis, size in enumerate(value.shape):
            w.do(f"store i64 {size}, ptr {w.put(f'getelementptr i64, ptr {sizes}, i64 {axis}')}")
        function = table.load(w, "numpy", probe.NEW_ARRAY)
        kind = table.load(w, "object", np.ndarray)
        return w.put(
            f"call ptr {function}(ptr {kind}, i32 {value.ndim}, ptr {sizes}, i32 {value.dtype.num}, ptr null, "
            f"ptr {self.pointer(value)}, i32 0, i32 {flags}, ptr null)"
        )
