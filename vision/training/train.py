"""Trains the detector on rendered towns, on rendered things put into photographs, and on labelled photographs; exports it.

usage: train.py --start START.onnx --rendered DIR... --val DIR [--cutouts DIR --backgrounds DIR] [--kit DIR] [--reviewed DIR] --out OUT.onnx
       [--minutes 60 | --steps N] [--threads 1]

START is an exported network of this kind: the base (base-coco.onnx), or an earlier harrier-nano. DIR of --rendered, --val and --cutouts:
what `harrier render` wrote; of --backgrounds and --kit: what gather.py wrote; of --reviewed: what `harrier dataset export` wrote. --val-real and --val-composed give further parts to choose
the checkpoint by. Takes a GPU where there is one. Progress goes to OUT.log.jsonl, to OUT the network that was best so far by the mean of
AP50 over the validation parts; nothing else chooses it.
"""
import argparse

import numpy as np
import torch
import torch.nn.functional as F

import loop
import nanodet
from data import CLASSES, KNOWN, SIZE, Cutouts, crop, known_of, load

# where a class starts from where the start does not know it: a class of the start (COCO's by number, ours by name)
INHERITS = {"person": 0, "car": 2, "van": 2, "bus": 5, "lorry": 7, "dump-truck/open": 7, "dump-truck/overfull": 7,
            "dump-truck/covered": 7, "dump-truck/empty": "dump-truck/open", "room": "shed", "tent": "shed", "frame": "shed",
            "tricycle": "stall", "goods": "stall", "car-wash": "stall", "shelter": "container"}

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
    with loop.autocast(x.device.type):
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
        ce = ce * (~ig[:, None]) * torch.maximum(known[i][None], (t > 0).float())
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
        y = torch.cat(net(nanodet.tensor([im]).to(next(net.parameters()).device)), 1)[0].cpu()
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


def network(start):
    """The network with the weights of an exported one; classes it does not know start from what they resemble."""
    old, classes = nanodet.from_onnx(start)
    if classes is not None and classes == CLASSES:
        return old
    net = nanodet.NanoDetG(len(CLASSES))
    for a, b in zip(old.layers(), net.layers()):
        if a not in list(old.heads):
            b.load_state_dict(a.state_dict())
    n = old.classes
    for a, b in zip(old.heads, net.heads):
        b.weight.data[len(CLASSES):] = a.weight.data[n:]
        b.bias.data[len(CLASSES):] = a.bias.data[n:]
        b.weight.data[: len(CLASSES)] *= 0.1
        b.bias.data[: len(CLASSES)] = -4.0
        for i, name in enumerate(CLASSES):
            c = name if classes else INHERITS.get(name)
            if classes and name not in classes:
                c = INHERITS.get(name)
            if isinstance(c, str):
                if not classes or c not in classes:
                    continue
                c = classes.index(c)
            if c is not None:
                b.weight.data[i], b.bias.data[i] = a.weight.data[c], a.bias.data[c] - (1.0 if classes and name not in classes else 0.0)
    return net


def validation(a):
    """Named lists of fixed crops, each with the classes that are judged on it."""
    parts = {}
    vr = np.random.default_rng(0)
    parts["rendered"] = [crop(r, vr, train=False, gsd=0.08) for r in load(a.val) for _ in range(2)][:200]
    if a.val_composed:
        cut = Cutouts(a.val_cutouts)
        parts["composed"] = [crop(r, vr, "backgrounds", cut, train=False, gsd=0.08) for r in load(a.val_composed) for _ in range(3)][:120]
    if a.val_real:
        parts["real"] = [crop(r, vr, "kit", train=False, gsd=0.085) for r in load(a.val_real) for _ in range(2)][:100]
    return parts


def judge(net, parts):
    """Mean AP50 of each part over the classes that are labelled in it."""
    out = {}
    for name, crops in parts.items():
        ap = evaluate(net, crops)
        if name == "real":
            ap = {k: v for k, v in ap.items() if k in ("car", "bus")}
        elif name == "composed":
            ap = {k: v for k, v in ap.items() if KNOWN["backgrounds"][CLASSES.index(k)] or k in ("heap", "container")}
        out[name] = ap
    return out


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--start", required=True)
    p.add_argument("--rendered", nargs="+", required=True)
    p.add_argument("--val", required=True)
    for x in ("--cutouts", "--backgrounds", "--kit", "--reviewed", "--val-cutouts", "--val-composed", "--val-real"):
        p.add_argument(x)
    a = loop.arguments(p, lr=1e-3, batch=12).parse_args()
    rng, dev = loop.begin(a)
    net = network(a.start).to(dev, memory_format=torch.channels_last).train()
    rendered = lambda: [r for d in a.rendered for r in load(d)]
    rows = {"rendered": rendered(), "kit": load(a.kit) if a.kit else [], "backgrounds": load(a.backgrounds) if a.backgrounds else [],
            "reviewed": load(a.reviewed) if a.reviewed else []}
    cutouts = Cutouts(a.cutouts) if a.cutouts else None
    parts = validation(a)
    # kinds of pictures and how often each is taken
    kinds = [(k, w) for k, w in (("rendered", 0.5), ("backgrounds", 0.27 if cutouts else 0), ("kit", 0.23), ("reviewed", 0.3)) if rows[k] and w]
    shares = np.array([w for _, w in kinds]) / sum(w for _, w in kinds)

    def batch():
        ims, targets, known = [], [], []
        while len(ims) < a.batch:
            kind = kinds[rng.choice(len(kinds), p=shares)][0]
            # things are put into labelled photographs too, into half of them
            cut = cutouts if kind == "backgrounds" or kind == "kit" and cutouts and rng.random() < 0.5 else None
            row = rows[kind][rng.integers(len(rows[kind]))]
            im, b, c, s = crop(row, rng, kind, cut)
            ims.append(im)
            targets.append((torch.tensor(b).reshape(-1, 4), torch.tensor(c), torch.tensor(s)))
            known.append(torch.from_numpy(known_of(row, kind)))
        return loss_of(net, nanodet.tensor(ims).to(dev), targets, known)

    def judged(net):
        j = judge(net, parts)
        return float(np.mean([np.mean(list(v.values()) or [0]) for v in j.values()])), {k: {c: round(x, 3) for c, x in v.items()} for k, v in j.items()}

    def export(net):
        nanodet.export(net, a.out, SIZE, CLASSES)
        net.to(dev)

    loop.fit(net, a, batch, judged, export, weight_decay=0.02, clip=10, again=lambda: rows.update(rendered=rendered()),  # rendering may still be adding to it
             classes=CLASSES, **{k: len(v) for k, v in rows.items()})


if __name__ == "__main__":
    main()
