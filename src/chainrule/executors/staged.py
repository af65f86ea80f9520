"""`jit`: a Python function in, the same function out, recorded once for each kind of arguments and compiled.

One idea: what a function does for arguments of some types is a graph, which is kept under those types. Called with
plain arrays the graph runs compiled; called with recorded values it is replayed on them, so that derivatives of a
jitted function and jitted derivatives are the same thing.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from functools import update_wrapper
from types import MethodType
from typing import Any

from .. import tree
from ..errors import TraceError
from ..ir.coercion import constant
from ..ir.graph import Graph
from ..ir.library import reference
from ..ir.node import Node
from ..ir.printing import print_graph
from ..ir.recording import STATE
from ..transforms.observe import parameter_names
from ..transforms.replay import replay
from ..transforms.staging import Result, Staging, stage, unnoticed
from . import EXECUTORS, Executor, find_executor
from .arguments import Opened, Statics, open_arguments, read_statics

_MOST_BUILTINS = 4  # tried one after the other: a call that fits none costs a few hundred nanoseconds more
_MOST_ENTRIES = 1024  # of one function: with more, sizes probably never repeat, and graphs would only cost memory

Cache = dict[Hashable, "Entry"]


class Ownership(Enum):
    """Whom the memory of an output belongs to: the caller may write to what he is given, and it must change nothing."""

    FRESH = "made for this output"
    PERHAPS_SHARED = "may be a view of an argument or of a constant"
    KEPT = "a constant of the graph"


@dataclass(frozen=True, slots=True)
class Entry:
    """A function for one kind of arguments: its graph, and the compiled graph."""

    staging: Staging
    run: Callable[..., tuple[Any, ...]]
    owners: tuple[Ownership, ...]
    alone: bool  # the result is one array, not a container
    native: Any = None  # machine code, in place of `run`

    def on_opened(self, opened: Opened) -> Any:
        """The result on the plain leaves of a call."""
        if self.native is None:
            return self.on_arrays(opened.leaves, opened.numbers)
        found = self.native.on_leaves(opened.leaves, opened.structure)
        return found if self.native.whole else self._rebuilt(found)

    def on_arrays(self, leaves: Sequence[Any], numbers: bool) -> Any:
        """The result on plain leaves. `numbers`: every argument was a Python float, so numbers come out as such."""
        with reference().errstate(all="ignore"):  # derivatives meet infinities on paths that are not taken
            outputs = self.run(*leaves)
        found = [own(output, owner, leaves, numbers) for output, owner in zip(outputs, self.owners, strict=True)]
        return found[0] if self.alone else self._rebuilt(found)

    def on_nodes(self, leaves: Sequence[Any]) -> Any:
        """The result where leaves are recorded, or the function captured what is: replayed, hence differentiable."""
        nodes = [each if type(each) is Node else constant(reference().array(each)) for each in leaves]
        graph = self.staging.graph
        new = replay(graph, [*nodes, *self.staging.captured])
        return self._rebuilt([new[output] for output in graph.outputs])

    def _rebuilt(self, outputs: Sequence[Any]) -> Any:
        leaves = [plain(each) if each.output is None else outputs[each.output] for each in self.staging.results]
        return tree.unflatten(self.staging.structure, leaves)


def plain(result: Result) -> Any:
    """A leaf of the result that no variable reaches, as the caller's own."""
    return result.value.copy() if hasattr(result.value, "copy") else result.value


def own(output: Any, owner: Ownership, leaves: Sequence[Any], numbers: bool) -> Any:
    """An output that shares no memory with anything the caller or this package holds."""
    if not output.shape:
        return output.item() if numbers and output.dtype == float else output[()]
    if owner is Ownership.FRESH:
        return output
    shared = owner is Ownership.KEPT or output.base is not None or any([output is leaf for leaf in leaves])
    return output.copy() if shared else output


def ownership(graph: Graph) -> tuple[Ownership, ...]:
    """Of each output. An op that works entry by entry makes a new array; any other may return a view."""
    alive = set(graph.inputs)
    for node in graph.order():
        if not alive.isdisjoint(node.inputs):
            alive.add(node)
    return tuple(
        Ownership.KEPT if node not in alive else Ownership.FRESH if node.op.elementwise else Ownership.PERHAPS_SHARED
        for node in graph.outputs
    )


