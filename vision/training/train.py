"""Trains the detector on rendered towns, on rendered things put into photographs, and on labelled photographs; exports it.

usage: train.py --start START.onnx --rendered DIR... --val DIR [--cutouts DIR --backgrounds DIR [--built DIR]] [--kit DIR] [--stalls DIR] [--roofs DIR] [--towers DIR]
       [--reviewed DIR] [--val-real DIR] [--val-stalls DIR] [--val-roofs DIR] --out OUT.onnx [--minutes 60 | --steps N] [--threads 1]

START is an exported network of this kind: the base (base-coco.onnx), or an earlier harrier-nano. DIR of --rendered, --val and --cutouts:
what `harrier render` wrote; of --reviewed: what `harrier dataset export` wrote; of the others: what gather.py wrote. Takes a GPU where there is one. Progress goes to OUT.log.jsonl, to OUT
the network that was best so far by the mean of AP50 over the validation parts of real pictures (--val-real, --val-stalls, --val-roofs), over all parts where none is given;
nothing else chooses it.
"""
import argparse

import numpy as np
import torch
import torch.nn.functional as F

import loop
import nanodet
from data import CLASSES, KNOWN, LABELLED, NONE, NONE_OF, SIZE, Cutouts, crop, known_of, load, pull

# where a class starts from where the start does not know it: a class of the start (COCO's by number, ours by name)
INHERITS = {"person": 0, "car": 2, "van": 2, "bus": 5, "lorry": 7, "dump-truck/open": 7, "dump-truck/overfull": 7,
            "dump-truck/covered": 7, "dump-truck/empty": "dump-truck/open", "room": "shed", "tent": "shed", "frame": "shed",
            "tricycle": "stall", "goods": "stall", "car-wash": "stall", "shelter": "container"}

PTS, STRIDE = nanodet.centres(SIZE)


def iou(a, b):
    """Of boxes (…, n, 4) with boxes (…, m, 4): (…, n, m)."""
    a, b = a[..., :, None, :], b[..., None, :, :]
    i = (torch.min(a[..., 2:], b[..., 2:]) - torch.max(a[..., :2], b[..., :2])).clamp(min=0).prod(-1)
    area = lambda t: (t[..., 2:] - t[..., :2]).clamp(min=0).prod(-1)
    return i / (area(a) + area(b) - i + 1e-6)


MOST_CELLS = 9  # that one box is assigned


@torch.no_grad()
def assign(score, box, gt, cls, sure):
    """Task-aligned assignment (Feng et al. 2021) among cells inside a box. score (b, n, classes) and box (b, n, 4) are what the network
    says; gt (b, g, 4), cls (b, g), -1 where there is none, and sure (b, g) the boxes. Returns for each cell its class (-1 for none), IoU and
    box, whether it lies in a box that is not sure, and whether in one in which nothing is (class NONE): (b, n), (b, n), (b, n, 4), (b, n), (b, n)."""
    pts, strides = PTS.to(gt.device), STRIDE.to(gt.device)
    there = (cls >= 0) & (cls < NONE)
    p = pts[None, None]
    lo, hi = gt[:, :, None, :2], gt[:, :, None, 2:]
    inside = ((p > lo) & (p < hi)).all(-1) & (cls >= 0)[..., None]
    nothing = (inside & (cls == NONE)[..., None]).any(1)
    inside &= there[..., None]
    off = (p - (lo + hi) / 2).abs().amax(-1)
    size = (gt[..., 2:] - gt[..., :2])
    # a level's distances end at 10 strides a side
    cand = (inside | (off < 1.5 * strides) & (off <= 24)) & (size.amax(-1)[..., None] <= strides * 18) & there[..., None]
    ov = iou(gt, box)
    s = score.transpose(1, 2).gather(1, cls.clamp(0, NONE - 1)[..., None].expand(-1, -1, len(pts)))
    metric = (s + 1e-4).sqrt() * ov.clamp(min=1e-4) ** 4 * cand
    # cold start: before boxes are any good, prefer centres at the right level
    metric = metric + 1e-7 * cand * torch.exp(-(p - (lo + hi) / 2).norm(dim=-1) / size.mean(-1)[..., None].clamp(min=1))
    k = ((ov * cand).topk(MOST_CELLS)[0].sum(-1) + 0.5).clamp(1, MOST_CELLS).long()
    m, idx = metric.topk(MOST_CELLS)
    taken = (torch.arange(MOST_CELLS, device=gt.device) < k[..., None]) & (m > 0) & (sure & there)[..., None]
    best_iou = torch.where(taken, ov.gather(2, idx), 0).amax(-1, keepdim=True).clamp(min=0.1)
    # a cell that several boxes want goes to the one that it suits most
    wanted = torch.full_like(metric, -1.0).scatter_(2, idx, torch.where(taken, m, -1.0))
    quality = torch.zeros_like(metric).scatter_(2, idx, torch.where(taken, m / m[..., :1].clamp(min=1e-12) * best_iou, 0))
    best, g = wanted.max(1)
    of = lambda x: x.gather(1, g)
    target = torch.where(best > 0, of(cls), -1)
    q = torch.where(best > 0, quality.gather(1, g[:, None])[:, 0], 0)
    ignore = (inside & ~sure[..., None]).any(1) & (target < 0)
    return target, q, gt.gather(1, g[..., None].expand(-1, -1, 4)), ignore, nothing


