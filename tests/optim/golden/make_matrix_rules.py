"""Writes matrix_rules.json: ten steps of the rules that see a whole tensor, written down in NumPy from their papers, and torch.optim.LBFGS on
Rosenbrock's function. Run: python3 make_matrix_rules.py > matrix_rules.json"""
import json
import math

import numpy as np
import torch

KEPT = [1, 3, 10]  # the steps whose points are written


def start(shape):
    return np.array([(-1) ** i * (0.5 + 0.25 * i) for i in range(math.prod(shape))]).reshape(shape)


def gradient(t, shape):
    g = [math.sin(1.7 * t + 0.9 * i) * 10.0 ** ((t + i) % 5 - 3) for i in range(math.prod(shape))]
    return np.array(g).reshape(shape)


def norm(x):
    return math.sqrt((x * x).sum())


def rms(x):
    return math.sqrt((x * x).mean())


class Lamb:
    def __init__(self, lr=1e-3, betas=(0.9, 0.999), eps=1e-6, weight_decay=0, bias_correction=True):
        self.__dict__.update(locals())
        self.m = self.v = 0

    def __call__(self, w, g, t):
        b1, b2 = self.betas
        self.m, self.v = b1 * self.m + (1 - b1) * g, b2 * self.v + (1 - b2) * g**2
        c1, c2 = (1 - b1**t, 1 - b2**t) if self.bias_correction else (1, 1)
        u = self.m / c1 / (np.sqrt(self.v / c2) + self.eps) + self.weight_decay * w
        return w - self.lr * norm(w) / norm(u) * u


class Lars:
    def __init__(self, lr=1, momentum=0.9, trust_coefficient=1e-3, eps=0, weight_decay=0, nesterov=False, decay_norm="separate"):
        self.__dict__.update(locals())
        self.b = 0

    def __call__(self, w, g, t):
        d = g + self.weight_decay * w
        below = norm(d) if self.decay_norm == "joint" else norm(g) + self.weight_decay * norm(w)
        u = self.lr * self.trust_coefficient * norm(w) / (below + self.eps) * d
        self.b = self.momentum * self.b + u
        return w - (u + self.momentum * self.b if self.nesterov else self.b)


class Sm3:
    def __init__(self, lr=0.1, momentum=0, eps=1e-30):
        self.__dict__.update(locals())
        self.mu = self.m = None

    def __call__(self, w, g, t):
        axes = range(g.ndim)
        if self.mu is None:
            self.mu, self.m = [np.zeros(n) for n in g.shape], 0 * g
        along = [self.mu[a].reshape([-1 if a == b else 1 for b in axes]) for a in axes]
        nu = np.minimum.reduce(np.broadcast_arrays(*along)) + g**2
        self.mu = [nu.max(axis=tuple(b for b in axes if b != a)) for a in axes]
        self.m = self.momentum * self.m + (1 - self.momentum) * g / (np.sqrt(nu) + self.eps)
        return w - self.lr * self.m


class Adafactor:
    def __init__(self, lr=1e-2, beta2_decay=-0.8, eps=(None, 1e-3), d=1, weight_decay=0, added=False, relative=True, scaled=True):
        self.__dict__.update(locals())
        self.e1, self.e2 = eps if len(eps) == 2 else (None, eps[0])
        self.e1 = np.finfo(float).eps if self.e1 is None else self.e1
        self.r = self.c = self.v = 0

    def __call__(self, w, g, t):
        share, square = t**self.beta2_decay, g**2 + (self.e1 if self.added else 0)
        rate = (min(self.lr, 1 / math.sqrt(t)) if self.relative else self.lr) * (max(self.e2, rms(w)) if self.scaled else 1)
        w = w * (1 - self.lr * self.weight_decay)
        if g.ndim > 1:
            self.r = (1 - share) * self.r + share * square.mean(axis=-1, keepdims=True)
            self.c = (1 - share) * self.c + share * square.mean(axis=-2, keepdims=True)
            v = self.r * self.c / np.maximum(self.r.mean(axis=-2, keepdims=True), self.e1)
        else:
            self.v = v = (1 - share) * self.v + share * square
        u = g / (np.sqrt(v) if self.added else np.maximum(np.sqrt(v), self.e1))
        return w - rate * u / max(1, rms(u) / self.d)


class Shampoo:
    def __init__(self, lr=1e-3, momentum=0, matrix_eps=1e-6, preconditioning_compute_steps=1, max_size=1200):
        self.__dict__.update(locals())
        self.sums, self.roots, self.b = {}, {}, 0

    def __call__(self, w, g, t):
        u = g
        for a in range(g.ndim):
            flat = np.moveaxis(g, a, 0).reshape(g.shape[a], -1)
            product = flat @ flat.T
            if g.shape[a] > self.max_size:
                product = np.diag(np.diag(product))
            self.sums[a] = self.sums.get(a, 0) + product
            if (t - 1) % self.preconditioning_compute_steps == 0:
                values, vectors = np.linalg.eigh(self.sums[a] + self.matrix_eps * np.eye(g.shape[a]))
                self.roots[a] = vectors @ np.diag(values ** (-1 / (2 * g.ndim))) @ vectors.T
            u = np.moveaxis(np.tensordot(self.roots[a], u, (1, a)), 0, a)
        self.b = self.momentum * self.b + u
        return w - self.lr * self.b


