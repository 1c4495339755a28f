"""Logistic regression by minibatches. Arguments: library, what is shuffled, batches or rows."""
import itertools
import sys

import numpy as np
from bench import in_blocks, obey, shuffled, uniform

ROWS, FEATURES, BATCH, RATE, PARTS = 5_000_000, 20, 1024, 0.1, 10
BATCHES = ROWS // BATCH // PARTS


def with_numpy(x, y, sigmoid):
    w, b = np.zeros(FEATURES, np.float32), np.float32(0)

    def step(rows):
        nonlocal w, b
        inputs, targets = x[rows], y[rows]
        logits = inputs @ w + b
        loss = (np.logaddexp(np.float32(0), logits) - logits * targets).mean()
        misses = (sigmoid(logits) - targets) * np.float32(RATE / BATCH)
        w, b = w - misses @ inputs, b - misses.sum()
        return loss

    return step


def with_torch(x, y):
    import torch

    torch.set_num_threads(1)
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    w, b = torch.zeros(FEATURES, requires_grad=True), torch.zeros((), requires_grad=True)
    sgd = torch.optim.SGD([w, b], lr=RATE)

    def step(rows):
        sgd.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(x[rows] @ w + b, y[rows])
        loss.backward()
        sgd.step()
        return loss.detach()

    return step, torch.from_numpy


def step_of(library, x, y):
    """A step on rows, and how the library likes to be told which."""
    if library == "torch":
        return with_torch(x, y)
    if library == "scipy":
        from scipy.special import expit

        return with_numpy(x, y, expit), lambda rows: rows
    return with_numpy(x, y, lambda z: 1 / (1 + np.exp(-z))), lambda rows: rows


def batches_of(shuffle, as_rows):
    """The rows of each batch: a slice where they are adjacent, which nobody has to copy."""
    starts = range(0, BATCHES * PARTS * BATCH, BATCH)
    if shuffle == "rows":
        order = shuffled(4, ROWS).astype(np.int64)
        return [as_rows(order[start : start + BATCH]) for start in starts]
    drawn = shuffled(4, BATCHES * PARTS).tolist()
    return [slice(i * BATCH, (i + 1) * BATCH) for i in drawn]


library, shuffle = sys.argv[1:]
x = in_blocks(np.empty((ROWS, FEATURES), np.float32), lambda i, j: 2 * uniform(1, i, j) - 1)
weights = 4 * uniform(3, 0, FEATURES) - 2
y = in_blocks(np.empty(ROWS, np.float32), lambda i, j: uniform(2, i, j) < 1 / (1 + np.exp(-(x[i:j] @ weights))))
step, as_rows = step_of(library, x, y)
forever = itertools.cycle(batches_of(shuffle, as_rows))


def run(steps):
    for rows in itertools.islice(forever, steps):
        loss = step(rows)
    return loss


obey(lambda: run(BATCHES), lambda: run(200), BATCHES * BATCH)