def giou(a, b):
    lt, rb = torch.max(a[:, :2], b[:, :2]), torch.min(a[:, 2:], b[:, 2:])
    i = (rb - lt).clamp(min=0).prod(-1)
    area = lambda t: (t[:, 2] - t[:, 0]).clamp(min=0) * (t[:, 3] - t[:, 1]).clamp(min=0)
    u = area(a) + area(b) - i
    lt, rb = torch.min(a[:, :2], b[:, :2]), torch.max(a[:, 2:], b[:, 2:])
    c = (rb - lt).clamp(min=0).prod(-1)
    return i / (u + 1e-6) - (c - u) / (c + 1e-6)


def padded(boxes, classes, sure, device):
    """Boxes of a batch's pictures as tensors of one length: (b, g, 4), (b, g) with -1 where there is none, (b, g)."""
    g = max(1, *map(len, classes))
    gt, cls, ok = np.zeros((len(boxes), g, 4), np.float32), np.full((len(boxes), g), -1), np.zeros((len(boxes), g), bool)
    for i, (b, c, s) in enumerate(zip(boxes, classes, sure)):
        gt[i, :len(c)], cls[i, :len(c)], ok[i, :len(c)] = b, c, s
    return [torch.from_numpy(x).to(device, non_blocking=True) for x in (gt, cls, ok)]


def loss_of(net, x, gt, cls, sure, known):
    """Quality focal loss on classes, GIoU and distribution focal loss on boxes. known (b, classes): 1 for classes labelled in the picture.
    In a box all are known, it is none of the others; in one of NONE those of NONE_OF."""
    with loop.autocast(x.device.type):
        y = net(x)
    y = torch.cat(y, 1).float()
    pts, strides = PTS.to(x.device), STRIDE.to(x.device)
    logits, dist = y[..., : net.classes], y[..., net.classes:]
    p = torch.sigmoid(logits)
    c, q, tb, ignore, nothing = assign(p.detach(), nanodet.boxes_of(dist.detach(), pts, strides), gt, cls, sure)
    pos = c >= 0
    t = torch.zeros_like(p).scatter_(2, c.clamp(min=0)[..., None], (q * pos)[..., None])
    w = (t - p).abs().detach() ** 2
    ce = F.binary_cross_entropy_with_logits(logits, t, reduction="none") * w
    told = torch.maximum(pos[..., None].float(), nothing[..., None] * torch.from_numpy(NONE_OF).to(x.device))
    lc = (ce * (~ignore[..., None]) * torch.maximum(known[:, None], told)).sum()
    wq, at, s = q[pos], pts.expand(len(x), -1, -1)[pos], strides.expand(len(x), -1)[pos]
    lb = ((1 - giou(nanodet.boxes_of(dist[pos], at, s), tb[pos])) * wq).sum()
    d = torch.cat([at - tb[pos][:, :2], tb[pos][:, 2:] - at], 1).div(s[:, None]).clamp(0, nanodet.BINS - 1.01).reshape(-1)
    lp = F.log_softmax(dist[pos].reshape(-1, nanodet.BINS), -1)
    lo = d.long()
    wl = lo + 1 - d
    dfl = -(lp.gather(1, lo[:, None])[:, 0] * wl + lp.gather(1, lo[:, None] + 1)[:, 0] * (1 - wl))
    ld = (dfl.reshape(-1, 4).mean(1) * wq).sum()
    return (lc + 2.0 * lb + 0.25 * ld) / q.sum().clamp(min=1)