class Muon:
    def __init__(self, lr=1e-3, weight_decay=0.1, momentum=0.95, nesterov=True, ns_coefficients=(3.4445, -4.775, 2.0315), eps=1e-7,
                 ns_steps=5, adjust_lr_fn="original", adam_lr_ratio=1):
        self.__dict__.update(locals())
        self.b = self.m = self.v = 0

    def __call__(self, w, g, t):
        w = w * (1 - self.lr * self.weight_decay)
        if g.ndim < 2:
            self.m, self.v = 0.9 * self.m + 0.1 * g, 0.999 * self.v + 0.001 * g**2
            return w - self.lr * self.adam_lr_ratio * self.m / (1 - 0.9**t) / (np.sqrt(self.v / (1 - 0.999**t)) + 1e-8)
        self.b = self.momentum * self.b + (1 - self.momentum) * g
        d = self.momentum * self.b + (1 - self.momentum) * g if self.nesterov else self.b
        # The iteration maps singular values by an odd polynomial and leaves the singular vectors alone.
        left, values, right = np.linalg.svd(d.reshape(len(d), -1), full_matrices=False)
        values /= max(norm(d), self.eps)
        for _ in range(self.ns_steps):
            a, b, c = self.ns_coefficients
            values = a * values + b * values**3 + c * values**5
        rows, columns = len(d), d.size // len(d)
        factor = math.sqrt(max(1, rows / columns)) if self.adjust_lr_fn == "original" else 0.2 * math.sqrt(max(rows, columns))
        return w - self.lr * factor * (left @ np.diag(values) @ right).reshape(w.shape)


# Constructor, our options, the constructor's where they are named differently, shapes.
SHAPES = [(4,), (2, 3), (3, 2), (2, 3, 2)]
PAPER = dict(eps=(1e-30, 1e-3), added=True)
CASES = [
    (Lamb, {"lr": 0.1}, {}),
    (Lamb, {"lr": 0.1, "betas": [0.8, 0.9], "eps": 1e-3, "weight_decay": 0.1, "bias_correction": False}, {}),
    (Lars, {"lr": 10}, {}),
    (Lars, {"lr": 10, "momentum": 0.5, "trust_coefficient": 0.01, "weight_decay": 0.1, "nesterov": True, "eps": 1e-3}, {}),
    (Lars, {"lr": 10, "weight_decay": 0.1, "decay_norm": "joint"}, {}),
    (Sm3, {}, {}),
    (Sm3, {"lr": 0.5, "momentum": 0.9, "eps": 1e-3}, {}),
    (Adafactor, {}, {}),
    (Adafactor, {"lr": 0.5, "beta2_decay": -0.5, "eps": [1e-2, 0.7], "d": 1.5, "weight_decay": 0.1}, {}),
    (Adafactor, {"lr": 0.5, "relative_step": False, "scale_parameter": False}, {"lr": 0.5, "relative": False, "scaled": False}),
    (Adafactor, {"dialect": "paper"}, PAPER),
    (Adafactor, {"dialect": "keras", "weight_decay": 0.1}, dict(PAPER, lr=1e-3, weight_decay=0.1)),
    (Shampoo, {"lr": 0.1}, {}),
    (Shampoo, {"lr": 0.1, "momentum": 0.9, "matrix_eps": 1e-2, "preconditioning_compute_steps": 3, "max_size": 2}, {}),
    (Muon, {}, {}),
    (Muon, {"lr": 0.1, "momentum": 0.5, "nesterov": False, "ns_coefficients": [2, -1.5, 0.5], "ns_steps": 3, "weight_decay": 0,
            "adjust_lr_fn": "match_rms_adamw"}, {}),
    (Muon, {"dialect": "keras"}, {"ns_steps": 6, "adam_lr_ratio": 0.1}),
]


def trajectory(rule, shape):
    w, points = start(shape), []
    for t in range(1, KEPT[-1] + 1):
        w = rule(w, gradient(t, shape), t)
        if t in KEPT:
            points.append(w.ravel().tolist())
    return points


def rosenbrock(steps, **options):
    x = torch.tensor([-1.2, 1.0], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([x], **options)
    evaluations, points = 0, []

    def closure():
        nonlocal evaluations
        evaluations += 1
        optimizer.zero_grad()
        loss = (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2
        loss.backward()
        return loss

    for _ in range(steps):
        optimizer.step(closure)
        points.append([evaluations, *x.tolist()])
    return points


LBFGS = [
    (3, {}),
    (1, {"max_iter": 1000, "max_eval": 1000, "tolerance_grad": 1e-12, "tolerance_change": 0}),
    (30, {"max_iter": 1}),
    (12, {"max_iter": 4, "max_eval": 3, "history_size": 2, "lr": 0.5}),
    (5, {"line_search_fn": None, "lr": 0.1, "max_iter": 8}),
]

cases = []
for make, options, own in CASES:
    for shape in SHAPES:
        rule = make(**(own or options))
        cases.append({"type": make.__name__.lower(), "options": options, "shape": shape, "points": trajectory(rule, shape)})
lbfgs = []
for steps, options in LBFGS:
    points = rosenbrock(steps, **{"line_search_fn": "strong_wolfe", **options})
    if "line_search_fn" in options:
        options = dict(options, line_search_fn="none")
    lbfgs.append({"options": options, "points": points})

print('{"start": "w[i] = (-1)^i (0.5 + 0.25 i)", "gradient": "g[t,i] = sin(1.7 t + 0.9 i) * 10^((t+i)%5-3), t from 1, i flat from 0",')
print(f'"steps": {KEPT},')
print('"cases": [\n' + ",\n".join(json.dumps(case) for case in cases) + '],\n"lbfgs": [\n' + ",\n".join(json.dumps(case) for case in lbfgs) + "]}")
