"""Code of an earlier process: the identity of a graph in, its object file and what its table holds out, or nothing.

One idea: the object file is kept under its text, which takes long to write. Kept under the graph is the name of that
file and a list of what the code looks up when it is loaded, in words, so that a graph that was compiled before is not
even lowered. A word that is not understood, or a list that does not fit, is as good as none.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from .door.callable import OUT
from .identity import Identity
from .machine import blas, llvm, probe, store, threads
from .text.table import Table

_LARGEST = 2**16  # bytes of the tables of places and numbers that lowering made: a program with more is lowered again
ROOMS = ("ir", "ops", "transforms", "random", "executors/native")  # where ops are declared, and become code
_NAMED: dict[str, Any] = {"None": None, "out": OUT, "NotImplemented": NotImplemented, "ndarray": np.ndarray} | {
    each.__name__: each for each in (float, int, bool, tuple, list, dict, *probe.SCALARS.values())
}
_WORDS = {id(thing): word for word, thing in _NAMED.items()}


def find(identity: Identity | None) -> tuple[bytes, Table] | None:
    """The object file and the table for code of this identity; None where they were not kept, or do not fit."""
    if identity is None:
        return None
    try:
        said = store.read(key(identity))
    except OSError:  # of this package's own files
        return None
    if said is None:
        return None
    try:
        kept = json.loads(said)
        table = Table([(kind, thing_of(word, identity)) for kind, word in kept["things"]])
        code = store.read(kept["code"]) if is_name(kept["code"]) else None
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        return None
    return None if code is None else (code, table)


def keep(identity: Identity | None, text: str, table: Table) -> bool:
    """Keep the list, unless it holds something that has no word. Returns whether it is kept."""
    if identity is None:
        return False
    memory = places(identity)
    try:
        name = key(identity)
        things = [(kind, word_of(kind, thing, identity, memory)) for kind, thing in table.things]
    except (LookupError, OSError):
        return False
    said = json.dumps({"code": llvm.name_of(text), "things": things}).encode()
    if len(said) > _LARGEST * 4:
        return False
    store.write(name, said)
    return True


def is_name(word: Any) -> bool:
    """Whether a word is the name of an entry, and not a path to somewhere else."""
    return isinstance(word, str) and len(word) == 64 and word.isalnum()


# Words ---------------------------------------------------------------------------------------------------------------
def word_of(kind: str, thing: Any, identity: Identity, memory: dict[tuple[int, int], int]) -> Any:
    """What to say of a thing. Raises LookupError where there is no word for it."""
    if kind == "call":
        return {"node": place_in(thing, identity.nodes)}
    if isinstance(thing, (str, int)) and kind != "object":
        return thing
    if isinstance(thing, np.dtype):
        return {"dtype": thing.name}
    if id(thing) in _WORDS:
        return {"known": _WORDS[id(thing)]}
    if not isinstance(thing, np.ndarray):
        return {"object": place_in(thing, identity.objects)}
    if kind == "object":  # an output that is written over at every call
        return {"zeros": [list(thing.shape), thing.dtype.name]}
    if kind != "array" or not thing.flags.c_contiguous:
        raise LookupError
    if (thing.ctypes.data, thing.nbytes) in memory:
        return {"constant": memory[thing.ctypes.data, thing.nbytes]}
    if thing.nbytes > _LARGEST:
        raise LookupError
    return {"bytes": [list(thing.shape), thing.dtype.name, thing.tobytes().hex()]}


def place_in(thing: Any, things: list[Any]) -> int:
    """Where a thing stands, by identity."""
    for place, each in enumerate(things):
        if each is thing:
            return place
    raise LookupError


def places(identity: Identity) -> dict[tuple[int, int], int]:
    """Which constant lies in which memory."""
    return {
        (each.ctypes.data, each.nbytes): place
        for place, each in enumerate(identity.constants)
        if isinstance(each, np.ndarray) and each.flags.c_contiguous
    }


def thing_of(word: Any, identity: Identity) -> Any:
    """The thing of this process that a word means. Raises LookupError, TypeError or ValueError for nonsense."""
    if not isinstance(word, dict):
        return word
    ((how, what),) = word.items()
    if how == "dtype":
        return np.dtype(what)
    if how == "known":
        return _NAMED[what]
    if how == "zeros":
        return np.zeros(what[0], what[1])
    if how == "bytes":
        return np.frombuffer(bytes.fromhex(what[2]), what[1]).reshape(what[0])
    found: list[Any] = {"node": identity.nodes, "object": identity.objects, "constant": identity.constants}[how]
    if what < 0:
        raise IndexError
    return found[what]


# Circumstances -------------------------------------------------------------------------------------------------------
def key(identity: Identity) -> str:
    """The name of the list for a graph, here and now."""
    asked = [f"{name}={value}" for name, value in os.environ.items() if name.startswith("CHAINRULE_")]
    settings = sorted(each for each in asked if not each.startswith(store.VARIABLE))
    return store.key(identity.digest, f"{threads.choice().number} threads", *circumstances(), *settings)


@cache
def circumstances() -> tuple[str, ...]:
    """What else decides which code a graph becomes: the machine, its BLAS, and this package to the last file."""
    host, products = llvm.machine(), blas.library()
    return (
        "table", sys.version, np.__version__, host.llvm.__name__, str(host.llvm.llvm_version_info), host.cpu,
        host.features, str(os.cpu_count()), repr(products and (products.spelling, products.width, products.kernels)),
        *sorted(each for room in ROOMS for each in files(str(Path(__file__).parents[2] / room))),
    )  # fmt: skip


def files(folder: str) -> Iterator[str]:
    """Name, size and time of each file of this package. Raises OSError where they are no files (in an archive)."""
    with os.scandir(folder) as found:
        for each in found:
            if each.is_dir():
                yield from files(each.path)
            elif each.name.endswith(".py"):
                status = each.stat()
                yield f"{each.path} {status.st_size} {status.st_mtime_ns}"
