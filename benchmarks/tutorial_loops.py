"""The training loops of a comparison on the tutorial's linear regression: prints their seconds and the last loss."""
import time

import torch

torch.set_num_threads(1)
X = torch.tensor([[1.0], [2.0], [3.0], [4.0]], dtype=torch.float64)
Y = 2 * X
MAKERS = [
    lambda p, lr: torch.optim.SGD(p, lr=lr),
    lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.9),
    lambda p, lr: torch.optim.Adagrad(p, lr=lr),
    lambda p, lr: torch.optim.RMSprop(p, lr=lr),
    lambda p, lr: torch.optim.Adam(p, lr=lr),
]
RATES = [float(f"{1e-4 * 10 ** (i / 2):.4g}") for i in range(11)]

seconds = last = 0.0
for make in MAKERS:
    for i in range(43):
        model = torch.nn.Linear(1, 1, dtype=torch.float64)
        for parameter in model.parameters():
            torch.nn.init.zeros_(parameter)
        optimizer = make(model.parameters(), RATES[i // 3] if i < 33 else 0.01)
        loss_of = torch.nn.MSELoss()
        start = time.process_time()
        for _ in range(100):
            optimizer.zero_grad()
            loss = loss_of(model(X), Y)
            loss.backward()
            optimizer.step()
        seconds += time.process_time() - start
        last = loss.item()
print(seconds, repr(last))
