"""sin(x) + exp(-x) + tanh(x) of ten million floats. Argument: library."""
import sys

import numpy as np
from bench import in_blocks, obey, uniform

N = 10_000_000
x = in_blocks(np.empty(N, np.float32), lambda i, j: 8 * uniform(1, i, j) - 4)
if sys.argv[1] == "torch":
    import torch as library

    library.set_num_threads(1)
    x = library.from_numpy(x)
else:
    library = np


def step():
    return library.sin(x) + library.exp(-x) + library.tanh(x)


obey(step, lambda: step()[1_234_567], N)
