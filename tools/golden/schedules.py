"""Learning rate schedules: output0 holds the rates [100] that the steps 0 to 99 use."""
import torch
from torch.optim import lr_scheduler

from golden import Golden

golden = Golden("schedules")
STEPS = 100


def case(name, schedule, lr, **attributes):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
    scheduler = getattr(lr_scheduler, schedule)(optimizer, **attributes)
    rates = []
    for _ in range(STEPS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    rates = torch.tensor(rates, dtype=torch.float64)
    golden.add(name, schedule, {"output0": rates.float(), "output0.float64": rates}, {"lr": lr} | attributes)


case("step_every_30", "StepLR", 0.1, step_size=30, gamma=0.1)
case("step_every_7", "StepLR", 1.0, step_size=7, gamma=0.5)
case("cosine_100", "CosineAnnealingLR", 0.1, T_max=100, eta_min=0.0)
case("cosine_99_floor", "CosineAnnealingLR", 0.01, T_max=99, eta_min=0.001)
case("cosine_40_rises_again", "CosineAnnealingLR", 0.1, T_max=40, eta_min=0.0)
case("linear_warm_up_20", "LinearLR", 0.1, start_factor=0.1, end_factor=1.0, total_iters=20)
case("linear_decay", "LinearLR", 0.01, start_factor=1.0, end_factor=0.05, total_iters=100)
for anneal in ("cos", "linear"):
    case(f"one_cycle_{anneal}", "OneCycleLR", 0.1, max_lr=0.1, total_steps=101, pct_start=0.3, anneal_strategy=anneal,
         div_factor=25.0, final_div_factor=1e4, three_phase=False, cycle_momentum=False)
case("one_cycle_three_phase", "OneCycleLR", 1.0, max_lr=1.0, total_steps=101, pct_start=0.4, anneal_strategy="cos",
     div_factor=10.0, final_div_factor=100.0, three_phase=True, cycle_momentum=False)

golden.write()
