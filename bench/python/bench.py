"""What the scripts share: the data of bench/data.ts, and the commands that bench/engine.ts gives."""
import sys
import time

import numpy as np


def uniform(stream, start, end):
    """The numbers of a stream from start to end, uniform in [0, 1), as float64."""
    h = np.arange(start, end, dtype=np.uint32) + np.uint32(stream * 0x9E3779B1 & 0xFFFFFFFF)
    h = (h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    h = (h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return (h ^ (h >> np.uint32(16))) / 2.0**32


def shuffled(stream, n):
    """0 to n - 1 in a shuffled order."""
    return np.argsort(np.floor(uniform(stream, 0, n) * 2**30), kind="stable").astype(np.int32)


def in_blocks(out, f, block=1 << 20):
    """Fills an array by position without holding large temporaries."""
    flat = out.reshape(-1)
    for start in range(0, flat.size, block):
        end = min(start + block, flat.size)
        flat[start:end] = f(start, end)
    return out


def obey(step, answer, count=1):
    """Says that the data are there, and does what standard input says: an answer, or a round of steps of so many units each."""
    print("ready", flush=True)
    for line in sys.stdin:
        command, *rest = line.split()
        if command == "answer":
            print("answer", float(answer()), flush=True)
        if command == "round":
            print("measured", fastest(step, float(rest[0])) / count, flush=True)


def fastest(step, budget):
    """The milliseconds of the fastest step within a budget; at least one is done."""
    end = time.perf_counter() + budget / 1e3
    best = float("inf")
    while True:
        start = time.perf_counter()
        step()
        best = min(best, time.perf_counter() - start)
        if time.perf_counter() >= end:
            return best * 1e3
