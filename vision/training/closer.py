"""Trains the network that takes a closer look at what the detector found: which class it is, or nothing; exports it.

usage: closer.py --start START.onnx --rendered DIR --val DIR [--cutouts DIR --backgrounds DIR [--built DIR --kit DIR --stalls DIR --roofs DIR --towers DIR]
       --val-cutouts DIR --val-composed DIR] [--val-stalls DIR --val-roofs DIR]
       --out harrier-closer-fp32.onnx [--minutes 25 | --steps N]

START is the detector, or an earlier network of this kind. Every DIR but those of cutouts holds a data set (annotations.json) and what the detector found there
(detections.json, which `harrier eval --dataset DIR --out DIR` writes): its mistakes are what is to be learned. The network is the
detector's trunk down to stride 16 and a classifier on it; input "crop", NCHW like the detector's, a square of SIDE times the longer side
of the box; outputs "classes", probabilities of KINDS and of nothing, and "marks", probabilities of MARKS should it be a dump truck.
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
from crops import KINDS, LOOKS_AT, MARKS, NOTHING, SIZE, SPARE, candidates, composed, middle, varied
from data import CLASSES, LABELLED, Cutouts, load


MOST_JUDGED = 1500  # candidates of a validation part


class Closer(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nanodet.NanoDetG(1)
        for unused in ("s4", "lateral", "towers", "heads"):
            delattr(self.trunk, unused)
        self.down = nanodet.conv(256, 128, 3, 2)
        self.out = nn.Linear(256, NOTHING + 1)
        self.marks = nn.Linear(256, len(MARKS))

    def forward(self, x):
        t = self.trunk
        x = nanodet.act(t.stem(x))
        x = t.s3(t.s2(t.s1(F.max_pool2d(x, 3, 2, 1))))
        x = nanodet.act(self.down(x))
        # what is in the middle, and what is anywhere
        centre = x[:, :, 1:4, 1:4].mean((2, 3))
        x = torch.cat([centre, x.mean((2, 3))], 1)
        return self.out(x), self.marks(x)

    def load(self, state):
        """What an earlier network of this kind or the detector's trunk knows; of an earlier one also with fewer kinds."""
        if "out.weight" not in state:
            self.trunk.load_state_dict({k: v for k, v in state.items() if k in self.trunk.state_dict()})
            return
        own = self.state_dict()
        n = min(len(state["out.weight"]) - 1, len(CLASSES))
        for k in ("out.weight", "out.bias"):
            own[k][:n], own[k][-1] = state[k][:n], state[k][-1]
            if len(state[k]) == len(own[k]):
                own[k] = state[k]
        self.load_state_dict({**own, **{k: v for k, v in state.items() if not k.startswith("out.")}})


