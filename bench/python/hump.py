"""The tutorial's step: mean squared error of a*t^2 + b*t + c, its gradients, SGD. Arguments: library, rows, steps at a time, threads."""
import sys

import numpy as np
from bench import in_blocks, obey, uniform

START, RATE = [-0.77, -0.75, 1.35], 1e-5


def times(rows):
    return (lambda i, j: np.arange(i, j)) if rows == 20 else (lambda i, j: 20 * uniform(1, i, j))


def speeds(rows):
    at = times(rows)
    return lambda i, j: 0.75 * (at(i, j) - 9.5) ** 2 + 1 + 3 * (2 * uniform(2, i, j) - 1)


def with_numpy(t, y):
    a, b, c = (np.float32(x) for x in START)

    def step():
        nonlocal a, b, c
        miss = (a * t + b) * t + c - y
        weighted = miss * t
        loss = np.dot(miss, miss) / np.float32(t.size)
        rate = np.float32(2 * RATE / t.size)
        a, b, c = a - rate * np.dot(weighted, t), b - rate * weighted.sum(), c - rate * miss.sum()
        return loss

    return step


def with_torch(t, y, threads):
    import torch

    torch.set_num_threads(threads)
    t, y = torch.from_numpy(t), torch.from_numpy(y)
    params = torch.tensor(START, requires_grad=True)

    def step():
        a, b, c = params
        loss = (a * t**2 + b * t + c - y).pow(2).mean()
        loss.backward()
        params.data -= RATE * params.grad
        params.grad = None
        return loss.item()

    return step


library, rows, count, threads = sys.argv[1], *map(int, sys.argv[2:])
t = in_blocks(np.empty(rows, np.float32), times(rows))
y = in_blocks(np.empty(rows, np.float32), speeds(rows))
step = with_numpy(t, y) if library == "numpy" else with_torch(t, y, threads)


def run(steps):
    for _ in range(steps):
        loss = step()
    return loss


obey(lambda: run(count), lambda: run(5), count)
