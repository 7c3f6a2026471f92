"""Fine-tunes NanoDet-g on rendered towns and on real vehicles, and exports it.

usage: train.py --base nanodet.json --rendered DIR --val DIR [--real DIR] --out harrier-nano.onnx [--minutes 60] [--threads 1]

DIR of --rendered/--val: what `harrier render` wrote (labels.jsonl and JPEGs). DIR of --real: what gather.py wrote, the same
form. Takes a GPU where there is one. Progress goes to OUT.log.jsonl, the best network so far to OUT, by the loss-free
measure AP50 on the validation towns; nothing else chooses it.
"""
import argparse
import json
import os
import time

import cv2
import numpy as np
import torch
import torch.nn.functional as F

import nanodet

# The order is the network's; the manifest beside the model tells Harrier.
CLASSES = ["person", "car", "van", "bus", "lorry", "dump-truck/open", "dump-truck/overfull", "dump-truck/covered",
           "heap", "stall", "awning", "shed", "container", "pool", "solar"]
# where a class starts from: the COCO class whose head it inherits
INHERITS = {"person": 0, "car": 2, "van": 2, "bus": 5, "lorry": 7, "dump-truck/open": 7, "dump-truck/overfull": 7,
            "dump-truck/covered": 7}
SIZE = 416


def load(folder):
    rows = []
    for line in open(os.path.join(folder, "labels.jsonl")):
        r = json.loads(line)
        r["path"] = os.path.join(folder, r["file"])
        rows.append(r)
    return rows


def class_of(name):
    name = name.replace("dump-truck-", "dump-truck/")
    return CLASSES.index(name) if name in CLASSES else -1


def crop(row, rng, train=True, real=False):
    """One 416x416 training picture: BGR uint8, boxes (n, 4) x0 y0 x1 y1, classes (n,), ignore mask of boxes."""
    im = cv2.imread(row["path"])
    h, w = im.shape[:2]
    boxes = np.array([l["box"] for l in row["labels"]], np.float32).reshape(-1, 4)
    boxes[:, 2:] += boxes[:, :2]
    cls = np.array([class_of(l["class"]) for l in row["labels"]], int)
    vis = np.array([l.get("visible", 1) for l in row["labels"]], np.float32)
    k = float(np.exp(rng.uniform(*(np.log([0.7, 1.4]) if not real else np.log([row.get("zoom", 1) * 0.7, row.get("zoom", 1) * 2.0])))))  if train else 1.0
    angle = 0.0
    side = SIZE / k
    cx, cy = rng.uniform(side / 2, max(side / 2 + 1, w - side / 2)), rng.uniform(side / 2, max(side / 2 + 1, h - side / 2))
    if len(boxes) and rng.random() < 0.7:  # centre near something
        b = boxes[rng.integers(len(boxes))]
        cx = np.clip((b[0] + b[2]) / 2 + rng.uniform(-0.4, 0.4) * side, side / 2, max(side / 2, w - side / 2))
        cy = np.clip((b[1] + b[3]) / 2 + rng.uniform(-0.4, 0.4) * side, side / 2, max(side / 2, h - side / 2))
    M = np.array([[k, 0, SIZE / 2 - k * cx], [0, k, SIZE / 2 - k * cy]], np.float32)
    out = cv2.warpAffine(im, M, (SIZE, SIZE), flags=cv2.INTER_AREA if k < 1 else cv2.INTER_LINEAR, borderValue=(114, 114, 114))
    b = boxes * k + np.array([M[0, 2], M[1, 2]] * 2, np.float32)
    full = (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])
    c = b.clip(0, SIZE)
    area = (c[:, 2] - c[:, 0]) * (c[:, 3] - c[:, 1])
    share = area / np.maximum(full, 1e-6)
    inside = (area > 9)
    sure = (share > 0.35) & (vis > 0.25) & (cls >= 0)
    b, cls, sure = c[inside], cls[inside], sure[inside]
    if train:
        if rng.random() < 0.5:
            out, b = out[:, ::-1], np.stack([SIZE - b[:, 2], b[:, 1], SIZE - b[:, 0], b[:, 3]], 1)
        if rng.random() < 0.5:
            out, b = out[::-1], np.stack([b[:, 0], SIZE - b[:, 3], b[:, 2], SIZE - b[:, 1]], 1)
        if rng.random() < 0.5:
            out, b = out.transpose(1, 0, 2), b[:, [1, 0, 3, 2]]
        f = out.astype(np.float32)
        f = f * rng.uniform(0.65, 1.35) + rng.uniform(-22, 22)
        f = f * rng.uniform(0.88, 1.12, 3)
        if rng.random() < 0.4:
            g = f.mean(2, keepdims=True)
            f = g + (f - g) * rng.uniform(0.4, 1.5)
        f = f.clip(0, 255)
        if rng.random() < 0.25:
            f = cv2.GaussianBlur(f, (0, 0), rng.uniform(0.4, 1.3))
        if rng.random() < 0.3:
            f = f + rng.normal(0, rng.uniform(1, 8), f.shape)
        out = f.clip(0, 255).astype(np.uint8)
        if rng.random() < 0.3:
            out = cv2.imdecode(cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 90))])[1], 1)
    return np.ascontiguousarray(out), b, cls, sure