class Jitted:
    """A jitted function. Made by `jit`."""

    def __init__(
        self, fun: Callable[..., Any], statics: Statics, executor: Executor, reuse_outputs: bool = False
    ) -> None:
        update_wrapper(self, fun, updated=())  # not its attributes: they could hide ours
        self.fun, self.statics, self.executor, self.reuse_outputs = fun, statics, executor, reuse_outputs
        self._entries = {} if reuse_outputs else entries_of(fun)  # arrays that are written over belong to one `jit`
        self._direct: Cache = {}  # for calls with arrays and Python floats alone, which need no taking apart
        self._builtins: tuple[Callable[..., Any], ...] = ()  # machine code for whole calls, the latest first

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __repr__(self) -> str:
        return f"<jitted {getattr(self.fun, '__qualname__', self.fun)}>"

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        if not keywords:
            for builtin in self._builtins:
                found = builtin(*args)
                if found is not NotImplemented:
                    return found
        numpy = reference()
        kinds: list[Any] = []
        floats = 0
        for argument in args:
            kind = type(argument)
            if kind is float:
                kinds.append(kind)
                floats += 1
            elif kind is numpy.ndarray:
                kinds.append((argument.shape, argument.dtype))
            else:
                return self._general(args, keywords, None)
        key = tuple(kinds)
        entry = self._direct.get(key)
        if entry is None or keywords or STATE.depth:
            return self._general(args, keywords, key)
        if floats:
            args = tuple([numpy.float64(each) if type(each) is float else each for each in args])
        return entry.on_arrays(args, 0 < floats == len(args))

    def graph(self, *args: Any, **keywords: Any) -> Graph:
        """The graph for these arguments, with the names of the function's own variables."""
        return self._stage(open_arguments(self.statics, args, keywords), named=True).graph

    def source(self, *args: Any, **keywords: Any) -> str:
        """The Python code for these arguments."""
        return print_graph(self.graph(*args, **keywords), function_name(self.fun)).text

    def llvm(self, *args: Any, **keywords: Any) -> str:
        """What runs for these arguments, in LLVM's language. Raises MissingLibraryError where nothing is compiled."""
        from .native.questions import language

        return language(self.graph(*args, **keywords))

    def cost(self, *args: Any, **keywords: Any) -> Any:
        """Operations and bytes for these arguments, and the least time that they take on this machine.

        Raises MissingLibraryError where nothing is compiled.

        >>> import numpy as np
        >>> counted = jit(lambda x: np.sum(x * x)).cost(np.ones(1000))
        >>> counted.operations, counted.bytes
        (2000, 8008)
        """
        from .native.questions import cost

        return cost(self.graph(*args, **keywords))

    def _general(self, args: tuple[Any, ...], keywords: dict[str, Any], direct: Hashable | None) -> Any:
        if STATE.depth and STATE.recorder is not None and STATE.recorder is not unnoticed:
            return self.fun(*args, **keywords)  # while explaining, the function's own names and lines are wanted
        opened = open_arguments(self.statics, args, keywords)
        key = opened.key, self.statics, self.executor
        entry = self._entries.get(key)
        if entry is None:
            entry = self._make(opened)
            if not entry.staging.captured:  # what is captured belongs to this one recording
                keep(self._entries, key, entry)
        if entry.staging.captured or any([type(each) is Node for each in opened.leaves]):
            return entry.on_nodes(opened.leaves)
        if entry.native is not None:
            self._offer(entry.native)
        elif direct is not None and not keywords and not self.statics and unchanged(args, opened.leaves):
            keep(self._direct, direct, entry)
        return entry.on_opened(opened)

    def _offer(self, native: Any) -> None:
        """Try this machine code first when the function is called again."""
        builtin = native.code.builtin
        if not native.whole or self.statics or (self._builtins and self._builtins[0] is builtin):
            return
        from .native.calls import put

        older = [each for each in self._builtins if each is not builtin]
        kept, self._builtins = self._builtins, (builtin, *older[: _MOST_BUILTINS - 1])
        put(native, self, Jitted, Jitted.__call__)
        del kept  # the code that was called so far may go only now

    def _stage(self, opened: Opened, *, named: bool) -> Staging:
        symbols = opened.symbols(parameter_names(self.fun))
        return stage(self.fun, opened.place, opened.types, opened.weak, symbols, named=named)

    def _make(self, opened: Opened) -> Entry:
        staging = self._stage(opened, named=False)
        graph = staging.graph
        alone = staging.structure.entries == (None,) and staging.results[0].output == 0
        name = function_name(self.fun)
        if staging.captured:
            return Entry(staging, refuse_run, (), alone)
        if self.executor is EXECUTORS["native"]:
            native = compile_natively(opened, staging, name, self.reuse_outputs)
            if native is not None:
                return Entry(staging, refuse_run, (), alone, native)
        return Entry(
            staging,
            find_executor("numpy" if self.executor is EXECUTORS["native"] else self.executor)(graph, name),
            ownership(graph),
            alone,
        )


