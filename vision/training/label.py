"""Labels pictures by eye: draws numbered candidates on contact sheets, and takes back what two people said of them.

usage: label.py sheets DATASET OUT [--least 0.3] [--columns 2] [--rows 1]
       label.py take DATASET OUT LABELS.tsv --first FILE... [--second FILE...]

DATASET is a COCO data set with what the detector found there (detections.json, which `harrier eval --only-detections` writes). sheets writes
OUT/NNN.png, each picture with its name, a ruler in pixels, what is labelled already (green) and candidates: what the detector told from --least on and what is not labelled already
(red, numbered); and OUT/candidates.tsv, where they are. What was said is a list, a line each, separated by tabs:

    picture  number  what            a candidate is a thing of a class, or "nothing", with a word for what it is: nothing/skylight
    picture  +       what  x y w h   a thing that nothing is drawn round, in pixels
    picture  done                    everything on the picture was looked at

take compares two such lists, made at different times, and adds to LABELS.tsv: picture, x, y, w, h, what, what the detector took it for
("" for what was added), the word, and how many looked. Where the two disagree what is "unsure": it is trained neither for nor against. With --first alone what one person
said stands; of what is added there stalls are unsure, as the makers of the stalls' pictures did not count them.
"""
import argparse
import collections
import csv
import json
import os

import cv2
import numpy as np

from crops import overlap
from data import CLASSES, class_of

# What a person may call a thing besides the detector's classes; what it is for training. The load of a truck is often not to be seen.
SAID = {"dump-truck": "unsure", "parasol": "unsure", "unsure": "unsure"}
NOT_ASKED = {"person", "car", "pool", "solar", "bus", "van"}  # told well already, or not what scenes look for
SAME = 0.5  # overlap from which boxes are of one thing


def candidates(dataset, least):
    """Of every picture: its row of the data set, boxes that are labelled, and candidates (x, y, w, h, class, score), the surest first."""
    c = json.load(open(os.path.join(dataset, "annotations.json")))
    labelled, found = collections.defaultdict(list), collections.defaultdict(list)
    for a in c["annotations"]:
        labelled[a["image_id"]].append(a["bbox"])
    for d in json.load(open(os.path.join(dataset, "detections.json"))):
        if d["score"] >= least and d["class"] not in NOT_ASKED:
            found[d["file_name"]].append(d)
    for m in c["images"]:
        known = np.array(labelled[m["id"]], np.float32).reshape(-1, 4)
        take, boxes = [], known
        for d in sorted(found[m["file_name"]], key=lambda d: -d["score"]):
            if overlap(d["bbox"], boxes).max(initial=0) < SAME:
                take.append((*d["bbox"], d["class"], d["score"]))
                boxes = np.concatenate([boxes, np.array([d["bbox"]], np.float32)])
        yield m, known, take


def drawn(path, name, known, take):
    im = cv2.imread(path)
    for x, y, w, h in known:
        cv2.rectangle(im, (int(x), int(y)), (int(x + w), int(y + h)), (0, 220, 0), 1)
    for n, (x, y, w, h, _, _) in enumerate(take, 1):
        cv2.rectangle(im, (int(x), int(y)), (int(x + w), int(y + h)), (0, 0, 255), 1)
        at = (int(np.clip(x, 0, im.shape[1] - 18)), int(max(y - 3, 10)))
        cv2.putText(im, str(n), at, 0, 0.45, (255, 255, 255), 3)
        cv2.putText(im, str(n), at, 0, 0.45, (0, 0, 255), 1)
    im = cv2.copyMakeBorder(im, 30, 0, 30, 4, cv2.BORDER_CONSTANT, value=(255, 255, 255))
    cv2.putText(im, name, (32, 12), 0, 0.4, (0, 0, 0), 1)
    for v in range(0, max(im.shape[:2]) - 30, 80):
        cv2.putText(im, str(v), (30 + v, 26), 0, 0.33, (160, 0, 0), 1)
        cv2.putText(im, str(v), (1, 34 + v), 0, 0.33, (160, 0, 0), 1)
    return im


