"""Which pages of memory a program has touched."""

import ctypes
import mmap

_DROP = 4
"""MADV_DONTNEED: the pages are given back, and read as zeros when they are touched again."""


class Pages:
    """Whole pages inside a range of memory, dropped, so that whoever touches one makes it resident."""

    def __init__(self, address: int, size: int) -> None:
        """Drops every whole page in [address, address + size), whose content becomes zero.

        Raises:
          OSError: the system does not drop them.
        """
        self._library = ctypes.CDLL(None, use_errno=True)
        first = -(-address // mmap.PAGESIZE) * mmap.PAGESIZE
        self._count = (address + size - first) // mmap.PAGESIZE
        self._range = ctypes.c_void_p(first), ctypes.c_size_t(self._count * mmap.PAGESIZE)
        self._called("madvise", *self._range, _DROP)

    def touched(self) -> float:
        """The share of the pages that are resident.

        Raises:
          OSError: the system does not say.
        """
        resident = (ctypes.c_ubyte * self._count)()
        self._called("mincore", *self._range, resident)
        return sum(each & 1 for each in resident) / self._count

    def _called(self, name: str, *arguments: object) -> None:
        if getattr(self._library, name)(*arguments):
            raise OSError(ctypes.get_errno(), f"{name}: the system refuses")
