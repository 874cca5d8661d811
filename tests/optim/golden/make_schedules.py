"""Writes schedules.json: what torch.optim.lr_scheduler makes of two groups' rates and of their momentum.
Run: python3 make_schedules.py > schedules.json"""
import json
import warnings

import torch
from torch.optim import lr_scheduler as torch_schedules

warnings.simplefilter("ignore")
RATES = [0.5, 0.02]
TIMES = [*range(14), 19, 20, 21, 37, 59]
CLASSES = {
    "constant": "ConstantLR", "step": "StepLR", "multistep": "MultiStepLR", "exponential": "ExponentialLR", "linear": "LinearLR",
    "polynomial": "PolynomialLR", "cosine": "CosineAnnealingLR", "cosine_restarts": "CosineAnnealingWarmRestarts",
    "cyclic": "CyclicLR", "one_cycle": "OneCycleLR", "sequence": "SequentialLR", "product": "ChainedScheduler",
}


def nested(kind, **options):
    return {"type": kind, **options}


# The type and its options, by descent's names, which are PyTorch's.
CASES = [
    ("constant", {}),
    ("step", {"step_size": 4}),
    ("multistep", {"milestones": [9, 3, 9], "gamma": 0.3}),
    ("exponential", {"gamma": 0.95}),
    ("linear", {"start_factor": 0.25, "end_factor": 0.75, "total_iters": 7}),
    ("linear", {}),
    ("polynomial", {}),
    ("polynomial", {"total_iters": 12, "power": 1.5}),
    ("cosine", {"T_max": 7, "eta_min": 0.01, "periodic": True}),
    ("cosine", {"T_max": 60}),
    ("cosine_restarts", {"T_0": 5, "eta_min": 0.1}),
    ("cosine_restarts", {"T_0": 2, "T_mult": 3}),
    ("cyclic", {"base_lr": 0.001, "max_lr": 0.1, "step_size_up": 4}),
    ("cyclic", {"base_lr": 0.001, "max_lr": 0.1, "step_size_up": 4, "step_size_down": 6, "mode": "triangular2"}),
    ("cyclic", {"base_lr": 0.1, "max_lr": 0.9, "step_size_up": 3, "step_size_down": 2, "mode": "exp_range", "gamma": 0.97,
                "base_momentum": 0.5, "max_momentum": 0.95}),
    ("cyclic", {"base_lr": 0.1, "max_lr": 0.9, "step_size_up": 3, "cycle_momentum": False}),
    ("one_cycle", {"max_lr": 0.1, "total_steps": 60}),
    ("one_cycle", {"max_lr": 0.1, "total_steps": 60, "anneal_strategy": "linear", "three_phase": True, "div_factor": 10.0,
                   "final_div_factor": 100.0, "base_momentum": 0.7}),
    ("one_cycle", {"max_lr": 0.1, "total_steps": 60, "pct_start": 0.45, "three_phase": True, "max_momentum": 0.99}),
    ("one_cycle", {"max_lr": 0.1, "total_steps": 60, "pct_start": 0.0, "cycle_momentum": False}),
    ("sequence", {"schedules": [nested("linear", start_factor=0.1, total_iters=4), nested("step", step_size=3, gamma=0.5),
                                nested("polynomial", total_iters=30)], "milestones": [5, 12]}),
    ("sequence", {"schedules": [nested("constant", factor=0.1, total_iters=100), nested("cosine", T_max=55, eta_min=0.01)],
                  "milestones": [4]}),
    ("product", {"schedules": [nested("linear", start_factor=0.1, total_iters=6), nested("exponential", gamma=0.9)]}),
    ("product", {"schedules": [nested("constant", total_iters=3), nested("multistep", milestones=[2, 8], gamma=0.5)]}),
]


def make(optimizer, kind, options):
    options = {key: value for key, value in options.items() if key != "periodic"}
    parts = options.pop("schedules", [])
    parts = [make(optimizer, part["type"], {key: value for key, value in part.items() if key != "type"}) for part in parts]
    cls = getattr(torch_schedules, CLASSES[kind])
    if kind == "product":
        return cls(parts)
    return cls(optimizer, parts, **options) if parts else cls(optimizer, **options)


def follow(kind, options):
    groups = [{"params": [torch.zeros(1, requires_grad=True)], "lr": rate} for rate in RATES]
    optimizer = torch.optim.SGD(groups, lr=1, momentum=0.9)
    cycles = kind in ("cyclic", "one_cycle") and options.get("cycle_momentum", True)
    scheduler = make(optimizer, kind, options)
    rates, momenta = [], []
    for time in range(max(TIMES) + 1):
        if time in TIMES:
            rates.append([group["lr"] for group in optimizer.param_groups])
            momenta.append(optimizer.param_groups[0]["momentum"])
        optimizer.step()
        scheduler.step()
    return {"type": kind, "options": options, "rates": rates, "momentum": momenta if cycles else []}


# Relative and absolute thresholds, both modes; a floor; an eps that stops the reductions.
METRICS = [1, 0.9, 0.95, 0.9, 0.89, 0.905, 0.9, 0.9, 0.93, 0.7, 0.71, 0.72, 0.73, float("inf"), 0.7, 0.7, 0.6, 0.61, 0.62, 0.63]
PLATEAUS = [
    {"patience": 1},
    {"patience": 1, "factor": 0.5, "min_lr": 0.05},
    {"patience": 0, "factor": 0.3, "cooldown": 2, "threshold": 0.05, "threshold_mode": "abs"},
    {"patience": 1, "factor": 0.5, "mode": "max", "threshold": 0.02},
    {"patience": 0, "factor": 0.5, "mode": "max", "threshold_mode": "abs", "eps": 0.01},
]


def follow_plateau(options):
    groups = [{"params": [torch.zeros(1, requires_grad=True)], "lr": rate} for rate in RATES]
    optimizer = torch.optim.SGD(groups, lr=1)
    scheduler = torch_schedules.ReduceLROnPlateau(optimizer, **options)
    rates = []
    for metric in METRICS:
        scheduler.step(metric)
        rates.append([group["lr"] for group in optimizer.param_groups])
    return {"options": options, "rates": rates}


def lines(items):
    return "[\n" + ",\n".join(json.dumps(item) for item in items) + "\n]"


metrics = json.dumps([metric if metric != float("inf") else None for metric in METRICS])
print('{"torch": "%s", "lr": %s, "times": %s,' % (torch.__version__, RATES, TIMES))
print('"cases": %s,' % lines(follow(*case) for case in CASES))
print('"metrics": %s,' % metrics)
print('"plateaus": %s}' % lines(map(follow_plateau, PLATEAUS)))
