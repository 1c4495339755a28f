"""A perceptron 784-128-64-10 with relu, cross-entropy and SGD with momentum. Arguments: library, rows of a batch."""
import sys

import numpy as np
from bench import in_blocks, obey, shuffled, uniform

ROWS, LAYERS, RATE, MOMENTUM = 8192, [784, 128, 64, 10], 0.01, 0.9
PARTS = 8


def start_weights():
    sizes = list(zip(LAYERS, LAYERS[1:]))
    made = [(2 * uniform(10 + i, 0, n * m) - 1).reshape(n, m) / np.sqrt(n) for i, (n, m) in enumerate(sizes)]
    return [w.astype(np.float32) for w in made]


def with_numpy(x, y, batch):
    weights = start_weights()
    biases = [np.zeros(w.shape[1], np.float32) for w in weights]
    params = weights + biases
    speeds = [np.zeros_like(p) for p in params]
    every = np.arange(batch)

    def step(rows):
        inputs = [x[rows]]
        for i, (w, b) in enumerate(zip(weights, biases)):
            out = inputs[-1] @ w + b
            inputs.append(np.maximum(out, 0) if i < 2 else out)
        scores = inputs.pop()
        scores -= scores.max(1, keepdims=True)
        odds = np.exp(scores)
        sums = odds.sum(1, keepdims=True)
        loss = (np.log(sums[:, 0]) - scores[every, y[rows]]).mean()
        by = odds / sums
        by[every, y[rows]] -= 1
        by /= np.float32(batch)
        gradients = [None] * 6
        for i in (2, 1, 0):
            gradients[i], gradients[3 + i] = inputs[i].T @ by, by.sum(0)
            if i > 0:
                by = (by @ weights[i].T) * (inputs[i] > 0)
        for p, speed, gradient in zip(params, speeds, gradients):
            speed *= np.float32(MOMENTUM)
            speed += gradient
            p -= np.float32(RATE) * speed
        return loss

    return step


def with_torch(x, y):
    import torch
    from torch import nn

    torch.set_num_threads(1)
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    layers = [nn.Linear(n, m) for n, m in zip(LAYERS, LAYERS[1:])]
    for layer, w in zip(layers, start_weights()):
        layer.weight.data, layer.bias.data = torch.from_numpy(w.T.copy()), torch.zeros(w.shape[1])
    net = nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.ReLU(), layers[2])
    sgd = torch.optim.SGD(net.parameters(), lr=RATE, momentum=MOMENTUM)

    def step(rows):
        rows = torch.from_numpy(rows)
        sgd.zero_grad()
        loss = nn.functional.cross_entropy(net(x[rows]), y[rows])
        loss.backward()
        sgd.step()
        return loss.detach()

    return step


library, batch = sys.argv[1], int(sys.argv[2])
x = in_blocks(np.empty((ROWS, LAYERS[0]), np.float32), lambda i, j: uniform(1, i, j))
y = np.floor(10 * uniform(2, 0, ROWS)).astype(np.int64)
order = shuffled(4, ROWS).astype(np.int64)
step = with_numpy(x, y, batch) if library == "numpy" else with_torch(x, y)
next_row = 0


def run(steps):
    global next_row
    for _ in range(steps):
        loss = step(order[next_row : next_row + batch])
        next_row = (next_row + batch) % ROWS
    return loss


count = ROWS // batch // PARTS
obey(lambda: run(count), lambda: run(10), count)