def tensor(ims):
    x = torch.from_numpy(np.stack(ims)).float()
    return ((x - torch.tensor(nanodet.MEAN)) / torch.tensor(nanodet.STD)).permute(0, 3, 1, 2)


PTS, STRIDE = nanodet.centres(SIZE)


def iou(a, b):
    lt, rb = torch.max(a[:, None, :2], b[None, :, :2]), torch.min(a[:, None, 2:], b[None, :, 2:])
    i = (rb - lt).clamp(min=0).prod(-1)
    area = lambda t: (t[:, 2] - t[:, 0]).clamp(min=0) * (t[:, 3] - t[:, 1]).clamp(min=0)
    return i / (area(a)[:, None] + area(b)[None] - i + 1e-6)


def assign(score, box, gt, cls, sure):
    """Task-aligned assignment (Feng et al. 2021) among cells inside a box: target class, IoU and box a cell, weight."""
    n = len(PTS)
    target_c = torch.full((n,), -1, dtype=torch.long)
    target_q, target_b = torch.zeros(n), torch.zeros(n, 4)
    ignore = torch.zeros(n, dtype=torch.bool)
    if len(gt) == 0:
        return target_c, target_q, target_b, ignore
    p = PTS
    inside = (p[None, :, 0] > gt[:, None, 0]) & (p[None, :, 0] < gt[:, None, 2]) & (p[None, :, 1] > gt[:, None, 1]) & (p[None, :, 1] < gt[:, None, 3])
    centre = (gt[:, :2] + gt[:, 2:]) / 2
    near = ((p[None] - centre[:, None]).abs().max(-1)[0] < 1.5 * STRIDE[None]) & ((p[None] - centre[:, None]).abs().max(-1)[0] <= 24)
    reach = (gt[:, 2:] - gt[:, :2]).max(1)[0][:, None] <= STRIDE[None] * 18  # a level's distances end at 10 strides a side
    cand = (inside | near) & reach
    ov = iou(gt, box)
    metric = (score[:, cls.clamp(min=0)].T + 1e-4).sqrt() * ov.clamp(min=1e-4) ** 4 * cand
    # cold start: before boxes are any good, prefer centres at the right level
    metric = metric + 1e-7 * cand * torch.exp(-(p[None] - centre[:, None]).norm(dim=-1) / (gt[:, 2:] - gt[:, :2]).mean(1)[:, None])
    best = torch.full((n,), -1.0)
    for g in range(len(gt)):
        if not sure[g]:
            ignore |= inside[g]
            continue
        k = int(max(1, min(9, ov[g][cand[g]].topk(min(9, int(cand[g].sum()) or 1))[0].sum().item() + 0.5))) if cand[g].any() else 0
        if k == 0:
            continue
        m, idx = metric[g].topk(k)
        norm = m / m.max().clamp(min=1e-12) * ov[g][idx].max().clamp(min=0.1)
        for v, i, q in zip(m.tolist(), idx.tolist(), norm.tolist()):
            if v > best[i] and v > 0:
                best[i] = v
                target_c[i], target_q[i], target_b[i] = cls[g], q, gt[g]
    ignore &= target_c < 0
    return target_c, target_q, target_b, ignore


def giou(a, b):
    lt, rb = torch.max(a[:, :2], b[:, :2]), torch.min(a[:, 2:], b[:, 2:])
    i = (rb - lt).clamp(min=0).prod(-1)
    area = lambda t: (t[:, 2] - t[:, 0]).clamp(min=0) * (t[:, 3] - t[:, 1]).clamp(min=0)
    u = area(a) + area(b) - i
    lt, rb = torch.min(a[:, :2], b[:, :2]), torch.max(a[:, 2:], b[:, 2:])
    c = (rb - lt).clamp(min=0).prod(-1)
    return i / (u + 1e-6) - (c - u) / (c + 1e-6)