def compile_natively(opened: Opened, staging: Staging, name: str, reuse: bool) -> Any:
    """Machine code for such calls; None where there is none."""
    from .native.calls import compile_call  # not at the top: with it come ctypes and, on first use, LLVM
    from .native.door.entry import Fixed

    leaves = [Fixed(each.value) if each.output is None else each.output for each in staging.results]
    return compile_call(staging.graph, name, opened.structure, opened.weak, staging.structure, leaves, reuse)


def refuse_run(*leaves: Any) -> tuple[Any, ...]:
    """In the place of a compiled graph that needs recorded values."""
    raise TraceError(
        given="a call with plain arrays of a function that captured recorded values",
        expected="a replay on recorded values",
        remedy="call the jitted function, not what it was compiled to",
    )


def unchanged(args: Sequence[Any], leaves: Sequence[Any]) -> bool:
    """Whether the compiled graph takes these arguments as they are, but for Python floats."""
    return all(type(given) is float or given is leaf for given, leaf in zip(args, leaves, strict=True))


def function_name(fun: Callable[..., Any]) -> str:
    """What the printed function is called."""
    name = str(getattr(fun, "__name__", "f"))
    return name if name.isidentifier() else "f"


def keep(cache: Cache, key: Hashable, entry: Entry) -> None:
    """Remember an entry, forgetting all others when there are too many."""
    if len(cache) >= _MOST_ENTRIES:
        cache.clear()
    cache[key] = entry


# One cache for a function however often it is jitted, kept as long as the function lives.
_CACHES: dict[int, tuple[weakref.ref[Any], Cache]] = {}


def entries_of(fun: Callable[..., Any]) -> Cache:
    """The cache of this function: found by identity, because callables may compare as they like."""
    known = _CACHES.get(id(fun))
    if known is not None and known[0]() is fun:
        return known[1]
    place, cache = id(fun), Cache()

    def forget(reference_: weakref.ref[Any]) -> None:
        if place in _CACHES and _CACHES[place][0] is reference_:
            del _CACHES[place]

    with suppress(TypeError):  # some callables cannot be referred to weakly: this cache belongs to one `jit` alone
        _CACHES[place] = weakref.ref(fun, forget), cache
    return cache


def jit(
    fun: Callable[..., Any],
    static_argnums: int | Iterable[int] = (),
    static_argnames: str | Iterable[str] = (),
    executor: str | Executor | None = None,
    reuse_outputs: bool = False,
) -> Jitted:
    """The same function, recorded once for each kind of arguments and compiled.

    Arguments are numbers, arrays, and nested dicts, lists, tuples and dataclasses of them; the result has the
    containers that `fun` returns. A new graph is made where containers, shapes or dtypes are new, or a static argument
    has a new value; static arguments may be anything that can be hashed. Since the graph holds for all values, `fun`
    must not branch on them (BranchError says what to write instead), and what it prints or changes outside itself
    happens once. `jit` and the derivatives can be nested in any order. Arrays that `fun` uses from outside are copied
    when it is recorded. Python's own floats count as float64.

    `executor` is "native" (machine code, the default), "numpy" (generated Python) or "walk" (the reference). With
    `reuse_outputs` machine code writes its results into the same arrays at every call: copy what must outlive the next
    one. The result has more verbs: `.graph(*args)`, `.source(*args)`, `.llvm(*args)` and `.cost(*args)`.

    >>> import numpy as np
    >>> def energy(x):
    ...     return np.sum(np.tanh(x) ** 2)
    >>> jitted = jit(energy)
    >>> jitted(np.array([0.0, 100.0]))
    np.float64(1.0)
    >>> print(jitted.source(np.array([0.0, 100.0])))
    import numpy as np
    <BLANKLINE>
    <BLANKLINE>
    def energy(x):
        return np.sum(np.tanh(x) ** 2)
    <BLANKLINE>
    """
    if not callable(fun):
        raise TraceError(
            given=f"{type(fun).__name__} in the place of a function", expected="a function", remedy="write jit(f)(x)"
        )
    found = find_executor(executor)
    return kind_of(found)(fun, read_statics(fun, static_argnums, static_argnames), found, reuse_outputs)


def kind_of(executor: Executor) -> type[Jitted]:
    """The class of jitted functions: one with room for machine code where there may be some."""
    if executor is not EXECUTORS["native"]:
        return Jitted
    from .native.calls import room_for_code

    return room_for_code(Jitted)
