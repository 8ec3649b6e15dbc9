"""A disk that fails when told to, and of which one knows what would survive a power cut.

It is a VFS of SQLite, made with ctypes alone in the very library that Python's own `sqlite3` uses:
a copy of the default VFS whose files are the default's, with the calls that write replaced by ours.
Reading, locking and shared memory stay what they are.

Beside each file two others are kept in a folder: `durable`, its content as of the last fsync that
succeeded, and `pending`, the writes since then. After a power cut the file holds the first and
any part of the second. An fsync that fails loses its writes for good, as on Linux.
"""

import _sqlite3
import ctypes
import mmap
import os
import sqlite3
import struct
from collections.abc import Callable, Iterator
from enum import IntEnum
from pathlib import Path
from typing import Any

_OK, _FULL, _IOERR_WRITE, _IOERR_FSYNC = 0, 13, 778, 1034
_TRANSIENT = 0x8 | 0x200 | 0x400 | 0x2000  # delete on close, temporary files of three kinds
_HEAD = struct.Struct("<BQI")
_WRITE, _TRUNCATE = 1, 2
_NAME = b"chaos"


class Harm(IntEnum):
    """What goes wrong."""

    NONE = 0
    FULL = 1  # writes fail: no space
    WRITE = 2  # writes fail: I/O error
    SYNC = 3  # fsync fails
    POWER = 4  # the process dies in the middle of a write or an fsync
    LIE = 5  # fsync says that all is well and does nothing


_ANSWERS = {Harm.FULL: _FULL, Harm.WRITE: _IOERR_WRITE, Harm.SYNC: _IOERR_FSYNC}


class Switch:
    """What is to go wrong and what happened so far, in a file that both processes map.

    After `wait` calls of the kind, `times` of them fail (-1: until told otherwise).
    """

    _FORM = struct.Struct("<6q")

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(self._FORM.size))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), self._FORM.size)

    def arm(self, harm: Harm, *, wait: int = 0, times: int = -1) -> None:
        """Let something go wrong from now on."""
        _, _, _, writes, syncs, _ = self._read()
        self._write(harm, wait, times, writes, syncs, 0)

    @property
    def writes(self) -> int:
        """How many writes there were."""
        return self._read()[3]

    @property
    def syncs(self) -> int:
        """How many fsyncs there were."""
        return self._read()[4]

    @property
    def harmed(self) -> int:
        """How many calls failed since it was armed."""
        return self._read()[5]

    def call(self, *, sync: bool) -> Harm:
        """Count a call and return what is to go wrong with it."""
        harm, wait, times, writes, syncs, harmed = self._read()
        writes, syncs = writes + (not sync), syncs + sync
        struck = Harm.NONE
        if harm and (harm == Harm.POWER or (harm in {Harm.SYNC, Harm.LIE}) == sync):
            if wait:
                wait -= 1
            elif times:
                times, harmed, struck = times - (times > 0), harmed + 1, Harm(harm)
        self._write(harm, wait, times, writes, syncs, harmed)
        return struck

    def _read(self) -> tuple[int, ...]:
        return self._FORM.unpack(self._map[:])

    def _write(self, *values: int) -> None:
        self._map[:] = self._FORM.pack(*values)


class Shadow:
    """What is known to be durable of one file, and what is not yet."""

    def __init__(self, folder: Path, path: Path) -> None:
        self.durable = folder / f"{path.name}.durable"
        self.pending = folder / f"{path.name}.pending"
        if not self.durable.exists():
            self.durable.write_bytes(path.read_bytes() if path.exists() else b"")
        self._log = os.open(self.pending, os.O_CREAT | os.O_RDWR | os.O_APPEND)
        self._copy = os.open(self.durable, os.O_RDWR)

    def wrote(self, offset: int, data: bytes) -> None:
        """Note a write that is not yet durable."""
        os.write(self._log, _HEAD.pack(_WRITE, offset, len(data)) + data)

    def cut(self, size: int) -> None:
        """Note a truncation that is not yet durable."""
        os.write(self._log, _HEAD.pack(_TRUNCATE, size, 0))

    def synced(self) -> None:
        """Make everything pending durable."""
        for kind, offset, data in read_pending(self.pending):
            if kind == _WRITE:
                os.pwrite(self._copy, data, offset)
            else:
                os.truncate(self._copy, offset)
        os.ftruncate(self._log, 0)

    def lost(self) -> None:
        """Forget everything pending: an fsync failed, and nothing will write it any more."""
        os.ftruncate(self._log, 0)

    def gone(self) -> None:
        """Forget a file that was deleted."""
        self.close()
        self.durable.unlink(missing_ok=True)
        self.pending.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the files beside it."""
        os.close(self._log)
        os.close(self._copy)


def read_pending(path: Path) -> Iterator[tuple[int, int, bytes]]:
    """Yield (kind, offset, data) of each write that was not durable, in order."""
    data = path.read_bytes() if path.exists() else b""
    place = 0
    while place + _HEAD.size <= len(data):
        kind, offset, length = _HEAD.unpack_from(data, place)
        place += _HEAD.size
        yield kind, offset, data[place : place + length]
        place += length


def replay(durable: bytes, writes: list[tuple[int, int, bytes]]) -> bytes:
    """Return a file's content after some of its pending writes."""
    image = bytearray(durable)
    for kind, offset, data in writes:
        if kind == _TRUNCATE:
            del image[offset:]
            continue
        if len(image) < offset:
            image.extend(bytes(offset - len(image)))
        image[offset : offset + len(data)] = data
    return bytes(image)