@torch.no_grad()
def evaluate(net, crops):
    """Mean AP50 over the classes on fixed crops."""
    net.eval()
    found = {c: [] for c in range(net.classes)}
    truth = {c: 0 for c in range(net.classes)}
    dev = next(net.parameters()).device
    said = [y for k in range(0, len(crops), 32) for y in torch.cat(net(nanodet.tensor([i[0] for i in crops[k:k + 32]], dev)), 1).cpu()]
    for y, (_, b, cls, sure) in zip(said, crops):
        s = torch.sigmoid(y[:, : net.classes])
        bx = nanodet.boxes_of(y[:, net.classes:], PTS, STRIDE)
        for c in range(net.classes):
            gt = torch.tensor(b[(cls == c)]).reshape(-1, 4)
            ok = sure[cls == c]
            truth[c] += int(ok.sum())
            keep = (s[:, c] > 0.05).nonzero()[:, 0]
            keep = keep[s[keep, c].argsort(descending=True)][:60]
            if len(keep) == 0:
                continue
            own, with_gt = iou(bx[keep], bx[keep]).numpy(), iou(bx[keep], gt).numpy()
            scores, left, used = s[keep, c].tolist(), np.ones(len(keep), bool), set()
            for k in range(len(keep)):
                if not left[k]:
                    continue
                left &= own[k] < 0.55
                j = int(with_gt[k].argmax()) if len(gt) else -1
                if j >= 0 and with_gt[k, j] >= 0.5 and j not in used:
                    used.add(j)
                    if ok[j]:
                        found[c].append((scores[k], 1))
                else:
                    found[c].append((scores[k], 0))
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
    parts["rendered"] = [crop(r, vr, train=False, gsd=0.08) for r in load(a.val) for _ in range(3)][:300]
    if a.val_composed:
        cut = Cutouts(a.val_cutouts)
        parts["composed"] = [crop(r, vr, "backgrounds", cut, train=False, gsd=0.08) for r in load(a.val_composed) for _ in range(5)][:300]
    if a.val_real:
        parts["vehicles"] = [crop(r, vr, "kit", train=False, gsd=0.085) for r in load(a.val_real) for _ in range(3)][:150]
    if a.val_stalls:  # as they are and at half their size: so pictures of unknown resolution are looked at
        parts["stalls"] = [crop(r, vr, "stalls", train=False, gsd=r["gsd_m"] * k) for r in load(a.val_stalls) for k in (1, 2, 2)]
    if a.val_roofs:
        parts["roofs"] = [crop(r, vr, "roofs", train=False, gsd=r["gsd_m"]) for r in load(a.val_roofs) for _ in range(5)]
    return parts


# Of the validation parts of real pictures, the classes that are judged: those of which they show thirty and more.
JUDGED = {"vehicles": ("car",), "stalls": ("stall",), "roofs": ("shed",)}


def judge(net, parts):
    """Mean AP50 of each part over the classes that are labelled in it."""
    out = {}
    for name, crops in parts.items():
        ap = evaluate(net, crops)
        if name in JUDGED:
            ap = {k: v for k, v in ap.items() if k in JUDGED[name]}
        elif name == "composed":
            ap = {k: v for k, v in ap.items() if KNOWN["backgrounds"][CLASSES.index(k)] or k in ("heap", "container")}
        out[name] = ap
    return out


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--start", required=True)
    p.add_argument("--rendered", nargs="+", required=True)
    p.add_argument("--val", required=True)
    sources = ("backgrounds", "built", *LABELLED, "reviewed")
    for x in ("cutouts", *sources, "val-cutouts", "val-composed", "val-real", "val-stalls", "val-roofs"):
        p.add_argument("--" + x)
    a = loop.arguments(p, lr=4e-4, batch=16).parse_args()  # without batch norm 1.2e-3 does not converge
    dev = loop.begin(a)
    net = network(a.start).to(dev, memory_format=torch.channels_last).train()
    rows = {"rendered": [r for d in a.rendered for r in load(d)], **{k: load(vars(a)[k]) if vars(a)[k] else [] for k in sources}}
    for k in ("rendered", "stalls", "roofs", "towers"):
        pull(rows[k])
    cutouts = Cutouts(a.cutouts, rows["stalls"]) if a.cutouts else None
    parts = validation(a)
    # kinds of pictures and how often each is taken: most are labelled photographs
    often = {"rendered": 0.25, "backgrounds": 0.1 if cutouts else 0, "built": 0.05 if cutouts else 0, "kit": 0.1, "stalls": 0.25, "roofs": 0.2, "towers": 0.05, "reviewed": 0.3}
    kinds = [(k, w) for k, w in often.items() if rows[k] and w]
    shares = np.array([w for _, w in kinds]) / sum(w for _, w in kinds)

    def sample(rng):
        kind = kinds[rng.choice(len(kinds), p=shares)][0]
        # things are put into labelled photographs too, into half of them
        cut = cutouts if kind in ("backgrounds", "built") or kind in LABELLED and rng.random() < 0.5 else None
        row = rows[kind][rng.integers(len(rows[kind]))]
        return *crop(row, rng, kind, cut), known_of(row, kind)

    samples = loop.batches(sample, a)

    def loss_of_batch():
        ims, boxes, classes, sure, known = next(samples)
        return loss_of(net, nanodet.tensor(ims, dev), *padded(boxes, classes, sure, dev), torch.from_numpy(np.stack(known)).to(dev))

    def judged(net):
        j = judge(net, parts)
        mean = {k: np.mean(list(v.values()) or [0]) for k, v in j.items()}
        return float(np.mean([v for k, v in mean.items() if k in JUDGED] or list(mean.values()))), {k: {c: round(x, 3) for c, x in v.items()} for k, v in j.items()}

    def export(net):
        nanodet.export(net, a.out, SIZE, CLASSES)
        net.to(dev)

    loop.fit(net, a, loss_of_batch, judged, export, weight_decay=0.02, clip=10,
             classes=CLASSES, **{k: len(v) for k, v in rows.items()})


if __name__ == "__main__":
    main()
