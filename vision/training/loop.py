"""The loop by which every network here is trained."""
import json
import time

import cv2
import numpy as np
import torch


with open("/proc/cpuinfo") as f:
    CPU = f.read()
BFLOAT16 = "avx512_bf16" in CPU or "amx_bf16" in CPU


def arguments(parser, lr, batch, minutes=60):
    """The options that all trainings share."""
    parser.add_argument("--out", required=True)
    parser.add_argument("--minutes", type=float, default=minutes)
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=0)  # processes that make samples beside the training; 0: the training makes them itself
    parser.add_argument("--batch", type=int, default=batch)
    parser.add_argument("--lr", type=float, default=lr)
    parser.add_argument("--seed", type=int, default=1)
    return parser


def begin(a):
    """Seeds and threads; returns the device."""
    torch.manual_seed(a.seed)
    torch.set_num_threads(a.threads)
    cv2.setNumThreads(1)
    return "cuda" if torch.cuda.is_available() else "cpu"


def autocast(device):
    """bfloat16 where the processor has it: emulated it is many times slower than float32."""
    kind = torch.device(device).type
    return torch.autocast(kind, dtype=torch.bfloat16, enabled=kind == "cuda" or BFLOAT16)


class Endless(torch.utils.data.IterableDataset):
    """Samples without end; every worker has random numbers of its own."""

    def __init__(self, make, seed):
        self.make, self.seed = make, seed

    def __iter__(self):
        w = torch.utils.data.get_worker_info()
        cv2.setNumThreads(1)
        rng = np.random.default_rng([self.seed, w.id if w else 0])
        while True:
            yield self.make(rng)


def together(samples):
    """A batch: the pictures, which come first in every sample, as one uint8 tensor, everything else as lists."""
    ims, *rest = zip(*samples)
    return torch.from_numpy(np.stack(ims)), *rest


def batches(make, a):
    """Endless batches of what make(rng) draws: a picture (BGR uint8) and what belongs to it."""
    return iter(torch.utils.data.DataLoader(Endless(make, a.seed), batch_size=a.batch, num_workers=a.workers, collate_fn=together))


def fit(net, a, loss_of_batch, judge, export, weight_decay, clip, **about):
    """Trains for a.minutes or a.steps: warm-up, then the learning rate falls along a cosine; what is judged and exported is a running
    average of the weights.

    loss_of_batch() makes a batch and its loss; judge(net) gives (mean, details), higher is better; export(net) is called with the
    network that was best so far, and nothing else chooses it. Progress goes to OUT.log.jsonl.
    """
    opt = torch.optim.AdamW(net.parameters(), a.lr, weight_decay=weight_decay)
    log = open(a.out + ".log.jsonl", "a")
    say = lambda **k: (log.write(json.dumps(k) + "\n"), log.flush(), print(json.dumps(k), flush=True))
    average = {k: v.detach().clone() for k, v in net.state_dict().items()}
    first, details = judge(net)
    say(step=0, mean=round(first, 4), judged=details, **about)
    began, step, best, last, losses = time.time(), 0, -1.0, time.time(), []
    net.train()
    while (done := (step / a.steps if a.steps else (time.time() - began) / 60 / a.minutes)) < 1:
        for g in opt.param_groups:
            g["lr"] = a.lr * min(1, (step + 1) / 100) * (0.5 * (1 + np.cos(np.pi * done)) * 0.97 + 0.03)
        loss = loss_of_batch()
        opt.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), clip)
        opt.step()
        step += 1
        k = min(0.995, step / (step + 10))
        for n, v in net.state_dict().items():
            average[n].mul_(k).add_(v.detach(), alpha=1 - k)
        losses.append(loss.detach())
        if step % 50 == 0:
            say(step=step, loss=round(float(torch.stack(losses[-50:]).mean()), 4), per_s=round(step * a.batch / (time.time() - began), 2), done=round(done, 3))
        over = (step / a.steps if a.steps else (time.time() - began) / 60 / a.minutes) >= 1
        if over or time.time() - last > max(60, (time.time() - began) / max(done, 1e-3) / 10):
            now = {n: v.clone() for n, v in net.state_dict().items()}
            net.load_state_dict(average)
            mean, details = judge(net)
            say(step=step, mean=round(mean, 4), judged=details)
            if mean > best:
                best = mean
                export(net)
            net.load_state_dict(now)
            net.train()
            last = time.time()  # of its end: a judgement that takes a minute is not to follow another at once
    tenth = max(1, len(losses) // 10)
    mean_of = lambda x: round(float(torch.stack(x).mean()), 4)
    say(step=step, finished=True, best=round(best, 4), started_at=round(first, 4), loss_first=mean_of(losses[:tenth]), loss_last=mean_of(losses[-tenth:]))
