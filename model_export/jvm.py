"""Apache Spark's session: started quietly, bound to this machine where the work stays here, gone at the end.

Whatever is wrong with it is one line: what Java, Spark and its workers say goes into a log that is read for
the reason. Spark 4 runs on Java 17 or newer (its overview, "Downloading").
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from model_export.playlists import DataError

JAVA = 17
"""The oldest Java that Spark 4 runs on."""
INSTALL = "sudo apt-get install -y default-jre-headless"
MASTER = re.compile(r"local(\[(\d+|\*)(,\d+)?\])?|spark://[^/\s]+|yarn|k8s://\S+")
"""What a master may be called (Spark's "Submitting Applications", "Master URLs")."""
ANSWER_S = 10.0
"""A master that takes longer to let us in is none."""
STOP_S = 20.0
"""How long the JVM may take to clean up before it is killed."""


@contextmanager
def session(master: str, folder: Path) -> Iterator[Any]:
    """A session of Spark, whose Java is stopped whatever happens, Ctrl-C too.

    Args:
        master: `local[2]` for two threads here, or a cluster's.
        folder: one that all of the cluster's machines see; whatever is in it is removed, at the end too.

    Raises:
        DataError: no pyspark, no Java or an old one, no such master, or Spark gave up; a line with the mend.
    """
    check(master)
    from pyspark import SparkConf, SparkContext  # noqa: PLC0415 - an extra that is not always there
    from pyspark.java_gateway import launch_gateway  # noqa: PLC0415
    from pyspark.sql import SparkSession  # noqa: PLC0415

    shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed
    folder.mkdir(parents=True)
    log = folder / "spark.log"
    handler = signal.getsignal(signal.SIGINT)  # Spark puts one of its own in its place
    gateway = None
    muted = logging.root.manager.disable
    logging.disable()  # py4j and pyspark log the errors that they raise, pages of Java included
    try:
        with log.open("wb") as out:
            settings = SparkConf(loadDefaults=False).setAll(_settings(master, folder).items())
            gateway = launch_gateway(settings, {"stdout": out, "stderr": out})
        context = SparkContext(conf=settings, gateway=gateway)
        yield SparkSession(context)
    except DataError:
        raise
    except Exception as error:  # py4j's and pyspark's errors have no common base
        raise DataError(f"Spark gave up ({reason(error, log)}); {_mend(error, log)}") from error
    finally:
        if gateway is not None:
            _stop(gateway, SparkContext, SparkSession)
        if handler is not None and signal.getsignal(signal.SIGINT) is not handler:
            signal.signal(signal.SIGINT, handler)
        logging.disable(muted)
        shutil.rmtree(folder, ignore_errors=True)


def check(master: str) -> None:
    """Looks whether a session could start, without starting one.

    Raises:
        DataError: it could not, and what to do about it.
    """
    if not MASTER.fullmatch(master):
        raise DataError(f"--master is {master!r}; say local[2], spark://HOST:7077, yarn or k8s://HOST:443")
    _check_java()
    _check_master(master)
    try:
        import pyspark  # noqa: F401, PLC0415 - an extra that is not always there
    except ModuleNotFoundError as error:
        raise DataError(
            "--engine spark needs pyspark; install it with: "
            ".venv/bin/python -m pip install -r requirements-spark.txt"
        ) from error


def missing() -> str | None:
    """Why no session could start here, or None if one could."""
    try:
        check("local")
    except DataError as error:
        return str(error)
    return None


def _check_java() -> None:
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else shutil.which("java")
    try:
        told = subprocess.run(  # noqa: S603 - the Java that Spark would start
            [java or "java", "-version"], capture_output=True, text=True, timeout=60, check=True
        ).stderr
    except (OSError, subprocess.SubprocessError) as error:
        where = f" in JAVA_HOME, which is {home}" if home else ""
        raise DataError(
            f"--engine spark needs Java {JAVA}, and there is none{where}; install it: {INSTALL}"
        ) from error
    found = re.search(r'version "(?:1\.)?(\d+)', told)
    if found is not None and int(found[1]) < JAVA:
        raise DataError(
            f"--engine spark needs Java {JAVA} or newer, and {java} is {found[1]}; install one ({INSTALL}) "
            "and name its folder in JAVA_HOME"
        )


def _check_master(master: str) -> None:
    """Knocks at a cluster's master: Spark itself would knock for a minute."""
    if not master.startswith("spark://"):
        return
    said = ""
    for place in master.removeprefix("spark://").split(","):
        host, _, port = place.rpartition(":")
        try:
            socket.create_connection((host, int(port)), timeout=ANSWER_S).close()
            return
        except (OSError, ValueError, OverflowError) as error:
            said = str(error)
    raise DataError(f"{master} cannot be reached ({said}); start that master, or name another with --master")


def _settings(master: str, folder: Path) -> dict[str, str]:
    """Spark's settings; a cluster's own come from spark-defaults.conf in SPARK_CONF_DIR."""
    settings = {
        "spark.master": master,
        "spark.app.name": "encore",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.driver.extraJavaOptions": f'"-Djava.io.tmpdir={folder}"',
    }
    if not master.startswith("local"):
        return settings
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return settings | {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": os.environ.get("SPARK_DRIVER_MEMORY", f"{max(memory // 2, 1024)}m"),
        "spark.local.dir": str(folder / "local"),
        "spark.sql.shuffle.partitions": str(2 * _threads(master)),
    }


def _threads(master: str) -> int:
    found = re.match(r"local\[(\d+)", master)
    return int(found[1]) if found else 1 if master == "local" else os.cpu_count() or 1


def reason(error: Exception, log: Path) -> str:
    """The line of an error that says what happened, of the pages that Java writes."""
    thrown = getattr(error, "java_exception", None)
    with suppress(Exception):  # the JVM may be gone
        while thrown is not None and thrown.getCause() is not None:
            thrown = thrown.getCause()
        if thrown is not None:
            return _line(str(thrown.toString()))
    with suppress(OSError):
        for line in log.read_text("utf-8", "replace").splitlines():
            if re.search(r"Exception|Error|not enough space", line) and "WARN" not in line:
                return _line(line)
    return _line(str(error) or repr(error))


def _line(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return " ".join(first.split())[:300]


def _mend(error: Exception, log: Path) -> str:
    said = reason(error, log)
    if "OutOfMemory" in said or "heap" in said:
        return "give it more memory, like SPARK_DRIVER_MEMORY=8g"
    if "No space left" in said:
        return "free some space where --out is"
    if "FileNotFound" in said or "PATH_NOT_FOUND" in said or "does not exist" in said:
        return "name an --out in a folder that all of the cluster's machines see"
    return "what it needs stands in docs/scale.md"


def _stop(gateway: Any, context: Any, session: Any) -> None:
    """Ends the JVM, politely first, and forgets it, so that the next session starts one of its own."""
    process = gateway.proc
    with suppress(Exception):
        gateway.shutdown()
    process.stdin.close()  # at which it ends by itself, once it has nothing left to do
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    context._active_spark_context = context._gateway = context._jvm = None  # noqa: SLF001 - it keeps the dead
    session._instantiatedSession = None  # noqa: SLF001
