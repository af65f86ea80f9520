"""Machine code kept on disk: the text it was made from in, the object file that was kept out, or nothing.

One idea: an entry is found by everything that it depends on, and believed only if it is ours and whole. It is written
beside its place and moved there, so that two processes cannot spoil each other's.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

VARIABLE = "CHAINRULE_CACHE_DIR"  # where entries are kept; empty: nowhere
LARGEST = 256 * 2**20  # bytes of all entries together
_FORMAT = b"chainrule machine code 1\n"
_DIGEST = 32
_TRIED = 2**16  # bytes that must find room on the disk


def folder() -> Path | None:
    """Where entries are kept; None where they are not."""
    asked = os.environ.get(VARIABLE)
    if asked is not None:
        return Path(asked) if asked else None
    if sys.platform == "win32":
        root = os.environ.get("LOCALAPPDATA", "")
        return Path(root) / "chainrule" if root else None
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "chainrule"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "chainrule"


def objection() -> str | None:
    """Why nothing can be kept now; None where it can. It is tried."""
    place = folder()
    if place is None:
        return f"{VARIABLE} is empty" if VARIABLE in os.environ else "there is no folder for it"
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place, prefix=".", suffix=".new") as file:
            file.write(bytes(_TRIED))
            file.flush()
    except OSError as problem:
        return f"{place}: {problem.strerror or problem}"
    return None


def key(text: str, *circumstances: str) -> str:
    """The name of the entry for this text, compiled in these circumstances."""
    digest = hashlib.sha256(_FORMAT)
    for part in (*circumstances, text):
        digest.update(f"{len(part)}\n".encode())
        digest.update(part.encode())
    return digest.hexdigest()


def read(name: str) -> bytes | None:
    """An entry; None where there is none, it is not whole, or somebody else could have written it."""
    place = folder()
    if place is None:
        return None
    try:
        with open(place / f"{name}.o", "rb") as file:
            if not is_ours(os.fstat(file.fileno())):
                return None
            found = file.read()
    except OSError:
        return None
    code = found[_DIGEST:]
    if not code or hashlib.sha256(code).digest() != found[:_DIGEST]:
        return None
    return code


def is_ours(status: os.stat_result) -> bool:
    """Whether nobody but this user can have written a file."""
    if not hasattr(os, "getuid"):
        return True
    return status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def write(name: str, code: bytes) -> None:
    """Keep an entry, and fewer of the oldest where they have become too many. A full or closed disk is no error."""
    place = folder()
    if place is None:
        return
    with suppress(OSError):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, path = tempfile.mkstemp(dir=place, prefix=".", suffix=".new")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(code).digest() + code)
            os.replace(path, place / f"{name}.o")
        except OSError:
            with suppress(OSError):
                os.unlink(path)
            raise
        make_room(place)


def make_room(place: Path) -> None:
    """Forget the entries that were made first until the rest is small enough."""
    entries = []
    for each in place.glob("*.o"):
        with suppress(OSError):
            status = each.stat()
            entries.append((status.st_mtime, status.st_size, each))
    total = sum(size for _, size, _ in entries)
    for _, size, each in sorted(entries):
        if total <= LARGEST:
            return
        with suppress(OSError):
            each.unlink()
        total -= size