def loss_of(net, x, targets, known):
    """Quality focal loss on classes, GIoU and distribution focal loss on boxes. known: classes labelled in the picture."""
    # bf16 is four times faster on a CPU that has it; master weights and losses stay fp32
    with torch.autocast(x.device.type, dtype=torch.bfloat16):
        y = net(x.contiguous(memory_format=torch.channels_last))
    y = torch.cat(y, 1).float().cpu()
    logits, dist = y[..., : net.classes], y[..., net.classes:]
    boxes = nanodet.boxes_of(dist, PTS, STRIDE)
    lc = lb = ld = 0.0
    norm = 0.0
    for i, (gt, cls, sure) in enumerate(targets):
        with torch.no_grad():
            c, q, tb, ig = assign(torch.sigmoid(logits[i]), boxes[i], gt, cls, sure)
        t = torch.zeros_like(logits[i])
        pos = c >= 0
        t[pos, c[pos]] = q[pos]
        p = torch.sigmoid(logits[i])
        w = (t - p).abs().detach() ** 2
        ce = F.binary_cross_entropy_with_logits(logits[i], t, reduction="none") * w
        ce = ce * (~ig[:, None]) * known[i][None]
        lc = lc + ce.sum()
        norm += float(q.sum())
        if pos.any():
            wq = q[pos]
            lb = lb + ((1 - giou(boxes[i][pos], tb[pos])) * wq).sum()
            s = STRIDE[pos][:, None]
            d = torch.cat([(PTS[pos] - tb[pos, :2]) / s, (tb[pos, 2:] - PTS[pos]) / s], 1).clamp(0, nanodet.BINS - 1.01)
            lo = d.long()
            wl = (lo + 1 - d).reshape(-1)
            lp = F.log_softmax(dist[i][pos].reshape(-1, nanodet.BINS), -1)
            lo = lo.reshape(-1)
            dfl = -(lp.gather(1, lo[:, None])[:, 0] * wl + lp.gather(1, lo[:, None] + 1)[:, 0] * (1 - wl))
            ld = ld + (dfl.reshape(-1, 4).mean(1) * wq).sum()
    norm = max(norm, 1.0)
    return (lc + 2.0 * lb + 0.25 * ld) / norm


@torch.no_grad()
def evaluate(net, crops):
    """Mean AP50 over the classes on fixed crops."""
    net.eval()
    found = {c: [] for c in range(net.classes)}
    truth = {c: 0 for c in range(net.classes)}
    for im, b, cls, sure in crops:
        y = torch.cat(net(tensor([im]).to(next(net.parameters()).device)), 1)[0].cpu()
        s = torch.sigmoid(y[:, : net.classes])
        bx = nanodet.boxes_of(y[:, net.classes:], PTS, STRIDE)
        for c in range(net.classes):
            gt = torch.tensor(b[(cls == c)]).reshape(-1, 4)
            ok = torch.tensor(sure[(cls == c)])
            truth[c] += int(ok.sum())
            keep = (s[:, c] > 0.05).nonzero()[:, 0]
            keep = keep[s[keep, c].argsort(descending=True)][:60]
            used, out = set(), []
            while len(keep):
                k = keep[0]
                o = iou(bx[k][None], bx[keep])[0]
                keep = keep[o < 0.55]
                g = iou(bx[k][None], gt)[0] if len(gt) else torch.zeros(0)
                j = int(g.argmax()) if len(g) else -1
                if j >= 0 and g[j] >= 0.5 and j not in used:
                    used.add(j)
                    if ok[j]:
                        found[c].append((float(s[k, c]), 1))
                else:
                    found[c].append((float(s[k, c]), 0))
    net.train()
    ap = {}
    for c in found:
        if truth[c] < 5:
            continue
        f = sorted(found[c], reverse=True)
        tp = np.cumsum([v for _, v in f])
        if not len(f):
            ap[CLASSES[c]] = 0.0
            continue
        prec = tp / np.arange(1, len(f) + 1)
        rec = tp / truth[c]
        prec = np.maximum.accumulate(prec[::-1])[::-1]
        ap[CLASSES[c]] = float(np.sum(np.diff(np.concatenate([[0], rec])) * prec))
    return ap


