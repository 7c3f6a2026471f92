"""Squares round what a detector found and what is labelled: what the network that looks closer is trained and calibrated on."""
import json
import os
import typing

import cv2
import numpy as np

from data import CLASSES, KNOWN, NONE, PUT_IN, box_of, class_of, load, picture, put, vary_light, window

KINDS = CLASSES  # what it tells apart
MARKS = ["dirty", "spillage"]  # what it says of dump trucks besides

SIZE = 160
SIDE = 1.5   # of the square looked at, in longer sides of the box; manifest "side"
SPARE = 1.3  # how much larger the squares kept in memory are: room to turn and shift
NOTHING = len(KINDS)
# What is looked at again; manifest "looks_at". Not lorries and stalls: of real ones (Minsk, Girardot) that look takes more away than it adds.
LOOKS_AT = [c for c in CLASSES if c.startswith("dump-truck/")] + ["heap", "shed", "room", "tent", "frame", "container", "awning", "tricycle", "goods", "car-wash", "shelter"]
SAME, OTHER = 0.45, 0.25  # overlap from which a detection is of a labelled thing, and up to which it is of none
LEAST = 0.02              # score of a detection that is learned from


def kind_of(name):
    return KINDS.index(name) if name in KINDS else class_of(name)


def marks_of(name, marks):
    """1 and 0 for each of MARKS; -1 where they say nothing."""
    return np.array([float(m in marks) if name.startswith("dump-truck") else -1.0 for m in MARKS], np.float32)


UNMARKED = marks_of("", [])


def square(im, box, size, k):
    """The square of k longer sides round the middle of a box (x, y, w, h), as size x size pixels; grey beyond the edge."""
    x, y, w, h = box
    return window(im, x + w / 2, y + h / 2, k * max(w, h, 12), size)


def overlap(a, b):
    """IoU of a box (x, y, w, h) with boxes (n, 4)."""
    if len(b) == 0:
        return np.zeros(0)
    w = np.minimum(a[0] + a[2], b[:, 0] + b[:, 2]) - np.maximum(a[0], b[:, 0])
    h = np.minimum(a[1] + a[3], b[:, 1] + b[:, 3]) - np.maximum(a[1], b[:, 1])
    i = w.clip(0) * h.clip(0)
    return i / (a[2] * a[3] + b[:, 2] * b[:, 3] - i + 1e-6)


class Candidate(typing.NamedTuple):
    """A square to look at: in which picture, round which box, what is there, with which marks, and what the detector says of it (-1 and 0
    where it found nothing)."""
    path: str
    box: tuple
    kind: int
    marks: np.ndarray
    said: int
    score: float

    def square(self, size, spare=1.0):
        return square(picture(self.path), self.box, size, SIDE * spare)


def candidates(folder, kind):
    """What the detector found and what is labelled in a data set. Of classes that a photograph shows without labels nothing is known."""
    found = {}
    for d in json.load(open(os.path.join(folder, "detections.json"))):
        if d["class"] in LOOKS_AT and d["score"] >= LEAST:
            found.setdefault(d["file_name"], []).append(d)
    out = []
    for r in load(folder):
        # boxes in which nothing is are looked at like things
        labels = [{**l, "kind": NOTHING if box_of(l["class"]) == NONE else kind_of(l["class"])} for l in r["labels"]]
        labels = [l for l in labels if l["kind"] >= 0]
        boxes = np.array([l["box"] for l in labels], np.float32).reshape(-1, 4)
        hit = set()
        for d in found.get(os.path.relpath(r["path"], folder), []):
            o = overlap(d["bbox"], boxes)
            j = int(o.argmax()) if len(o) else -1
            marks = UNMARKED
            if j >= 0 and o[j] >= SAME:
                if labels[j]["visible"] == 0:
                    continue  # what counts neither way
                c, marks = labels[j]["kind"], marks_of(labels[j]["class"], labels[j]["marks"])
                hit.add(j)
            elif j < 0 or o[j] <= OTHER:
                if not KNOWN[kind][class_of(d["class"])]:
                    continue
                c = NOTHING
            else:
                continue
            out.append(Candidate(r["path"], d["bbox"], c, marks, class_of(d["class"]), d["score"]))
        for x in r["rejected"]:
            out.append(Candidate(r["path"], x["bbox"], NOTHING, UNMARKED, class_of(x["class"]), 1.0))
        for j, l in enumerate(labels):
            x, y, w, h = l["box"]
            inside = x > 1 and y > 1 and x + w < r["width"] - 1 and y + h < r["height"] - 1
            if j not in hit and inside and l["visible"] > 0.6 and l["class"] in LOOKS_AT + ["bus", "van"]:
                out.append(Candidate(r["path"], l["box"], l["kind"], marks_of(l["class"], l["marks"]), -1, 0.0))
    return out


# How often a kind of thing is put in for the closer look: what is hard to tell apart more often.
SHOWN = {**PUT_IN, **{k: 6 for k in PUT_IN if k.startswith("dump-truck")}}


def composed(row, cutouts, rng, size):
    """A rendered thing put into a photograph at about the resolution that flights have: square, kind and marks."""
    im = picture(row["path"])
    gsd = float(np.exp(rng.uniform(np.log(0.035), np.log(0.1))))
    k = row["gsd_m"] / gsd
    names = sorted(cutouts.kinds)
    w = np.array([SHOWN[n] for n in names], float)
    name, t, (bx, by, bw, bh), marks = cutouts.draw(rng, gsd, names, w / w.sum())
    side = int(SIDE * SPARE * max(bw, bh)) + 2
    src = min(int(side / k), min(im.shape[:2]))
    x, y = (int(rng.integers(0, n - src + 1)) for n in (im.shape[1], im.shape[0]))
    f = cv2.resize(im[y:y + src, x:x + src], (side, side), interpolation=cv2.INTER_AREA if src > side else cv2.INTER_LINEAR).astype(np.float32)
    t = cv2.GaussianBlur(t, (0, 0), rng.uniform(0.3, 0.9))
    put(f, t, int(side / 2 - bx - bw / 2), int(side / 2 - by - bh / 2), rng)
    return cv2.resize(f.clip(0, 255).astype(np.uint8), (size, size), interpolation=cv2.INTER_AREA if side > size else cv2.INTER_LINEAR), kind_of(name) if kind_of(name) >= 0 else NOTHING, marks_of(name, marks)


def middle(big):
    """What the network gets of a square with room round it."""
    n = int(round(big.shape[0] / SPARE))
    o = (big.shape[0] - n) // 2
    return cv2.resize(big[o:o + n, o:o + n], (SIZE, SIZE), interpolation=cv2.INTER_AREA)


def varied(big, rng):
    """Turns, shifts, scales (a detector's box is never exact), light."""
    n = big.shape[0]
    s = SIZE / (n / SPARE) * np.exp(rng.normal(0, 0.08))
    m = cv2.getRotationMatrix2D((n / 2, n / 2), rng.normal(0, 4), s)
    m[:, 2] += SIZE / 2 - n / 2 + rng.normal(0, 0.04 * SIZE, 2)
    im = cv2.warpAffine(big, m, (SIZE, SIZE), flags=cv2.INTER_LINEAR, borderValue=(114, 114, 114))
    im = np.rot90(im, rng.integers(4))
    return vary_light(im[:, ::-1] if rng.random() < 0.5 else im, rng)
