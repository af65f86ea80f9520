"""`jit`: a Python function in, the same function out, recorded once for each kind of arguments and compiled.

One idea: what a function does for arguments of some types is a graph, which is kept under those types. Called with
plain arrays the graph runs compiled; called with recorded values it is replayed on them, so that derivatives of a
jitted function and jitted derivatives are the same thing.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import suppress
from functools import update_wrapper
from types import MethodType
from typing import Any, TypeVar, overload

from ..errors import TraceError
from ..ir.graph import Graph
from ..ir.library import reference
from ..ir.node import Node
from ..ir.printing import print_graph
from ..ir.recording import STATE
from ..transforms.observe import parameter_names
from ..transforms.rewrites import Rewritten, rewritten
from ..transforms.staging import Staging, stage, unnoticed
from . import EXECUTORS, Executor, find_executor
from .arguments import Opened, Statics, open_arguments, read_statics
from .entries import Entry, ownership
from .into import Written, kinds_of, write_into
from .targets import has_own_out

_MOST_BUILTINS = 4  # tried one after the other: a call that fits none costs a few hundred nanoseconds more
_MOST_ENTRIES = 1024  # of one function: with more, sizes probably never repeat, and graphs would only cost memory

T = TypeVar("T")
Cache = dict[Hashable, "Entry"]


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
        self._writers: tuple[Callable[..., Any], ...] = ()  # and for those with `out=`
        self._written: dict[Hashable, Written] = {}

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __reduce__(self) -> str:
        """Pickled as functions are: by name, for a function that a module defines."""
        return str(vars(self).get("__qualname__", "a function without a name"))

    def __copy__(self) -> Jitted:
        return self

    def __deepcopy__(self, memo: Any) -> Jitted:
        return self

    def __repr__(self) -> str:
        return f"<jitted {getattr(self.fun, '__qualname__', self.fun)}>"

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        if not keywords:
            for builtin in self._builtins:
                found = builtin(*args)
                if found is not NotImplemented:
                    return found
        elif "out" in keywords and not has_own_out(self.fun):
            return self.into(keywords.pop("out"), *args, **keywords)
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

    def into(self, out: Any, /, *args: Any, **keywords: Any) -> Any:
        """The results of a call, written into the arrays of `out`, which are returned: f(*args, out=arrays).

        The latter is the same unless the function has a parameter `out` of its own, which then means what it says.
        `out` has the containers of the result. None in the place of an array, or of a container, asks for new ones.
        Arrays of `out` may be arguments, or lie over them in any way: results are what they would be elsewhere. Raises
        StructureError, ShapeError, DTypeError and TargetError for arrays that do not take the result, and MutationError
        for recorded values.

        >>> import numpy as np
        >>> descend = jit(lambda x, slope: x - 0.5 * slope)
        >>> x = np.array([1.0, 2.0])
        >>> descend.into(x, x, np.array([2.0, 2.0])) is x
        True
        >>> x
        array([0., 1.])
        """
        if out is None:
            return self(*args, **keywords)
        if not keywords:
            for builtin in self._writers:
                found = builtin(*args, out)
                if found is not NotImplemented:
                    return found
        return write_into(self, out, args, keywords)

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

    def c(self, *args: Any, **keywords: Any) -> str:
        """What runs for these arguments, as a file of C that stands alone.

        Raises MissingLibraryError where a part is computed by NumPy, or nothing is compiled.
        """
        from .native.questions import language_c

        return language_c(self.graph(*args, **keywords), function_name(self.fun))

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

    def rewrites(self, *args: Any, **keywords: Any) -> Rewritten:
        """Which laws make the graph for these arguments cheaper before it is compiled, and what they save.

        >>> import numpy as np
        >>> matrix = np.ones((40, 40))
        >>> found = jit(lambda a, b, v: a @ b @ v).rewrites(matrix, matrix, np.ones(40))
        >>> found.before, found.after, dict(found.laws)
        (131200, 6400, {'chains of products': 1})
        """
        return rewritten(self.graph(*args, **keywords))

    def _general(self, args: tuple[Any, ...], keywords: dict[str, Any], direct: Hashable | None) -> Any:
        if self.is_explained():
            return self.fun(*args, **keywords)
        opened = open_arguments(self.statics, args, keywords)
        entry = self.entry(opened)
        if entry.staging.captured or any([type(each) is Node for each in opened.leaves]):
            return entry.on_nodes(opened.leaves)
        if entry.native is not None:
            self.offer(entry.native)
        elif direct is not None and not keywords and not self.statics and unchanged(args, opened.leaves):
            keep(self._direct, direct, entry)
        return entry.on_opened(opened)

    def is_explained(self) -> bool:
        """Whether an explanation is recorded, which wants the function's own names and lines."""
        return bool(STATE.depth) and STATE.recorder is not None and STATE.recorder is not unnoticed

    def is_native(self) -> bool:
        return self.executor is EXECUTORS["native"]

    def entry(self, opened: Opened) -> Entry:
        """What was compiled for such arguments, or is now."""
        key = opened.key, self.statics, self.executor
        entry = self._entries.get(key)
        if entry is None:
            entry = self._make(opened)
            if not entry.staging.captured:  # what is captured belongs to this one recording
                keep(self._entries, key, entry)
        return entry

    def written(self, opened: Opened) -> Written:
        """The graph for such arguments, and what was compiled to write its results into arrays of the caller."""
        found = self._written.get(opened.key)
        if found is None:
            known = self._entries.get((opened.key, self.statics, self.executor))
            staging = known.staging if known is not None else self._stage(opened, named=False)
            found = Written(staging, kinds_of(staging))
            if not staging.captured:
                keep(self._written, opened.key, found)
        return found

    def offer(self, native: Any, *, into: bool = False) -> None:
        """Try this machine code first when the function is called again, with `out=` or without."""
        builtin, known = native.code.builtin, self._writers if into else self._builtins
        if not native.whole or self.statics or (known and known[0] is builtin):
            return
        from .native.calls import put

        first = (builtin, *[each for each in known if each is not builtin][: _MOST_BUILTINS - 1])
        kept = self._builtins, self._writers
        if into:
            self._writers = first
        else:
            self._builtins = first
        put(native, self, Jitted, Jitted.__call__, into=into)
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
        if self.is_native():
            native = self.compiled(staging, opened)
            if native is not None:
                return Entry(staging, refuse_run, (), alone, native)
        executor = EXECUTORS["numpy"] if self.is_native() else find_executor(self.executor)
        if executor is EXECUTORS["numpy"]:  # the reference, and executors of others, are given what was recorded
            graph = rewritten(graph).graph
        return Entry(staging, executor(graph, name), ownership(graph), alone)

    def compiled(self, staging: Staging, opened: Opened, target: Any = None) -> Any:
        """Machine code for such calls, which writes into a target; None where there is none."""
        from .native.calls import compile_call  # not at the top: with it come ctypes and, on first use, LLVM
        from .native.door.reading import Fixed

        leaves = [Fixed(each.value) if each.output is None else each.output for each in staging.results]
        return compile_call(
            staging.graph, function_name(self.fun), opened.structure, opened.weak, staging.structure, leaves,
            self.reuse_outputs, target,
        )  # fmt: skip


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