class Exported(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        kinds, marks = self.net(x)
        return torch.softmax(kinds, -1), torch.sigmoid(marks)


def precision_of(score, right, positives):
    """Average precision of scored candidates."""
    order = np.argsort(-score)
    tp = np.cumsum(right[order])
    p = np.maximum.accumulate((tp / np.arange(1, len(order) + 1))[::-1])[::-1]
    return float((p * right[order]).sum() / max(1, positives))


@torch.no_grad()
def judge(net, parts, dev):
    """Mean average precision over the kinds of each part, of the detector's score and the closer look's together, and of the marks. parts:
    lists of square, kind, marks and score."""
    net.eval()
    out = {}
    exported = Exported(net)
    for name, items in parts.items():
        q, m = (np.concatenate(y) for y in zip(*([y.float().cpu().numpy() for y in exported(nanodet.tensor([i[0] for i in items[k:k + 64]], dev))] for k in range(0, len(items), 64))))
        label = np.array([i[1] for i in items])
        score = np.array([i[3] for i in items])
        said = q[:, :NOTHING].argmax(1)
        out[name] = {}
        for c in LOOKS_AT:
            c = KINDS.index(c)
            n = int((label == c).sum())
            if n >= 5:
                mine = said == c
                out[name][KINDS[c]] = round(precision_of(np.sqrt(score[mine] * q[mine, c]), (label[mine] == c).astype(float), n), 3)
        marks = np.array([i[2] for i in items])
        for k, mark in enumerate(MARKS):
            known = marks[:, k] >= 0
            if (n := int((marks[known, k] > 0).sum())) >= 5:
                out[name][mark] = round(precision_of(m[known, k], marks[known, k], n), 3)
    net.train()
    return float(np.mean([np.mean(list(v.values()) or [0]) for v in out.values()])), out


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--start", required=True)
    p.add_argument("--rendered", nargs="+", required=True)
    p.add_argument("--val", required=True)
    for x in ("cutouts", "backgrounds", "built", *LABELLED, "val-cutouts", "val-composed", "val-stalls", "val-roofs"):
        p.add_argument("--" + x)
    a = loop.arguments(p, lr=4e-4, batch=64, minutes=25).parse_args()
    dev = loop.begin(a)
    net = Closer()
    state = {w.name.removeprefix("net."): torch.tensor(onnx.numpy_helper.to_array(w)) for w in onnx.load(a.start).graph.initializer if w.name.startswith("net.")}
    net.load(state)
    net = net.to(dev, memory_format=torch.channels_last)
    big = int(SIZE * SPARE)
    items = [i for d in a.rendered for i in candidates(d, "rendered")]
    vr = np.random.default_rng(0)

    def judged(items, score=None):
        """What is judged of candidates: some of them, the same in every run."""
        some = [items[k] for k in vr.permutation(len(items))[:MOST_JUDGED]]
        return [(i.square(SIZE), i.kind, i.marks, score or i.score) for i in some]

    parts = {"rendered": judged([i for i in candidates(a.val, "rendered") if i.said >= 0])}
    cutouts, real = None, []
    for kind, folder in (("stalls", a.val_stalls), ("roofs", a.val_roofs)):
        if folder:
            parts[kind] = judged([i for i in candidates(folder, kind) if i.said >= 0])
    if a.backgrounds:
        cutouts, rows = Cutouts(a.cutouts), []
        for kind in ("backgrounds", "built", *LABELLED):
            if folder := vars(a)[kind]:
                rows += load(folder) if kind not in ("kit", "roofs") else []  # too coarse to put things into
                real += candidates(folder, kind)
        vc, vrows = Cutouts(a.val_cutouts), load(a.val_composed)
        parts["composed"] = [(middle(im), c, marks, 1.0)
                             for im, c, marks in (composed(vrows[vr.integers(len(vrows))], vc, vr, big) for _ in range(600))]
        parts["composed"] += judged([i for i in candidates(a.val_composed, "backgrounds") if i.kind == NOTHING], 1.0)
    def drawn_from(items):
        """A function that draws one of them: classes by the root of how many there are, a third of all nothing."""
        by_class = {}
        for i in items:
            by_class.setdefault(i.kind, []).append(i)
        kinds = sorted(by_class)
        w = np.array([len(by_class[c]) ** 0.5 for c in kinds])
        things = w[[c != NOTHING for c in kinds]].sum()
        w[[c == NOTHING for c in kinds]] = things / 2 if things else 1
        w = w / w.sum()

        def draw(rng):
            of = by_class[int(rng.choice(kinds, p=w))]
            return of[rng.integers(len(of))]
        return draw

    rendered, photographed = drawn_from(items), drawn_from(real) if real else None

    def sample(rng):
        if cutouts and rng.random() < 0.25:
            im, c, marks = composed(rows[rng.integers(len(rows))], cutouts, rng, big)
        else:
            i = (photographed if real and rng.random() < 0.6 else rendered)(rng)
            im, c, marks = i.square(big, SPARE), i.kind, i.marks
        return np.ascontiguousarray(varied(im, rng)), c, marks

    samples = loop.batches(sample, a)

    def loss_of_batch():
        ims, labels, marked = next(samples)
        with loop.autocast(dev):
            y, m = net(nanodet.tensor(ims, dev))
        marked = torch.tensor(np.array(marked), device=dev)
        known = (marked >= 0).float()
        of_marks = (F.binary_cross_entropy_with_logits(m.float(), marked.clamp(min=0), reduction="none") * known).sum() / known.sum().clamp(min=1)
        return F.cross_entropy(y.float(), torch.tensor(labels, device=dev), label_smoothing=0.03) + 0.3 * of_marks

    def export(net):
        nanodet.write(Exported(net), torch.zeros(1, 3, SIZE, SIZE), a.out, ["crop"], ["classes", "marks"])
        m = onnx.load(a.out)
        e = m.metadata_props.add()
        e.key, e.value = "classes", json.dumps(KINDS + ["nothing"])
        onnx.save(m, a.out)
        net.to(dev)

    loop.fit(net, a, loss_of_batch, lambda net: judge(net, parts, dev), export, weight_decay=0.02, clip=5,
             rendered=len(items), photographed=len(real), judged_on={k: len(v) for k, v in parts.items()})


if __name__ == "__main__":
    main()
