"""Trains the network that marks what was built or pulled down between two pictures of one place; exports it.

usage: change.py (--start harrier-change.onnx | --trunk harrier-nano.onnx) --pairs DIR [--pairs DIR …] --val DIR [--val DIR …] --cutouts DIR --backgrounds DIR [DIR …]
       [--built DIR [DIR …]] [--roofs DIR --val-roofs DIR] --out harrier-change.onnx [--minutes 60 | --steps N]

DIR of --pairs and --val: what `harrier render --what pairs` wrote; of --backgrounds, --built and --roofs: what gather.py wrote, photographs
of open ground, photographs with buildings, and those whose buildings OpenStreetMap knows. The network is two copies of the detector's trunk with one set of weights, whose outputs are compared at strides 2 to 16, and a decoder that only adds. It goes on from
an earlier one (--start), or begins with the detector's trunk. Input
"before" and "after", NCHW like the detector's; output "change", the probability at half the size.
"""
import argparse
import json
import os

import cv2
import numpy as np
import onnx
import onnx.numpy_helper
import torch
import torch.nn as nn
import torch.nn.functional as F

import loop
import nanodet
import suburb
from data import Cutouts, load, patch, put

SIZE = 256    # of training crops
INPUT = 512   # of the exported network
STRUCTURES = ["shed", "room", "tent", "frame", "house", "container"]
OTHERS = ["stall", "tricycle", "goods", "bicycles", "lorry", "heap", "dump-truck-open", "dump-truck-covered"]


class Change(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nanodet.NanoDetG(1)
        for unused in ("s4", "lateral", "towers", "heads"):
            delattr(self.trunk, unused)
        w = 48
        self.join = nn.ModuleList([nanodet.conv(3 * c, w, 1) for c in (32, 64, 128, 256)])
        self.wide = nanodet.conv(w, w, 3)
        self.smooth = nn.ModuleList([nanodet.conv(w, w, 3) for _ in range(4)])
        self.out = nanodet.conv(w, 1, 1)

    def features(self, x):
        t = self.trunk
        c1 = nanodet.act(t.stem(x))
        c2 = t.s1(F.max_pool2d(c1, 3, 2, 1))
        c3 = t.s2(c2)
        return c1, c2, c3, t.s3(c3)

    def forward(self, before, after):
        a, b = self.features(before), self.features(after)
        y = None
        for i in (3, 2, 1, 0):
            # the difference is the same whichever came first; what each shows tells whether it is built
            d = nanodet.act(self.join[i](torch.cat([a[i] + b[i], (a[i] - b[i]).abs(), torch.maximum(a[i], b[i])], 1)))
            if y is None:
                g = F.interpolate(nanodet.act(self.wide(F.avg_pool2d(d, 2))), scale_factor=2.0, mode="bilinear", align_corners=False)
                y = d + g
            else:
                y = d + F.interpolate(y, scale_factor=2.0, mode="bilinear", align_corners=False)
            y = nanodet.act(self.smooth[i](y))
        return self.out(y)


class Exported(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, before, after):
        return torch.sigmoid(self.net(before, after))


def light(im, rng, strong=1.0):
    """Another day's light, colour, sharpness and noise."""
    f = im.astype(np.float32)
    f = 255 * (f.clip(0, 255) / 255) ** np.exp(rng.uniform(-0.3, 0.3) * strong)
    f = f * rng.uniform(0.75, 1.25) * rng.uniform(1 - 0.1 * strong, 1 + 0.1 * strong, 3) + rng.uniform(-15, 15)
    if rng.random() < 0.5:
        g = f.mean(2, keepdims=True)
        f = g + (f - g) * rng.uniform(0.4, 1.5)
    if rng.random() < 0.3:
        f = cv2.GaussianBlur(f, (0, 0), rng.uniform(0.4, 1.4))
    if rng.random() < 0.5:
        f = f + rng.normal(0, rng.uniform(1, 7), f.shape)
    f = f.clip(0, 255).astype(np.uint8)
    if rng.random() < 0.3:
        f = cv2.imdecode(cv2.imencode(".jpg", f, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 92))])[1], 1)
    return f


def rendered(folder, row, rng, size, k=None):
    a, b = (cv2.imread(os.path.join(folder, row[x])) for x in ("before", "after"))
    m = cv2.imread(os.path.join(folder, row["mask"]), 0)
    k = k or float(np.exp(rng.uniform(np.log(0.42), np.log(1.3))))
    side = min(int(size / k), a.shape[0])
    best = None
    for _ in range(4):  # rather where something changed
        x, y = (int(rng.integers(0, a.shape[0] - side + 1)) for _ in range(2))
        cut = m[y:y + side, x:x + side]
        best = (x, y)
        if cut.any() or rng.random() < 0.15:
            break
    x, y = best
    how = cv2.INTER_AREA if k < 1 else cv2.INTER_LINEAR
    r = lambda i, h: cv2.resize(i[y:y + side, x:x + side], (size, size), interpolation=h)
    return r(a, how), r(b, how), r(m, cv2.INTER_NEAREST)