def keep(cache: dict[Hashable, T], key: Hashable, entry: T) -> None:
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


@overload
def jit(
    fun: Callable[..., Any],
    static_argnums: int | Iterable[int] = (),
    static_argnames: str | Iterable[str] = (),
    executor: str | Executor | None = None,
    reuse_outputs: bool = False,
) -> Jitted: ...


@overload
def jit(
    fun: None = None,
    static_argnums: int | Iterable[int] = (),
    static_argnames: str | Iterable[str] = (),
    executor: str | Executor | None = None,
    reuse_outputs: bool = False,
) -> Callable[[Callable[..., Any]], Jitted]: ...


def jit(
    fun: Callable[..., Any] | None = None,
    static_argnums: int | Iterable[int] = (),
    static_argnames: str | Iterable[str] = (),
    executor: str | Executor | None = None,
    reuse_outputs: bool = False,
) -> Jitted | Callable[[Callable[..., Any]], Jitted]:
    """The same function, recorded once for each kind of arguments and compiled.

    Arguments are numbers, arrays, and nested dicts, lists, tuples and dataclasses of them; the result has the
    containers that `fun` returns. A new graph is made where containers, shapes or dtypes are new, or a static argument
    has a new value; static arguments may be anything that can be hashed. Since the graph holds for all values, `fun`
    must not branch on them (BranchError says what to write instead), and what it prints or changes outside itself
    happens once. Without `fun`, as in `@jit(static_argnums=1)`, the decorator is returned. `jit` and the derivatives
    can be nested in any order. What `fun` uses from outside (arrays, globals, attributes of `self`) is taken as it is
    when it is recorded, and does not change later. Python's own floats count as float64.

    `executor` is "native" (machine code, the default), "numpy" (generated Python) or "walk" (the reference). With
    `reuse_outputs` machine code writes its results into the same arrays at every call: copy what must outlive the next
    one. `out=` in a call names the arrays that this call writes its results into, as `.into` says. Before a graph is
    compiled it is made cheaper by laws that may change the last digits (`.rewrites` says which); "walk" runs what was
    recorded. The result has more verbs: `.into(arrays, *args)`, `.graph(*args)`, `.source(*args)`, `.rewrites(*args)`,
    `.llvm(*args)`, `.c(*args)` and `.cost(*args)`.

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
    if fun is None:
        return lambda fun: jit(fun, static_argnums, static_argnames, executor, reuse_outputs)
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
