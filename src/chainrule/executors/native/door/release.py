"""Python's lock, given back while the body of a long call runs: what the call uses in, code before and after out.

One idea: what others could take away meanwhile is held, and memory in between belongs to one call. The first call finds
the memory that is kept with the function, one beside it takes new memory. What is written here happens with the lock.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..machine.blas import THREADS
from .reading import Reader

LEAST = [500e-6]  # seconds of a body for which others get the lock
FLAGS = 64  # bytes that tell calls of each other: whether the memory is in use, and how many calls run
_RUNNING = 8


class Releaser(Reader):
    """Writes a call of the body without the lock."""

    def released(self, passed: Sequence[str], room: int) -> str:
        """The call. Returns its status."""
        w = self.w
        for each in self.held:
            self.own(each)
        flags = self.table.load(w, "flags", FLAGS)
        running = w.put(f"getelementptr i8, ptr {flags}, i64 {_RUNNING}")
        self.count(running, 1)
        block, fresh = self.memory(flags, room) if room else ("null", "null")
        tells = ("blas", THREADS[1]) in self.table.places
        if tells:
            self.tell_blas()
        state = self.call("python", "PyEval_SaveThread", "ptr")
        status = w.put(f"call i32 @body({', '.join(f'ptr {each}' for each in (*passed, block, '%table'))})")
        self.call("python", "PyEval_RestoreThread", "void", f"ptr {state}")
        if tells:
            self.leave_blas()
        self.count(running, -1)
        if room:
            self.give_back(flags, fresh)
        for each in self.held:
            self.call("python", "Py_DecRef", "void", f"ptr {each}")
        return status

    def count(self, place: str, step: int) -> None:
        before = self.w.put(f"load i64, ptr {place}")
        self.w.do(f"store i64 {self.w.put(f'add i64 {before}, {step}')}, ptr {place}")

    def memory(self, flags: str, room: int) -> tuple[str, str]:
        """(where the body's memory begins, what must be freed or null)."""
        w = self.w
        first, kept, new, done = (w.fresh_label(stem) for stem in ("first", "kept", "new", "memory"))
        w.do(f"br label %{first}")
        w.label(first)
        used = w.put(f"icmp ne i64 {w.put(f'load i64, ptr {flags}')}, 0")
        w.do(f"br i1 {used}, label %{new}, label %{kept}")
        w.label(kept)
        w.do(f"store i64 1, ptr {flags}")
        shared = self.table.load(w, "block", room)
        w.do(f"br label %{done}")
        w.label(new)
        made = self.call("python", "PyMem_RawMalloc", "ptr", f"i64 {room + 64}")
        missing, found = w.put(f"icmp eq ptr {made}, null"), w.fresh_label("found")
        w.do(f"br i1 {missing}, label %exhausted, label %{found}")
        w.label(found)
        number = w.put(f"add i64 {w.put(f'ptrtoint ptr {made} to i64')}, 63")
        aligned = w.put(f"inttoptr i64 {w.put(f'and i64 {number}, -64')} to ptr")
        w.do(f"br label %{done}")
        w.label(done)
        block = w.put(f"phi ptr [{shared}, %{kept}], [{aligned}, %{found}]")
        return block, w.put(f"phi ptr [null, %{kept}], [{made}, %{found}]")

    def give_back(self, flags: str, fresh: str) -> None:
        w = self.w
        own, kept, done = (w.fresh_label(stem) for stem in ("own", "kept", "given"))
        w.do(f"br i1 {w.put(f'icmp eq ptr {fresh}, null')}, label %{kept}, label %{own}")
        w.label(own)
        self.call("python", "PyMem_RawFree", "void", f"ptr {fresh}")
        w.do(f"br label %{done}")
        w.label(kept)
        w.do(f"store i64 0, ptr {flags}")
        w.do(f"br label %{done}")
        w.label(done)

    def tell_blas(self) -> None:
        """One thread for the BLAS while such calls run: the first of them says so, for one may end in between."""
        w, words = self.w, self.table.load(self.w, "shared", "blas")
        calls, first, told = w.put(f"load i64, ptr {words}"), w.fresh_label("first"), w.fresh_label("told")
        w.do(f"store i64 {w.put(f'add i64 {calls}, 1')}, ptr {words}")
        w.do(f"br i1 {w.put(f'icmp eq i64 {calls}, 0')}, label %{first}, label %{told}")
        w.label(first)
        before = self.call("blas", THREADS[0], "i32")
        w.do(f"store i32 {before}, ptr {w.put(f'getelementptr i64, ptr {words}, i64 1')}")
        self.call("blas", THREADS[1], "void", "i32 1")
        w.do(f"br label %{told}")
        w.label(told)

    def leave_blas(self) -> None:
        """As many threads as before, when the last such call ends."""
        w, words = self.w, self.table.load(self.w, "shared", "blas")
        calls, last, done = w.put(f"load i64, ptr {words}"), w.fresh_label("last"), w.fresh_label("left")
        w.do(f"store i64 {w.put(f'sub i64 {calls}, 1')}, ptr {words}")
        w.do(f"br i1 {w.put(f'icmp eq i64 {calls}, 1')}, label %{last}, label %{done}")
        w.label(last)
        before = w.put(f"load i32, ptr {w.put(f'getelementptr i64, ptr {words}, i64 1')}")
        self.call("blas", THREADS[1], "void", f"i32 {before}")
        w.do(f"br label %{done}")
        w.label(done)

    def exhausted(self, made: Sequence[str]) -> None:
        """Where there was no memory for another call: everything is given back, and Python raises."""
        self.w.label("exhausted")
        flags = self.table.load(self.w, "flags", FLAGS)
        self.count(self.w.put(f"getelementptr i8, ptr {flags}, i64 {_RUNNING}"), -1)
        for each in (*self.held, *made):
            self.call("python", "Py_DecRef", "void", f"ptr {each}")
        self.call("python", "PyErr_NoMemory", "ptr")
        self.w.do("br label %failed")
