"""Puts rendered things into photographs, to measure with: a COCO data set, or pairs of one place on two days.

usage: compose.py --what frames|pairs --photographs DIR --gsd METRES --cutouts DIR --out DIR [--count 24] [--seed 1]

DIR of --photographs: JPEGs of one ground resolution (--gsd, metres a pixel) whose own things of these kinds are few; of --cutouts: what
`harrier render --what cutouts` wrote, of held-back seeds (from 10000). Pairs are written as A/, B/, label/ for `harrier eval --format change`.
"""
import argparse
import glob
import json
import os

import cv2
import numpy as np

from change import composed, light
from data import CLASSES, Cutouts, class_of, compose

SIDE = 640
GSD = 0.07


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--what", choices=["frames", "pairs"], required=True)
    p.add_argument("--photographs", required=True)
    p.add_argument("--gsd", type=float, required=True)
    p.add_argument("--cutouts", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--count", type=int, default=24)
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    rng = np.random.default_rng(a.seed)
    cutouts = Cutouts(a.cutouts)
    photos = []
    for f in sorted(glob.glob(os.path.join(a.photographs, "*.[jJ][pP][gG]"))):
        im = cv2.imread(f)
        photos.append(cv2.resize(im, None, fx=a.gsd / GSD, fy=a.gsd / GSD, interpolation=cv2.INTER_AREA))
    if not photos:
        raise SystemExit(f"{a.photographs}: no JPEGs there")
    for d in ("A", "B", "label") if a.what == "pairs" else ("images",):
        os.makedirs(os.path.join(a.out, d), exist_ok=True)
    coco = {"images": [], "annotations": [], "categories": [{"id": i + 1, "name": c} for i, c in enumerate(CLASSES)]}

    def ground(size):
        im = photos[rng.integers(len(photos))]
        h, w = im.shape[:2]
        side = min(h, w, size)
        x, y = int(rng.integers(0, w - side + 1)), int(rng.integers(0, h - side + 1))
        part = im[y:y + side, x:x + side]
        return np.rot90(cv2.resize(part, (size, size)), rng.integers(4)).astype(np.float32)

    for i in range(a.count):
        name = f"{i:03d}"
        if a.what == "pairs":
            before, after, mask = composed(None, None, cutouts, rng, SIDE, ground=ground(SIDE), gsd=GSD)
            for d, im in (("A", light(before, rng, 0.7)), ("B", light(after, rng, 0.7)), ("label", mask)):
                cv2.imwrite(os.path.join(a.out, d, name + ".png"), im)
            continue
        im = ground(SIDE)
        boxes, names = compose(im, np.zeros((0, 4)), GSD, cutouts, rng, (2, 7))
        cv2.imwrite(os.path.join(a.out, "images", name + ".jpg"), light(im, rng, 0.5), [cv2.IMWRITE_JPEG_QUALITY, 92])
        coco["images"].append({"id": i + 1, "file_name": name + ".jpg", "width": SIDE, "height": SIDE, "gsd_m": GSD})
        for b, n in zip(boxes, names):
            x0, y0, x1, y1 = max(b[0], 0), max(b[1], 0), min(b[2], SIDE), min(b[3], SIDE)
            if class_of(n) < 0 or x1 - x0 < 4 or y1 - y0 < 4:
                continue
            share = (x1 - x0) * (y1 - y0) / ((b[2] - b[0]) * (b[3] - b[1]))
            coco["annotations"].append({"id": len(coco["annotations"]) + 1, "image_id": i + 1, "category_id": class_of(n) + 1, "area": float((x1 - x0) * (y1 - y0)),
                                        "bbox": [float(x0), float(y0), float(x1 - x0), float(y1 - y0)], "iscrowd": 0, "visible": float(share)})
    if a.what == "frames":
        json.dump(coco, open(os.path.join(a.out, "annotations.json"), "w"))


if __name__ == "__main__":
    main()
