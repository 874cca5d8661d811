"""PyTorch's half of torch_steps_test.cpp: trains a tanh net of 2-8-1 units in float64.

python3 torch_steps.py FOLDER STEPS NAME=OPTIMIZER...

OPTIMIZER is an expression in torch.optim's names, `p` the parameters. FOLDER/start holds x (16, 2), y (16, 1) and the parameters as doubles.
FOLDER/NAME gets, for each step, the gradient, the parameters after it, and the parameters of a run that starts one unit in the last place
away.
"""
import sys

import torch

SHAPES = [(16, 2), (16, 1), (8, 2), (8,), (1, 8), (1,)]


def flat(tensors):
    return torch.cat([tensor.detach().flatten() for tensor in tensors])


def load(path):
    values = torch.frombuffer(bytearray(open(path, "rb").read()), dtype=torch.float64)
    sizes = [torch.Size(shape).numel() for shape in SHAPES]
    return [part.reshape(shape) for part, shape in zip(values.split(sizes), SHAPES)]


def train(expression, steps, x, y, start):
    w1, b1, w2, b2 = parameters = [value.clone().requires_grad_() for value in start]
    optimizer = eval(expression, vars(torch.optim), {"p": parameters})
    for _ in range(steps):
        optimizer.zero_grad()
        (((x @ w1.T + b1).tanh() @ w2.T + b2 - y) ** 2).mean().backward()
        gradient = flat(value.grad for value in parameters)
        optimizer.step()
        yield gradient, flat(parameters)


torch.set_default_dtype(torch.float64)  # NAdam and ASGD keep scalars in the default type
torch.set_num_threads(1)
folder, steps = sys.argv[1], int(sys.argv[2])
x, y, *start = load(folder + "/start")
nudged = [torch.nextafter(value, torch.full_like(value, torch.inf)) for value in start]
for case in sys.argv[3:]:
    name, expression = case.split("=", 1)
    with open(folder + "/" + name, "wb") as file:
        for plain, moved in zip(train(expression, int(steps), x, y, start), train(expression, int(steps), x, y, nudged)):
            file.write(torch.cat([*plain, moved[1]]).numpy().tobytes())
