"""Fits of a*exp(-b*t) + c to many groups of 64 points, one after the other. Argument: library."""
import numpy as np
from bench import obey, uniform
from scipy.optimize import curve_fit

GROUPS, POINTS, START, LOOKED = 200, 64, [1, 1, 0], 100

group = np.arange(GROUPS)
a = 1 + 4 * uniform(1, 0, GROUPS)
b = 0.5 + 2.5 * uniform(2, 0, GROUPS)
c = uniform(3, 0, GROUPS)
t = 5 * np.arange(POINTS) / 64
noise = 0.03 * (uniform(4, 0, GROUPS * POINTS) - 0.5).reshape(GROUPS, POINTS)
y = a[:, None] * np.exp(-b[:, None] * t) + c[:, None] + noise


def model(t, a, b, c):
    return a * np.exp(-b * t) + c


def fit(i):
    return curve_fit(model, t, y[i], p0=START)[0]


obey(
    lambda: [fit(i) for i in range(GROUPS)],
    lambda: sum(fit(i)[1] for i in range(LOOKED)),
    GROUPS,
)
