"""What an Ogg file says of itself: Opus, Vorbis or FLAC in it.

Its pages are read one at a time, and of its length only the last (RFC 3533, The Ogg Encapsulation Format):
a song of hours takes no longer than another one, and a picture in it is passed over.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from struct import unpack_from
from typing import BinaryIO

MOST_COMMENTS = 1_000
LONGEST_COMMENT = 4_096
"""What is longer is cut: it is no name."""
PICTURE = "metadata_block_picture"
_LAST = (8_192, 131_072)
"""The last page begins in the last so many bytes: mostly, and always, for a page has at most 65,307."""
_HEADERS = {b"OpusTags": 8, b"\x03vorbis": 7}


class OggError(Exception):
    """A file is no Ogg of these kinds, or broken before its sound begins."""


class _Packets:
    """The packets of the first stream, one after the other."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._serial: int | None = None
        self._sizes: list[int] = []  # of the page's segments that are left
        self._left = 0  # of the segment that is read
        self._ended = False  # whether the packet is over

    @property
    def serial(self) -> int:
        """The number of the stream."""
        return self._serial or 0

    def next_packet(self) -> None:
        """Goes to the next packet."""
        while self.take(65_536):
            pass
        self._ended = False

    def take(self, size: int) -> bytes:
        """At most so many bytes of the packet; none at its end."""
        while not self._left:
            if self._ended:
                return b""
            while not self._sizes:
                self._page()
            while self._sizes:
                segment = self._sizes.pop(0)
                self._left += segment
                if segment < 255:
                    self._ended = True
                    break
        data = self._file.read(min(size, self._left))
        if not data:
            raise OggError("it ends in the middle of a packet")
        self._left -= len(data)
        return data

    def exactly(self, size: int) -> bytes:
        """So many bytes of the packet."""
        found = b""
        while len(found) < size:
            more = self.take(size - len(found))
            if not more:
                raise OggError("a packet is shorter than it says")
            found += more
        return found

    def skip(self, size: int) -> None:
        """Passes over so many bytes of the packet."""
        while size > 0:
            more = self.take(min(size, 65_536))
            if not more:
                raise OggError("a packet is shorter than it says")
            size -= len(more)

    def _page(self) -> None:
        while True:
            header = self._file.read(27)
            if len(header) < 27 or header[:5] != b"OggS\0":
                raise OggError("a page is missing")
            sizes = [*self._file.read(header[26])]
            (serial,) = unpack_from("<I", header, 14)
            if self._serial in {None, serial}:
                self._serial, self._sizes = serial, sizes
                return
            self._file.seek(sum(sizes), io.SEEK_CUR)


class Ogg:
    """What is known of an Ogg file once its headers are read.

    Args:
        file: it.
        size: how many bytes it has.
        largest_picture: a larger one is passed over; 0 for all of them.

    Raises:
        OggError: it cannot be read.
    """

    def __init__(self, file: BinaryIO, size: int, largest_picture: int = 0) -> None:
        file.seek(0)
        self._largest = largest_picture
        self.comments: dict[str, list[str]] = {}
        self.pictures: list[bytes] = []  # as they stand there, in Base64
        self.has_picture = False
        packets = _Packets(file)
        try:
            rate, skipped = self._begin(packets)
            self._comment(packets)
            samples = _last_position(file, size, packets.serial)
        except struct.error as error:
            raise OggError(str(error)) from error
        length = (samples - skipped) / rate if rate and samples else 0
        self.length_s = length if length > 0 else None

    def _begin(self, packets: _Packets) -> tuple[int, int]:
        """How many samples a second has, and how many at the beginning are not heard."""
        head = packets.take(255)
        if head.startswith(b"OpusHead"):  # RFC 7845, 5.1
            return 48_000, unpack_from("<H", head, 10)[0]
        if head.startswith(b"\x01vorbis"):  # Vorbis I specification, 4.2.2
            return unpack_from("<I", head, 12)[0], 0
        if head.startswith(b"\x7fFLAC"):  # RFC 9639, 10.1: the rate is the first 20 bits of these
            return unpack_from(">I", head, 27)[0] >> 12, 0
        raise OggError("another kind of sound")

    def _comment(self, packets: _Packets) -> None:
        packets.next_packet()
        begin = packets.exactly(4)
        if begin[0] & 0x7F != 4:  # the head of FLAC's block has four bytes and says so
            length = next((size for name, size in _HEADERS.items() if name.startswith(begin)), None)
            if length is None:
                return
            packets.skip(length - 4)
        packets.skip(unpack_from("<I", packets.exactly(4))[0])
        count = unpack_from("<I", packets.exactly(4))[0]
        for name, value in self._each(packets, min(count, MOST_COMMENTS)):
            self.comments.setdefault(name, []).append(value)

    def _each(self, packets: _Packets, count: int) -> Iterator[tuple[str, str]]:
        for _ in range(count):
            length = unpack_from("<I", packets.exactly(4))[0]
            begin = packets.exactly(min(length, LONGEST_COMMENT))
            left = length - len(begin)
            name, _, value = begin.decode("utf-8", "replace").partition("=")
            if name.lower() != PICTURE:
                packets.skip(left)
                yield name.lower(), value
                continue
            self.has_picture = True
            if length <= self._largest:
                self.pictures.append(value.encode() + packets.exactly(left))
            else:
                packets.skip(left)


def _last_position(file: BinaryIO, size: int, serial: int) -> int:
    """How many samples there are up to the last page of a stream; 0 where none says so."""
    for last in _LAST:
        file.seek(max(0, size - last))
        data = file.read(last)
        at = data.rfind(b"OggS\0")
        while at >= 0:
            if at + 18 <= len(data):
                position, stream = unpack_from("<qI", data, at + 6)
                if stream == serial and position > 0:
                    return int(position)
            at = data.rfind(b"OggS\0", 0, at)
    return 0
