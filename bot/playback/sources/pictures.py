"""What pictures are shown: those that all browsers know, told by their content, and not too large."""

from __future__ import annotations

LARGEST_PICTURE = 2 * 1024 * 1024
"""In bytes."""
_PICTURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)


def picture_kind(data: bytes) -> str:
    """The MIME type of a picture that browsers show; empty for anything else."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for begin, kind in _PICTURES if data.startswith(begin)), "")
