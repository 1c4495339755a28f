"""Random numbers, a hundred thousand at a time. Arguments: library, what is drawn."""
import sys

import numpy as np
from bench import obey

N = 100_000


def with_numpy():
    g = np.random.default_rng(42)
    return {
        "uniform": lambda: g.random(N, np.float32),
        "normal": lambda: g.standard_normal(N, np.float32),
        "permutation": lambda: g.permutation(N),
    }


def with_torch():
    import torch

    torch.set_num_threads(1)
    return {
        "uniform": lambda: torch.rand(N),
        "normal": lambda: torch.randn(N),
        "permutation": lambda: torch.randperm(N),
    }


library, what = sys.argv[1:]
draws = with_numpy() if library == "numpy" else with_torch()
obey(draws[what], lambda: float("nan"), N)
