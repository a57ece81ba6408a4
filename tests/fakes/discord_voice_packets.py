"""What goes over UDP between a bot and a voice server: IP discovery, and Opus in encrypted RTP packets.

From Discord's docs, "Voice" (IP Discovery; Transport Encryption and Sending Voice) and RFC 3550, section 5.1.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

AES, XCHACHA = "aead_aes256_gcm_rtpsize", "aead_xchacha20_poly1305_rtpsize"
MODES = (AES, XCHACHA)
"""The modes that are left since November 2024, the preferred one first."""
SILENCE = b"\xf8\xff\xfe"
"""A frame of silence: five of them end a transmission ("Voice Data Interpolation")."""
_REQUEST, _RESPONSE, _LENGTH = 1, 2, 70
_HEADER, _NONCE = 12, 4
_VERSION_2, _PAYLOAD_TYPE = 0x80, 0x78
_STAMP_NS = getattr(socket, "SO_TIMESTAMPNS", 35)  # Linux; Python 3.11 has no name for it


@dataclass(frozen=True, slots=True)
class Frame:
    """An Opus frame as it arrived."""

    sequence: int
    timestamp: int  # in samples of 48 kHz
    opus: bytes
    at_ns: int  # when the kernel took it from the sender


@dataclass(frozen=True, slots=True)
class Arrived:
    """A packet, still sealed."""

    data: bytes
    at_ns: int

    @property
    def ssrc(self) -> int:
        """Whose it is."""
        return int.from_bytes(self.data[8:12], "big")

    def open(self, mode: str, key: bytes) -> Frame | None:
        """What was in it; None for what is no RTP of Opus, or was sealed otherwise."""
        if len(self.data) < _HEADER + _NONCE or self.data[0] & 0xC0 != _VERSION_2:
            return None
        if self.data[1] & 0x7F != _PAYLOAD_TYPE:
            return None
        # The size of what is not encrypted is as in SRTP: with CSRCs and the start of an extension.
        size = _HEADER + 4 * (self.data[0] & 0x0F) + (4 if self.data[0] & 0x10 else 0)
        header, sealed, nonce = self.data[:size], self.data[size:-_NONCE], self.data[-_NONCE:]
        opus = _unsealed(mode, key, header, sealed, nonce)
        if opus is None:
            return None
        sequence, timestamp = struct.unpack_from(">HI", self.data, 2)
        return Frame(sequence, timestamp, opus, self.at_ns)


def _unsealed(mode: str, key: bytes, header: bytes, sealed: bytes, nonce: bytes) -> bytes | None:
    """What was encrypted, if it was with this key and no bit of it and of its header has changed."""
    if mode == AES:
        try:
            return AESGCM(key).decrypt(nonce.ljust(12, b"\0"), sealed, header)
        except InvalidTag:
            return None
    # Only who tests voice needs it.
    from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as decrypt  # noqa: PLC0415
    from nacl.exceptions import CryptoError  # noqa: PLC0415

    try:
        return bytes(decrypt(sealed, header, nonce.ljust(24, b"\0"), key))
    except CryptoError:
        return None


def discovery_of(data: bytes) -> int | None:
    """Whose address is asked for, by SSRC; None for a packet of another kind."""
    if len(data) != _LENGTH + 4:
        return None
    kind, length, ssrc = struct.unpack_from(">HHI", data)
    return ssrc if (kind, length) == (_REQUEST, _LENGTH) else None


def discovered(ssrc: int, host: str, port: int) -> bytes:
    """The answer: where the packet came from."""
    return struct.pack(">HHI64sH", _RESPONSE, _LENGTH, ssrc, host.encode(), port)


def udp_socket() -> socket.socket:
    """A port of 127.0.0.1 whose packets tell when they arrived, with room for a second of fifty bots."""
    it = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    it.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    it.setsockopt(socket.SOL_SOCKET, _STAMP_NS, 1)
    it.setblocking(False)
    it.bind(("127.0.0.1", 0))
    return it


def received(it: socket.socket) -> tuple[Arrived, tuple[str, int]] | None:
    """The next packet and whom it is from; None if there is none."""
    try:
        data, more, _, address = it.recvmsg(2048, 64)
    except BlockingIOError:
        return None
    stamps = [struct.unpack("qq", value) for _, kind, value in more if kind == _STAMP_NS]
    seconds, ns = stamps[0] if stamps else (0, 0)
    return Arrived(data, seconds * 1_000_000_000 + ns), (address[0], address[1])
