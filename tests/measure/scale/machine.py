"""The machine that a figure was measured on, without what would tell where it stands."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from pathlib import Path

PACKAGES = ("onnxruntime", "numpy", "implicit", "faiss-cpu", "voyager", "torch")


def describe() -> str:
    """Processor, cores, memory, system and versions, in one line."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    parts = [f"{processor()}, {cores} cores, {memory_gb():.0f} GB"]
    parts += [f"{platform.system()}, Python {platform.python_version()}"]
    parts += [f"{name} {version}" for name in PACKAGES if (version := version_of(name))]
    return "; ".join([parts[0], parts[1], ", ".join(parts[2:])])


def version_of(package: str) -> str:
    """The installed version of a package, or nothing."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def processor() -> str:
    """What the processor calls itself, and how wide its vectors are."""
    facts = _facts(Path("/proc/cpuinfo"))
    name = " ".join((facts.get("model name") or platform.machine()).split())
    if {"cpu family", "model"} <= set(facts):
        name += f" (family {facts['cpu family']}, model {facts['model']})"
    flags = set(facts.get("flags", "").split())
    widest = [flag.upper() for flag in ("avx512_vnni", "avx512f", "avx_vnni", "avx2") if flag in flags]
    return ", ".join([name, *widest[:1]])


def memory_gb() -> float:
    """How much memory there is."""
    words = _facts(Path("/proc/meminfo")).get("MemTotal", "0 kB").split()
    return int(words[0]) / 1024**2


def _facts(path: Path) -> dict[str, str]:
    """The first line of each name in one of the kernel's files; none where there is no such file."""
    try:
        lines = path.read_text("utf-8", "replace").splitlines()
    except OSError:
        return {}
    found: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            found.setdefault(name.strip(), value.strip())
    return found
