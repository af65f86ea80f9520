"""LLVM: text in, machine code at an address out.

One idea: the text names no address, so that the code of one process is good for the next and can be kept on disk.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import cache
from itertools import count
from threading import Lock
from typing import Any

from . import special, store

_numbers = count(1)
# Code and its constants are mapped apart, and in a large process farther apart than 32 bits reach: the small code model
# ends the process there.
_CODE_MODEL = "large"
_LONG = 2 * 10**6  # letters of a text: beyond, compiling takes seconds
_REPEATED = ("loop", "product", "finished", "branch", "0", "1")  # functions in which something may run many times
_LOCK = Lock()  # LLVM's pass managers and its linker are shared by all threads


@dataclass(frozen=True, slots=True)
class Machine:
    """This processor, as LLVM knows it."""

    llvm: Any
    target: Any
    linker: Any
    cpu: str
    features: str


@cache
def machine() -> Machine:
    """Found once. Raises ImportError without llvmlite, and what LLVM raises where it cannot work."""
    llvm = importlib.import_module("llvmlite.binding")
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    cpu, features = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    made = llvm.Target.from_default_triple().create_target_machine(
        cpu=cpu, features=features, opt=2, reloc="static", codemodel=_CODE_MODEL
    )
    return Machine(llvm, made, llvm.create_lljit_compiler(made), cpu, features)


@dataclass(frozen=True, slots=True)
class Vectors:
    """The registers for several numbers at once: their bytes, how many there are, and whether parts can be loaded."""

    width: int
    count: int
    masks: bool


def vectors() -> Vectors:
    """Those of this processor."""
    features = set(machine().features.split(","))
    if "+avx512f" in features:
        return Vectors(64, 32, True)
    if "+avx" in features:
        return Vectors(32, 16, False)
    return Vectors(16, 32 if "+neon" in features else 16, False)


def name_of(text: str) -> str:
    """The name under which the object file of a module is kept."""
    host = machine()
    return store.key(text, host.llvm.__name__, str(host.llvm.llvm_version_info), host.cpu, host.features, _CODE_MODEL)


def compiled(text: str) -> bytes:
    """The object file of a module: the one that was kept, or a new one. Raises RuntimeError where the text is wrong."""
    host = machine()
    name = name_of(text)
    found = store.read(name)
    if found is None:
        with _LOCK:
            module = optimised(text)
            code: bytes = (host.target if level_of(text) else quick_target()).emit_object(module)
        store.write(name, code)
        return code
    return found


@cache
def quick_target() -> Any:
    """The same machine, for code that is long and takes longer to make than to run."""
    host = machine()
    return host.llvm.Target.from_default_triple().create_target_machine(
        cpu=host.cpu, features=host.features, opt=0, reloc="static", codemodel=_CODE_MODEL
    )


def level_of(text: str) -> int:
    """How much is done for the speed of the code. Where nothing is repeated little is lost, and much time is won."""
    if len(text) <= _LONG:
        return 2
    return 0 if "@body_piece0(" in text and not any(f"@body_{each}" in text for each in _REPEATED) else 1


def optimised(text: str) -> Any:
    """The module after LLVM's passes, fewer where the text is long. Called with the lock."""
    host = machine()
    module = host.llvm.parse_assembly(text)
    level = level_of(text)
    options = host.llvm.create_pipeline_tuning_options(speed_level=level)
    options.loop_vectorization, options.slp_vectorization = True, level == 2
    options.loop_unrolling = False  # loops become vectors, which are many steps at once already
    builder = host.llvm.create_pass_builder(host.target, options)
    builder.getModulePassManager().run(module, builder)
    return module


def language(text: str) -> str:
    """The module after LLVM's passes, in LLVM's language: what runs."""
    with _LOCK:
        return str(optimised(text))


def load(code: bytes, *symbols: str) -> tuple[Any, ...]:
    """What must be kept as long as the code runs, and the addresses of these symbols.

    Raises LookupError for code that names a function which is not here.
    """
    host = machine()
    with _LOCK:
        made = host.llvm.JITLibraryBuilder().add_object_img(code).add_current_process()
        for name, address in special.named_in(code):
            made.import_symbol(name, address)
        for symbol in symbols:
            made.export_symbol(symbol)
        library = made.link(host.linker, f"chainrule{next(_numbers)}")
        return library, *(library[symbol] for symbol in symbols)
