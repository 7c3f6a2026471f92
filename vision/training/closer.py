"""Trains the network that takes a closer look at what the detector found: which class it is, or nothing; exports it.

usage: closer.py --start START.onnx --rendered DIR --val DIR [--cutouts DIR --backgrounds DIR --val-cutouts DIR --val-composed DIR]
       --out harrier-closer-fp32.onnx [--minutes 25 | --steps N]

START is the detector, or an earlier network of this kind. DIR of --rendered, --val, --backgrounds and --val-composed hold a data set (annotations.json) and what the detector found there
(detections.json, which `harrier eval --dataset DIR --out DIR` writes): its mistakes are what is to be learned. The network is the
detector's trunk down to stride 16 and a classifier on it; input "crop", NCHW like the detector's, a square of SIDE times the longer side
of the box; output "classes", probabilities of CLASSES and of nothing.
"""
import argparse
import json

import numpy as np
import onnx
import onnx.numpy_helper
import torch
import torch.nn as nn
import torch.nn.functional as F

import loop
import nanodet
from crops import LOOKS_AT, NOTHING, SIZE, SPARE, candidates, composed, middle, varied
from data import CLASSES, Cutouts, load


class Closer(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nanodet.NanoDetG(1)
        for unused in ("s4", "lateral", "towers", "heads"):
            delattr(self.trunk, unused)
        self.down = nanodet.conv(256, 128, 3, 2)
        self.out = nn.Linear(256, NOTHING + 1)

    def forward(self, x):
        t = self.trunk
        x = nanodet.act(t.stem(x))
        x = t.s3(t.s2(t.s1(F.max_pool2d(x, 3, 2, 1))))
        x = nanodet.act(self.down(x))
        # what is in the middle, and what is anywhere
        centre = x[:, :, 1:4, 1:4].mean((2, 3))
        return self.out(torch.cat([centre, x.mean((2, 3))], 1))


class Exported(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        return torch.softmax(self.net(x), -1)


def precision_of(score, right, positives):
    """Average precision of scored candidates."""
    order = np.argsort(-score)
    tp = np.cumsum(right[order])
    p = np.maximum.accumulate((tp / np.arange(1, len(order) + 1))[::-1])[::-1]
    return float((p * right[order]).sum() / max(1, positives))


@torch.no_grad()
def judge(net, parts, dev):
    """Mean average precision over the classes of each part, of the detector's score and the closer look's together."""
    net.eval()
    out = {}
    for name, items in parts.items():
        q = np.concatenate([torch.softmax(net(nanodet.tensor([i[0] for i in items[k:k + 64]]).to(dev)), -1).float().cpu().numpy() for k in range(0, len(items), 64)])
        label = np.array([i[1] for i in items])
        score = np.array([i[3] for i in items])
        said = q[:, :NOTHING].argmax(1)
        out[name] = {}
        for c in LOOKS_AT:
            c = CLASSES.index(c)
            n = int((label == c).sum())
            if n >= 5:
                mine = said == c
                out[name][CLASSES[c]] = round(precision_of(np.sqrt(score[mine] * q[mine, c]), (label[mine] == c).astype(float), n), 3)
    net.train()
    return float(np.mean([np.mean(list(v.values()) or [0]) for v in out.values()])), out


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--start", required=True)
    p.add_argument("--rendered", required=True)
    p.add_argument("--val", required=True)
    for x in ("--cutouts", "--backgrounds", "--val-cutouts", "--val-composed"):
        p.add_argument(x)
    a = loop.arguments(p, lr=1e-3, batch=64, minutes=25).parse_args()
    rng, dev = loop.begin(a)
    net = Closer()
    state = {w.name.removeprefix("net."): torch.tensor(onnx.numpy_helper.to_array(w)) for w in onnx.load(a.start).graph.initializer if w.name.startswith("net.")}
    if "out.weight" in state:  # one of this kind: it is trained on
        net.load_state_dict(state)
    else:
        net.trunk.load_state_dict({k: v for k, v in state.items() if k in net.trunk.state_dict()})
    net = net.to(dev, memory_format=torch.channels_last)
    big = int(SIZE * SPARE)
    items = candidates(a.rendered, "rendered", big)
    parts = {"rendered": [i for i in candidates(a.val, "rendered", SIZE) if i[2] >= 0]}
    cutouts = None
    if a.backgrounds:
        cutouts, rows = Cutouts(a.cutouts), load(a.backgrounds)
        items += candidates(a.backgrounds, "backgrounds", big)
        vr, vc, vrows = np.random.default_rng(0), Cutouts(a.val_cutouts), load(a.val_composed)
        parts["composed"] = [(middle(im), c, 0, 1.0)
                             for im, c in (composed(vrows[vr.integers(len(vrows))], vc, vr, big) for _ in range(600))]
        parts["composed"] += [(i[0], i[1], i[2], 1.0) for i in candidates(a.val_composed, "backgrounds", SIZE) if i[1] == NOTHING]
    by_class = {}
    for i in items:
        by_class.setdefault(i[1], []).append(i[0])
    kinds = sorted(by_class)
    w = np.array([len(by_class[c]) ** 0.5 for c in kinds])
    w = w / w[[c != NOTHING for c in kinds]].sum()
    w[[c == NOTHING for c in kinds]] = 0.5  # a third of all
    w = w / w.sum()

    def batch():
        ims, labels = [], []
        for _ in range(a.batch):
            if cutouts and rng.random() < 0.4:
                im, c = composed(rows[rng.integers(len(rows))], cutouts, rng, big)
            else:
                c = int(rng.choice(kinds, p=w))
                im = by_class[c][rng.integers(len(by_class[c]))]
            ims.append(varied(im, rng))
            labels.append(c)
        with torch.autocast(dev, dtype=torch.bfloat16):
            y = net(nanodet.tensor(ims).to(dev).contiguous(memory_format=torch.channels_last))
        return F.cross_entropy(y.float(), torch.tensor(labels, device=dev), label_smoothing=0.03)

    def export(net):
        out = Exported(net).eval().cpu()
        torch.onnx.export(out, torch.zeros(1, 3, SIZE, SIZE), a.out, opset_version=12, input_names=["crop"], output_names=["classes"], do_constant_folding=True)
        m = onnx.load(a.out)
        e = m.metadata_props.add()
        e.key, e.value = "classes", json.dumps(CLASSES + ["nothing"])
        onnx.save(m, a.out)
        net.to(dev)

    loop.fit(net, a, batch, lambda net: judge(net, parts, dev), export, weight_decay=0.02, clip=5,
             candidates={(CLASSES + ["nothing"])[c]: len(v) for c, v in by_class.items()}, judged_on={k: len(v) for k, v in parts.items()})


if __name__ == "__main__":
    main()