def composed(backgrounds, built, cutouts, rng, size, ground=None, gsd=None):
    """A photograph on two days: things stand on both, or on one; open ground may have changed altogether (ground with buildings may not:
    they would be gone). With ground and gsd given it is that ground at that resolution, and only its light changes."""
    given = ground is not None
    gsd = gsd or float(np.exp(rng.uniform(np.log(0.055), np.log(0.5))))
    far = gsd > 0.2  # pairs of such pictures are years apart: fields become suburbs
    open_ground = not built or rng.random() < 0.5
    if not given:
        rows = backgrounds if open_ground else built
        ground = patch(rows[rng.integers(len(rows))], rng, size, gsd)
    a, b = ground.copy(), ground.copy()
    if given:
        pass
    elif open_ground and rng.random() < (0.6 if far else 0.4):
        a = patch(backgrounds[rng.integers(len(backgrounds))], rng, size, gsd)
    elif rng.random() < 0.5:  # grass grows, earth dries: slow changes of colour
        n = cv2.resize(rng.normal(0, 1, (4, 4, 3)).astype(np.float32), (size, size), interpolation=cv2.INTER_CUBIC)
        b = b * (1 + 0.15 * n)
    mask = np.zeros((size, size), np.uint8)
    taken = []
    for _ in range(int(rng.integers(1, 26 if far else 9))):
        structure = rng.random() < (0.9 if far else 0.65)
        names = [n for n in (STRUCTURES if structure else OTHERS) if n in cutouts.kinds]
        w = np.array([12 if n == "house" and far else 3 if n == "shed" else 1 for n in names], float)
        name, t, (bx, by, bw, bh), _ = cutouts.draw(rng, gsd, names, w / w.sum())
        for _ in range(8):
            x, y = int(rng.uniform(-bw * 0.3, size - bw * 0.7) - bx), int(rng.uniform(-bh * 0.3, size - bh * 0.7) - by)
            q = [x + bx, y + by, x + bx + bw, y + by + bh]
            if all(q[2] < o[0] - 2 or q[0] > o[2] + 2 or q[3] < o[1] - 2 or q[1] > o[3] + 2 for o in taken):
                taken.append(q)
                when = rng.choice(["both", "new", "gone"], p=[0.35, 0.4, 0.25])
                t = cv2.GaussianBlur(t, (0, 0), rng.uniform(0.3, 0.8))
                if when != "new":
                    jx, jy = rng.integers(-2, 3, 2) if when == "both" else (0, 0)
                    put(a, t, x + int(jx), y + int(jy), rng)
                if when != "gone":
                    put(b, t, x, y, rng)
                if when != "both" and structure:
                    o = (t[..., 3] > 200).astype(np.uint8) * 255
                    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + o.shape[1], size), min(y + o.shape[0], size)
                    if x1 > x0 and y1 > y0:
                        mask[y0:y1, x0:x1] |= o[y0 - y:y1 - y, x0 - x:x1 - x]
                break
    return a, b, mask


def towns(rows, backgrounds, rng, size):
    """Real roofs: two parts of a town, whose buildings are those of one day each; a part and open ground; a part and nothing; or one part
    twice."""
    gsd = float(np.exp(rng.uniform(np.log(0.13), np.log(0.5))))
    a = patch(rows[rng.integers(len(rows))], rng, size, gsd, buildings=True)
    k = rng.random()
    if k < 0.35:
        b = patch(rows[rng.integers(len(rows))], rng, size, gsd, buildings=True)
    elif k < 0.6:
        b = np.dstack([np.full((size, size, 3), suburb.NOTHING, np.float32), np.zeros((size, size), np.float32)])
    elif k < 0.8 and backgrounds:
        b = np.dstack([patch(backgrounds[rng.integers(len(backgrounds))], rng, size, gsd), np.zeros((size, size), np.float32)])
    else:
        b = a
    return a[..., :3], b[..., :3], (np.abs(a[..., 3] - b[..., 3]) > 127).astype(np.uint8) * 255


def sample(pairs, backgrounds, built, roofs, cutouts, rng, size=SIZE):
    k = rng.random()
    if not backgrounds or k < 0.27:
        folder, rows = pairs[rng.integers(len(pairs))]
        a, b, m = rendered(folder, rows[rng.integers(len(rows))], rng, size)
    elif k < 0.52:
        a, b, m = composed(backgrounds, built, cutouts, rng, size)
    elif k < 0.65 and roofs:
        a, b, m = towns(roofs, backgrounds, rng, size)
    else:
        a, b, m = suburb.scene(backgrounds, rng, size, alone=rng.random() < 0.3)
    if rng.random() < 0.5:
        a, b = b, a  # what is built one way is pulled down the other
    if rng.random() < 0.5:  # registration is never perfect
        M = cv2.getRotationMatrix2D((size / 2, size / 2), rng.normal(0, 0.3), 1 + rng.normal(0, 0.004))
        M[:, 2] += rng.normal(0, 1.2, 2)
        a = cv2.warpAffine(a, M, (size, size), borderMode=cv2.BORDER_REFLECT)
    k, flip = rng.integers(4), rng.random() < 0.5
    turn = lambda i: np.ascontiguousarray((np.rot90(i, k)[:, ::-1] if flip else np.rot90(i, k)))
    lit = lambda i: light(turn(i), rng) if np.ptp(i, axis=(0, 1)).any() else turn(i).astype(np.uint8)  # nothing has no light
    return lit(a), lit(b), turn(m)