_P, _I, _L = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
_Close = ctypes.CFUNCTYPE(_I, _P)
_Write = ctypes.CFUNCTYPE(_I, _P, _P, _I, _L)
_Truncate = ctypes.CFUNCTYPE(_I, _P, _L)
_Sync = ctypes.CFUNCTYPE(_I, _P, _I)
_Open = ctypes.CFUNCTYPE(_I, _P, _P, _P, _I, _P)
_Delete = ctypes.CFUNCTYPE(_I, _P, _P, _I)


class _Vfs(ctypes.Structure):
    _fields_ = (
        ("iVersion", _I), ("szOsFile", _I), ("mxPathname", _I), ("pNext", _P),
        ("zName", ctypes.c_char_p), ("pAppData", _P), ("xOpen", _P), ("xDelete", _P),
        *((f"other{number}", _P) for number in range(14)),
    )  # fmt: skip


class _Methods(ctypes.Structure):
    _fields_ = (
        ("iVersion", _I), ("xClose", _P), ("xRead", _P), ("xWrite", _P), ("xTruncate", _P),
        ("xSync", _P), *((f"other{number}", _P) for number in range(13)),
    )  # fmt: skip


class _File(ctypes.Structure):
    _fields_ = (("methods", ctypes.POINTER(_Methods)),)


def _library() -> ctypes.CDLL:
    """Return the library that Python's own sqlite3 uses, linked into it or beside it."""
    return ctypes.CDLL(getattr(_sqlite3, "__file__", None))


class FaultyDisk:
    """Makes itself the default VFS of this process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._switch = Switch(folder / "switch")
        self._shadows: dict[str, Shadow] = {}
        self._paths: dict[int, str] = {}
        self._tables: dict[int, _Methods] = {}
        self._kept: list[Any] = []  # what C holds must not be collected
        library = _library()
        library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
        usual = library.sqlite3_vfs_find(None).contents
        mine = _Vfs.from_buffer_copy(usual)
        if mine.iVersion > 3:
            raise RuntimeError(f"unknown version of SQLite's VFS: {mine.iVersion}")
        self._usual_open, self._usual_delete = _Open(usual.xOpen), _Delete(usual.xDelete)
        mine.zName, mine.pNext = _NAME, None
        mine.xOpen, mine.xDelete = self._c(_Open(self._open)), self._c(_Delete(self._delete))
        self._kept.append(mine)
        library.sqlite3_vfs_register(ctypes.byref(mine), 1)
        self._prove()

    def _prove(self) -> None:
        before = self._switch.writes
        probe = self._folder / "probe"
        connection = sqlite3.connect(probe)
        connection.execute("CREATE TABLE IF NOT EXISTS probe (n)")
        connection.execute("INSERT INTO probe VALUES (1)")
        connection.commit()
        connection.close()
        if self._switch.writes == before:
            raise RuntimeError("this Python's SQLite does not use the VFS that was registered")

    def _c(self, function: Any) -> int | None:
        self._kept.append(function)
        return ctypes.cast(function, _P).value

    def _open(self, vfs: int, name: int | None, file: int, flags: int, out: int | None) -> int:
        code = int(self._usual_open(vfs, name, file, flags, out))
        opened = _File.from_address(file)
        if code or name is None or flags & _TRANSIENT or not opened.methods:
            return code
        path = os.fsdecode(ctypes.string_at(name))
        if path not in self._shadows:
            self._shadows[path] = Shadow(self._folder, Path(path))
        self._paths[file] = path
        usual = ctypes.addressof(opened.methods.contents)
        if usual not in self._tables:
            self._tables[usual] = self._wrap(opened.methods.contents)
        opened.methods = ctypes.pointer(self._tables[usual])
        return code

    def _delete(self, vfs: int, name: int, sync: int) -> int:
        code = int(self._usual_delete(vfs, name, sync))
        shadow = self._shadows.pop(os.fsdecode(ctypes.string_at(name)), None)
        if shadow is not None and not code:
            shadow.gone()
        return code

    def _wrap(self, usual: _Methods) -> _Methods:
        """Return the default's calls with those that write replaced."""
        close, write = _Close(usual.xClose), _Write(usual.xWrite)
        truncate, sync = _Truncate(usual.xTruncate), _Sync(usual.xSync)

        def closes(file: int) -> int:
            self._paths.pop(file, None)
            return int(close(file))

        def writes(file: int, data: int, length: int, offset: int) -> int:
            def do() -> int:
                self._shadow(file).wrote(offset, ctypes.string_at(data, length))
                return int(write(file, data, length, offset))

            return self._strike(do, sync=False)

        def truncates(file: int, size: int) -> int:
            self._shadow(file).cut(size)
            return int(truncate(file, size))

        def syncs(file: int, flags: int) -> int:
            def do() -> int:
                code = int(sync(file, flags))
                self._shadow(file).synced()
                return code

            return self._strike(do, sync=True, lost=lambda: self._shadow(file).lost())

        mine = _Methods.from_buffer_copy(usual)
        mine.xClose, mine.xWrite = self._c(_Close(closes)), self._c(_Write(writes))
        mine.xTruncate, mine.xSync = self._c(_Truncate(truncates)), self._c(_Sync(syncs))
        return mine

    def _shadow(self, file: int) -> Shadow:
        return self._shadows[self._paths[file]]

    def _strike(
        self, do: Callable[[], int], *, sync: bool, lost: Callable[[], None] | None = None
    ) -> int:
        harm = self._switch.call(sync=sync)
        if harm is Harm.NONE:
            return do()
        if harm is Harm.POWER:
            if not sync:
                do()  # it was asked for, and some of it may have come to the disk
            os._exit(137)
        if harm is Harm.LIE:
            return _OK
        if lost is not None:
            lost()
        return _ANSWERS[harm]