def network(base):
    coco = nanodet.load_tfjs(base, base.replace(".json", ".bin"))
    net = nanodet.NanoDetG(len(CLASSES))
    for a, b in zip(coco.layers(), net.layers()):
        if a.weight.shape == b.weight.shape:
            b.load_state_dict(a.state_dict())
    for a, b in zip(coco.heads, net.heads):
        b.weight.data[len(CLASSES):] = a.weight.data[80:]
        b.bias.data[len(CLASSES):] = a.bias.data[80:]
        b.weight.data[: len(CLASSES)] *= 0.1
        b.bias.data[: len(CLASSES)] = -4.0
        for name, c in INHERITS.items():
            i = CLASSES.index(name)
            b.weight.data[i], b.bias.data[i] = a.weight.data[c], a.bias.data[c]
    return net


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--base", required=True)
    p.add_argument("--rendered", required=True)
    p.add_argument("--val", required=True)
    p.add_argument("--real")
    p.add_argument("--out", required=True)
    p.add_argument("--minutes", type=float, default=60)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--batch", type=int, default=12)
    p.add_argument("--lr", type=float, default=1e-3)
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    torch.manual_seed(a.seed)
    torch.set_num_threads(a.threads)
    cv2.setNumThreads(1)
    rng = np.random.default_rng(a.seed)
    dev = "cuda" if torch.cuda.is_available() else "cpu"
    net = network(a.base).to(dev, memory_format=torch.channels_last).train()
    real = load(a.real) if a.real else []
    vals = load(a.val)
    vr = np.random.default_rng(0)
    val = [crop(r, vr, train=False) for r in vals for _ in range(2)][:200]
    opt = torch.optim.AdamW(net.parameters(), a.lr, weight_decay=0.02)
    log = open(a.out + ".log.jsonl", "a")
    say = lambda **k: (log.write(json.dumps(k) + "\n"), log.flush(), print(json.dumps(k), flush=True))
    began, step, best, seen = time.time(), 0, -1.0, 0
    rows, last_eval, recent = load(a.rendered), time.time(), []
    say(step=0, classes=CLASSES, rendered=len(rows), real=len(real), ap50=evaluate(net, val))
    known_all, known_real = torch.ones(net.classes), torch.tensor([1.0 if c in ("car", "van", "bus") else 0.0 for c in CLASSES])
    average = {k: v.detach().clone() for k, v in net.state_dict().items()}
    while (done := (time.time() - began) / 60 / a.minutes) < 1:
        for g in opt.param_groups:
            g["lr"] = a.lr * min(1, (step + 1) / 100) * (0.5 * (1 + np.cos(np.pi * done)) * 0.97 + 0.03)
        ims, targets, known = [], [], []
        while len(ims) < a.batch:
            is_real = bool(real) and rng.random() < 0.25
            row = real[rng.integers(len(real))] if is_real else rows[rng.integers(len(rows))]
            im, b, c, s = crop(row, rng, real=is_real)
            ims.append(im)
            targets.append((torch.tensor(b).reshape(-1, 4), torch.tensor(c), torch.tensor(s)))
            known.append(known_real if is_real else known_all)
        loss = loss_of(net, tensor(ims).to(dev), targets, known)
        opt.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 10)
        opt.step()
        step, seen = step + 1, seen + a.batch
        k = min(0.995, step / (step + 10))
        for n, v in net.state_dict().items():
            average[n].mul_(k).add_(v.detach(), alpha=1 - k)
        recent.append(float(loss))
        if step % 50 == 0:
            say(step=step, loss=round(float(np.mean(recent[-50:])), 4), images_s=round(seen / (time.time() - began), 2), done=round(done, 3))
        if time.time() - last_eval > max(60, a.minutes * 60 / 10) or done > 0.995:
            last_eval = time.time()
            now = {n: v.clone() for n, v in net.state_dict().items()}
            net.load_state_dict(average)
            ap = evaluate(net, val)
            mean = float(np.mean(list(ap.values())))
            say(step=step, map50=round(mean, 4), ap50={k: round(v, 3) for k, v in ap.items()})
            if mean > best:
                best = mean
                torch.save(net.state_dict(), a.out + ".pt")
                nanodet.export(net, a.out, SIZE)
                net.to(dev)
            net.load_state_dict(now)
            net.train()
            rows = load(a.rendered)  # rendering may still be adding to it
    say(step=step, finished=True, best_map50=round(best, 4))


if __name__ == "__main__":
    main()
