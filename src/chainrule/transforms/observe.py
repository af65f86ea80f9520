"""Reading names while a function runs: a function and its arguments in, its recording with the user's own names out.

One idea: Python tells us of every line it runs. After each, the local variables that hold new recorded values give
those values their names; the line gives them their place, and the functions entered give them their group. Only
explaining pays for this.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any

from .. import tree
from ..errors import is_user_file
from ..ir.graph import Graph
from ..ir.node import Node, Origin
from ..ir.recording import literally
from .differentiate import scalar_output
from .trace import Recording, record

_MOST_ITEMS = 64  # of a container held by a local variable: its values are named too, but a data set is not searched


@dataclass(slots=True)
class Observer:
    """What was seen. A name from an outer function replaces one from further in: `h = layer(x)` names the result."""

    outermost: CodeType | None
    names: dict[Node, str] = field(default_factory=dict)
    depths: dict[Node, int] = field(default_factory=dict)
    frames: list[FrameType] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)  # what each frame is called: a second call of layer is layer_2
    calls: dict[str, int] = field(default_factory=dict)

    def note(self, node: Node) -> None:
        """The recorder: where a node was written."""
        if node.origin is None and self.frames:
            frame = self.frames[-1]
            node.origin = Origin(frame.f_code.co_filename, frame.f_lineno, tuple(self.groups[1:]))

    def enter(self, frame: FrameType, event: str, arg: Any) -> Any:
        """Called at every function call: follow the user's own functions only."""
        if event != "call" or not is_user_file(frame.f_code.co_filename):
            return None
        if not self.frames and self.outermost is not None and frame.f_code is not self.outermost:
            return None
        self.frames.append(frame)
        name = frame.f_code.co_name
        self.calls[name] = self.calls.get(name, 0) + 1
        self.groups.append(name if self.calls[name] == 1 else f"{name}_{self.calls[name]}")
        return self.follow

    def follow(self, frame: FrameType, event: str, arg: Any) -> Any:
        """Called before every line, and on return: the locals hold what the line before has made."""
        if self.frames and self.frames[-1] is frame:
            self._read(frame)
            if event == "return":
                self.frames.pop()
                self.groups.pop()
        return self.follow

    def _read(self, frame: FrameType) -> None:
        depth = len(self.frames)
        code = frame.f_code
        parameters = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount] if depth > 1 else ()
        for name, value in frame.f_locals.items():
            if type(value) is Node:
                if name not in parameters:
                    self._name(value, name, depth)
            elif type(value) in (dict, list, tuple) and len(value) <= _MOST_ITEMS and name not in parameters:
                for key, item in value.items() if type(value) is dict else enumerate(value, 1):
                    if type(item) is Node:
                        self._name(item, key if isinstance(key, str) else f"{name}_{key}", depth + 1)

    def _name(self, node: Node, name: str, depth: int) -> None:
        if depth < self.depths.get(node, sys.maxsize):
            self.names[node], self.depths[node] = name, depth


@contextmanager
def watching(observer: Observer) -> Iterator[None]:
    """A stretch of time in which every line of the user's is seen. A debugger or a coverage tool is put back
    afterwards.
    """
    before = sys.gettrace()
    sys.settrace(observer.enter)
    try:
        yield
    finally:
        sys.settrace(before)


def observe(
    function: Callable[..., Any], args: Sequence[Any], keywords: dict[str, Any], argnums: Sequence[int]
) -> tuple[Recording, Graph]:
    """Run a function that returns one number, and name what it made. Raises GradientError for another output."""
    observer = Observer(getattr(inspect.unwrap(function), "__code__", None))

    def watched(*given: Any, **named: Any) -> Any:
        with watching(observer):
            return function(*given, **named)

    with literally():
        recording, _ = record(watched, args, keywords, argnums, observer.note)
    output = scalar_output(recording)
    names = dict(zip(recording.variables, input_symbols(function, argnums, recording.structure), strict=True))
    used = set(names.values())
    for node, name in observer.names.items():
        names.setdefault(node, name)
    if output not in names:
        names[output] = output_symbol(function, used | set(names.values()))
    return recording, Graph(recording.variables, (output,), names)


def parameter_names(function: Callable[..., Any]) -> list[str]:
    """The names of the positional parameters; empty where Python does not know them."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [each.name for each in parameters if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]


def input_symbols(function: Callable[..., Any], argnums: Sequence[int], structure: tree.Structure) -> list[str]:
    """A symbol for each leaf: the parameter's name, or for a nested container the path as indices, innermost name
    first.
    """
    known = parameter_names(function)
    found: list[str] = []
    for place, *path in tree.paths(structure):
        number = argnums[int(str(place))]
        name = known[number] if number < len(known) else f"x_{number + 1}"
        found.append(path_symbol(name, path))
    return found


def path_symbol(name: str, path: Sequence[Any]) -> str:
    """params["fc1"]["W"] as W_fc1, layers[0]["W"] as W_1, ws[0] as ws_1.

    >>> path_symbol("params", ["fc1", "W"]), path_symbol("layers", [0, "W"]), path_symbol("ws", [0])
    ('W_fc1', 'W_1', 'ws_1')
    """
    words = [index for index, key in enumerate(path) if isinstance(key, str)]
    base = str(path[words[-1]]) if words else name
    rest = [key for index, key in enumerate(path) if not words or index != words[-1]]
    return "_".join([base, *(str(key + 1) if isinstance(key, int) else str(key) for key in rest)])


def output_symbol(function: Callable[..., Any], used: set[str]) -> str:
    """The function's own name where it is a short one, else f."""
    name = getattr(function, "__name__", "f")
    wanted = name if name.isidentifier() and len(name) <= 8 else "f"
    return wanted if wanted not in used else next(each for each in ("L", "f", "out", "result") if each not in used)
