"""Gathers the real vehicle pictures that may be trained on, from a clone of jekhor/aerial-cars-dataset (bare or not).

usage: gather.py CLONE OUT

Only the KIT AIS part (files MOS* and MunichStreet*, CC-BY 3.0, (c) KIT AIS Data Set) is taken: the rest of that repository is
share-alike or unlicensed. Every file is checked against sources.tsv beside this script (path, SHA-256).
"""
import csv
import hashlib
import json
import os
import subprocess
import sys

import cv2

NAMES = {"0": "car", "1": "lorry", "2": "bus", "3": "van"}  # aerial.names; cyclists (4) are left out


def main(clone, out):
    os.makedirs(out, exist_ok=True)
    here = os.path.dirname(os.path.abspath(__file__))
    rows = []
    for path, sha in csv.reader(open(os.path.join(here, "sources.tsv")), delimiter="\t"):
        data = subprocess.run(["git", "-C", clone, "show", "HEAD:" + path], capture_output=True, check=True).stdout
        if hashlib.sha256(data).hexdigest() != sha:
            sys.exit(f"{path}: SHA-256 differs from sources.tsv; this is not the data that was trained on")
        open(os.path.join(out, path), "wb").write(data)
    for f in sorted(os.listdir(out)):
        if not f.endswith(".png"):
            continue
        im = cv2.imread(os.path.join(out, f))
        h, w = im.shape[:2]
        labels = []
        for line in open(os.path.join(out, f[:-4] + ".txt")):
            c, x, y, bw, bh = line.split()
            if c not in NAMES:
                continue
            x, y, bw, bh = (float(v) for v in (x, y, bw, bh))
            labels.append({"class": NAMES[c], "box": [(x - bw / 2) * w, (y - bh / 2) * h, bw * w, bh * h]})
        # zoom: brings these 10 to 15 cm pixels to the 5 to 10 cm at which the network works
        rows.append({"file": f, "width": w, "height": h, "labels": labels, "zoom": 1.6})
    with open(os.path.join(out, "labels.jsonl"), "w") as o:
        for r in rows:
            o.write(json.dumps(r) + "\n")
    print(len(rows), "pictures,", sum(len(r["labels"]) for r in rows), "labels")


if __name__ == "__main__":
    main(*sys.argv[1:3])
