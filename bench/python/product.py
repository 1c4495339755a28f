"""The product of two matrices of 512 x 512. Arguments: library, dtype."""
import sys

import numpy as np
from bench import obey, uniform

N = 512
library, dtype = sys.argv[1:]
a, b = (uniform(stream, 0, N * N).astype(dtype).reshape(N, N) for stream in (1, 2))
if library == "torch":
    import torch

    torch.set_num_threads(1)
    a, b = torch.from_numpy(a), torch.from_numpy(b)
obey(lambda: a @ b, lambda: (a @ b).sum())
