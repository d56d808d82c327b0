"""Measuring child processes: wall time, peak memory, time until the first line. Nothing here knows kohex."""

from __future__ import annotations

import os
import statistics
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

# Seconds after which a measured program is stopped and counts as not finished.
LIMIT = 600.0

Command = Sequence[object]


@dataclass
class Run:
    """One run of a program. `seconds` is None where it did not finish in time."""

    seconds: float | None
    peak_bytes: int


def run(command: Command, limit: float = LIMIT) -> Run:
    """Runs a program with its output thrown away. Peak memory is the system's own figure for that process."""
    began = time.perf_counter()
    child = subprocess.Popen([str(c) for c in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    late = threading.Timer(limit, child.kill)
    late.start()
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - began
    late.cancel()
    child.returncode = os.waitstatus_to_exitcode(status)
    # Linux counts in KiB.
    peak = usage.ru_maxrss * 1024
    # A program that refuses its work is not a fast one.
    if child.returncode > 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: stopped with exit code {child.returncode}")
    return Run(seconds if child.returncode == 0 else None, peak)


def first_line(command: Command) -> float:
    """Seconds from starting a program to the first whole line of its output."""
    began = time.perf_counter()
    with subprocess.Popen([str(c) for c in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as child:
        line = child.stdout.readline()
        seconds = time.perf_counter() - began
        child.stdout.read()
    if child.returncode != 0 or not line:
        raise RuntimeError(f"{' '.join(map(str, command))}: expected a record, found exit code {child.returncode}")
    return seconds


def rounds(commands: dict[str, Command], count: int) -> dict[str, dict[str, float]]:
    """Runs the commands in turn, `count` rounds, so that a slow spell of the machine meets all of them."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(count):
        for name, command in commands.items():
            taken = run(command)
            if taken.seconds is None:
                raise RuntimeError(f"{' '.join(map(str, command))}: not done in {LIMIT:.0f} s")
            seconds[name].append(taken.seconds)
    return {name: {"best": min(s), "median": statistics.median(s)} for name, s in seconds.items()}


def warm(folder: Path) -> int:
    """Reads every file below a folder once, so that later readers find it in memory; returns the bytes. Little is held of
    them at once: a child's peak begins at what this program has held.
    """
    read = 0
    for below, _, files in os.walk(folder):
        for name in files:
            with Path(below, name).open("rb") as file:
                while part := file.read(1 << 20):
                    read += len(part)
    return read


def machine() -> dict[str, str]:
    """What the figures hold for."""

    def said(*command: str) -> str:
        try:
            return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        except (OSError, subprocess.CalledProcessError):
            return "unknown"

    cpu, memory, system = "unknown", "unknown", said("uname", "-sr")
    for line in lines("/proc/cpuinfo"):
        if line.startswith("model name"):
            cpu = line.split(":", 1)[1].strip()
    for line in lines("/proc/meminfo"):
        if line.startswith("MemTotal"):
            memory = f"{int(line.split()[1]) / (1 << 20):.0f} GiB"
    for line in lines("/etc/os-release"):
        if line.startswith("PRETTY_NAME="):
            system = f"{line.split('=', 1)[1].strip().strip(chr(34))}, {system}"
    return {"cpu": cpu, "cores": str(os.cpu_count()), "memory": memory, "system": system,
            "rustc": said("rustc", "--version")}


def lines(path: str) -> list[str]:
    """The lines of a file, or none where there is no such file."""
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