def sheets(a):
    os.makedirs(a.out, exist_ok=True)
    cells = []
    with open(os.path.join(a.out, "candidates.tsv"), "w") as f:
        for m, known, take in candidates(a.dataset, a.least):
            cells.append(drawn(os.path.join(a.dataset, m["file_name"]), m["file_name"], known, take))
            for n, (x, y, w, h, c, s) in enumerate(take, 1):
                print(m["file_name"], n, c, f"{s:.2f}", *(f"{v:.1f}" for v in (x, y, w, h)), sep="\t", file=f)
    per = a.columns * a.rows
    h, w = max(c.shape[0] for c in cells), max(c.shape[1] for c in cells)
    for k in range(0, len(cells), per):
        sheet = np.full((h * a.rows, w * a.columns, 3), 255, np.uint8)
        for i, c in enumerate(cells[k:k + per]):
            y, x = i // a.columns * h, i % a.columns * w
            sheet[y:y + c.shape[0], x:x + c.shape[1]] = c
        cv2.imwrite(os.path.join(a.out, f"{k // per:03d}.png"), sheet)
    print(f"{a.out}: {len(cells)} pictures on {-(-len(cells) // per)} sheets")


def said(files, where):
    """What a pass said: by picture and number of the candidate; by picture the boxes that were added; and the pictures that were looked at."""
    of, added, done = {}, collections.defaultdict(list), set()
    for path in files:
        for n, row in enumerate(csv.reader(open(path), delimiter="\t"), 1):
            if not row or not row[0]:
                continue
            at = f"{path}:{n}"
            if len(row) == 2 and row[1] == "done":
                done.add(row[0])
                continue
            if len(row) < 3:
                raise SystemExit(f"{at}: a line is picture, number and what, or picture, +, what, x y w h, or picture and done; this one is {row}")
            what = row[2].split("/", 1)[0] if row[2].startswith("nothing") else row[2]
            if what != "nothing" and class_of(what) < 0 and what not in SAID:
                raise SystemExit(f"{at}: {what!r} is no class; there are nothing, {', '.join([*SAID, *CLASSES])}")
            if row[1] == "+":
                if len(row) != 7:
                    raise SystemExit(f"{at}: what is added has a box, x y w h")
                added[row[0]].append((SAID.get(what, what), [float(v) for v in row[3:7]]))
            elif (row[0], row[1]) in where:
                of[row[0], row[1]] = SAID.get(what, what), row[2].partition("/")[2] if what == "nothing" else row[2]
            else:
                raise SystemExit(f"{at}: {row[0]} has no candidate {row[1]} in candidates.tsv")
    return of, added, done


def take(a):
    where = {(r[0], r[1]): r[2:] for r in csv.reader(open(os.path.join(a.out, "candidates.tsv")), delimiter="\t")}
    one, plus1, done1 = said(a.first, where)
    two, plus2, done2 = said(a.second or a.first, where)
    both = done1 & done2
    agreed, rows = 0, []
    for (name, n), (told, _, *box) in where.items():
        if name not in both or (name, n) not in one or (name, n) not in two:
            continue
        (x, word), (y, other) = one[name, n], two[name, n]
        agreed += x == y
        rows.append((name, *box, x if x == y else "unsure", told, word if word == other else f"{word} or {other}"))
    judged, added = len(rows), 0
    for name in sorted(both):
        left = list(plus2[name])
        for what, box in plus1[name]:
            o = overlap(box, np.array([b for _, b in left], np.float32).reshape(-1, 4))
            j = int(o.argmax()) if len(o) else -1
            found = j >= 0 and o[j] >= SAME
            like, again = left.pop(j) if found else ("", box)
            sure = like == what and (bool(a.second) or what != "stall")
            rows.append((name, *(f"{v:.1f}" for v in np.mean([box, again], 0)), what if sure else "unsure", "", what))
            added += sure
        rows += [(name, *(f"{v:.1f}" for v in box), "unsure", "", what) for what, box in left]
    with open(a.labels, "a") as f:
        for r in sorted(rows, key=lambda r: r[0]):
            print(*r, 2 if a.second else 1, sep="\t", file=f)
    print(f"{a.labels}: {len(both)} pictures, {judged} candidates judged, {agreed} surely; {added} things added, {len(rows) - judged - added} unsure")


p = argparse.ArgumentParser()
sub = p.add_subparsers(required=True)
s = sub.add_parser("sheets")
s.set_defaults(run=sheets)
s.add_argument("--least", type=float, default=0.3)
s.add_argument("--columns", type=int, default=2)
s.add_argument("--rows", type=int, default=1)
t = sub.add_parser("take")
t.set_defaults(run=take)
for q in (s, t):
    q.add_argument("dataset")
    q.add_argument("out")
t.add_argument("labels")
t.add_argument("--first", nargs="+", required=True)
t.add_argument("--second", nargs="+")
a = p.parse_args()
a.run(a)