def loss_of(net, a, b, m):
    with loop.autocast(a.device.type):
        y = net(a, b)
    y = F.interpolate(y.float(), scale_factor=2.0, mode="bilinear", align_corners=False)[:, 0]
    p = torch.sigmoid(y)
    ce = F.binary_cross_entropy_with_logits(y, m, reduction="none")
    dice = 1 - (2 * (p * m).sum() + 50) / (p.sum() + m.sum() + 50)  # of the whole batch: empty pictures weigh nothing
    return ce.mean() * 2 + dice


@torch.no_grad()
def judge(net, parts, threshold=0.5):
    """F1 of changed pixels over each part."""
    net.eval()
    dev = next(net.parameters()).device
    out = {}
    for name, items in parts.items():
        tp = fp = fn = 0
        for a, b, m in items:
            y = torch.sigmoid(F.interpolate(net(nanodet.tensor([a], dev), nanodet.tensor([b], dev)), scale_factor=2.0, mode="bilinear", align_corners=False))[0, 0].cpu().numpy() > threshold
            t = m > 127
            tp, fp, fn = tp + (y & t).sum(), fp + (y & ~t).sum(), fn + (~y & t).sum()
        out[name] = round(float(2 * tp / max(1, 2 * tp + fp + fn)), 4)
    net.train()
    return out


def export(net, path):
    x = torch.zeros(1, 3, INPUT, INPUT)
    nanodet.write(Exported(net), (x, x), path, ["before", "after"], ["change"])


def main():
    p = argparse.ArgumentParser()
    start = p.add_mutually_exclusive_group(required=True)
    start.add_argument("--trunk")
    start.add_argument("--start")
    p.add_argument("--pairs", nargs="+", required=True)
    p.add_argument("--val", nargs="+", required=True)
    p.add_argument("--cutouts")
    p.add_argument("--val-cutouts")
    p.add_argument("--backgrounds", nargs="*", default=[])
    p.add_argument("--built", nargs="*", default=[])
    p.add_argument("--roofs")
    p.add_argument("--val-backgrounds", nargs="*", default=[])
    p.add_argument("--val-roofs")
    a = loop.arguments(p, lr=1.5e-3, batch=8).parse_args()
    dev = loop.begin(a)
    net = Change()
    if a.start:
        net.load_state_dict({w.name.removeprefix("net."): torch.tensor(onnx.numpy_helper.to_array(w)) for w in onnx.load(a.start).graph.initializer
                             if w.name.startswith("net.")})
    else:
        trunk, _ = nanodet.from_onnx(a.trunk)
        net.trunk.load_state_dict({k: v for k, v in trunk.state_dict().items() if k in net.trunk.state_dict()})
    net = net.to(dev, memory_format=torch.channels_last)
    read = lambda d: (d, [json.loads(l) for l in open(os.path.join(d, "labels.jsonl"))])
    pairs = [read(d) for d in a.pairs]
    backgrounds, built = ([r for d in dirs for r in load(d)] for dirs in (a.backgrounds, a.built))
    mapped = lambda d: [r for r in load(d) if r["buildings"]] if d else []
    roofs = mapped(a.roofs)
    cutouts = Cutouts(a.cutouts) if a.cutouts else None
    vr = np.random.default_rng(0)
    parts = {}
    for d in a.val:
        folder, rows = read(d)
        parts[os.path.basename(d)] = [rendered(folder, r, vr, SIZE, 0.6) for r in rows]
    if a.val_backgrounds:
        vb, vc = [r for d in a.val_backgrounds for r in load(d)], Cutouts(a.val_cutouts)
        drawn = {"composed": lambda: composed(vb, [], vc, vr, SIZE), "suburb": lambda: suburb.scene(vb, vr, SIZE)}
        if a.val_roofs:
            town = mapped(a.val_roofs)
            drawn["towns"] = lambda: towns(town, vb, vr, SIZE)
        for name, draw in drawn.items():
            parts[name] = [tuple(light(i, vr, 0.6) for i in s[:2]) + (s[2],) for s in (draw() for _ in range(40))]

    samples = loop.batches(lambda rng: sample(pairs, backgrounds, built, roofs, cutouts, rng), a)

    def loss_of_batch():
        before, after, changed = next(samples)
        return loss_of(net, nanodet.tensor(before, dev), nanodet.tensor(after, dev), torch.from_numpy(np.stack(changed) > 127).float().to(dev))

    def judged(net):
        f1 = judge(net, parts)
        return float(np.mean(list(f1.values()))), f1

    def exported(net):
        export(net, a.out)
        net.to(dev)

    loop.fit(net, a, loss_of_batch, judged, exported, weight_decay=0.01, clip=5,
             pairs=[len(r) for _, r in pairs], backgrounds=len(backgrounds), built=len(built), roofs=len(roofs))


if __name__ == "__main__":
    main()
