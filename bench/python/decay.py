"""The loss of a*exp(-b*x) + c and its gradients on a million rows. Arguments: library, dtype."""
import sys

import numpy as np
from bench import obey, uniform

ROWS, AT = 1_000_000, [2, 1, 0.25]


def with_numpy(x, y):
    a, b, c = (x.dtype.type(value) for value in AT)

    def step():
        fallen = np.exp(-b * x)
        miss = a * fallen + c - y
        weighted = miss * fallen
        two = x.dtype.type(2 / ROWS)
        gradients = two * weighted.sum(), -two * a * np.dot(weighted, x), two * miss.sum()
        return np.dot(miss, miss) / ROWS, gradients

    return lambda: step()[0]


def with_torch(x, y):
    import torch

    torch.set_num_threads(1)
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    params = [torch.tensor(value, dtype=x.dtype, requires_grad=True) for value in AT]

    def step():
        a, b, c = params
        loss = (a * torch.exp(-b * x) + c - y).square().mean()
        torch.autograd.grad(loss, params)
        return loss.item()

    return step


library, dtype = sys.argv[1:]
at = 4 * uniform(1, 0, ROWS)
x = at.astype(dtype)
y = (2.5 * np.exp(-1.3 * at) + 0.5 + 0.1 * (2 * uniform(2, 0, ROWS) - 1)).astype(dtype)
step = with_numpy(x, y) if library == "numpy" else with_torch(x, y)
obey(step, step)
