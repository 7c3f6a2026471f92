"""Gathers the pictures that are trained and validated on, from repositories already cloned.

usage: gather.py SOURCES OUT

SOURCES holds a clone of each repository in sources.tsv (bare or not) as owner+name, owner/name, or either with /repo below it. Every file is
checked against sources.tsv beside this script (repository, path, SHA-256, licence and use); one that differs ends the run. OUT gets a
folder for each use: kit (labelled vehicles for training), dji (labelled vehicles for validation), backgrounds (photographs that
rendered things are put into), backgrounds-val, and built (photographs with buildings; what the
detector took for structures there was looked at by eye, and is labelled in built.tsv: a shed, or nothing), each a COCO data set.
"""
import csv
import hashlib
import json
import os
import subprocess
import sys

import cv2
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
NAMES = {"0": "car", "1": "lorry", "2": "bus", "3": "van"}  # aerial.names of jekhor/aerial-cars-dataset; cyclists (4) are left out
# metres a pixel, measured on things of known size in the pictures: manhole rings (1.5 m), parking bays (2.7 m), cars (4.5 m)
# (of odm_boruszyn_kap, taken from a kite, a middle of 0.02 to 0.05)
GSD = {"OpenDroneMap/odm_data_caliterra": 0.012, "OpenDroneMap/odm_data_garfield_msp": 0.023, "OpenDroneMap/odm_data_lewis": 0.03, "merkato/odm_boruszyn_kap": 0.03}
BACKGROUND_GSD = 0.055  # what backgrounds are scaled to


def clone_of(sources, repo):
    for name in (repo.replace("/", "+"), repo):
        for sub in ("", "/repo", "/.git"):
            d = os.path.join(sources, name + sub)
            if os.path.isdir(os.path.join(d, "objects")):
                return d
    sys.exit(f"{sources}: no clone of {repo} there; expected at {repo} or {repo.replace('/', '+')}")


def yolo(text, w, h):
    """Rows of class, box [x, y, w, h] in pixels."""
    out = []
    for line in text.splitlines():
        f = line.split()
        if len(f) != 5 or f[0] not in NAMES:
            continue
        x, y, bw, bh = (float(v) for v in f[1:])
        out.append({"class": NAMES[f[0]], "box": [(x - bw / 2) * w, (y - bh / 2) * h, bw * w, bh * h]})
    return out


def main(sources, out):
    rows = {"kit": [], "dji": [], "backgrounds": [], "backgrounds-val": [], "built": []}
    seen = {}  # by eye: picture, box, what it is, what the detector took it for
    for name, *row in csv.reader(open(os.path.join(HERE, "built.tsv")), delimiter="\t"):
        seen.setdefault(name, []).append(row)
    files = {}
    for repo, path, sha, licence in csv.reader(open(os.path.join(HERE, "sources.tsv")), delimiter="\t"):
        data = subprocess.run(["git", "-C", clone_of(sources, repo), "show", "HEAD:" + path], capture_output=True, check=True).stdout
        if hashlib.sha256(data).hexdigest() != sha:
            sys.exit(f"{repo} {path}: SHA-256 differs from sources.tsv; this is not the data that was trained on")
        files[path] = data
        if path.endswith(".txt"):
            continue
        kind = "built" if licence.endswith("buildings") else "backgrounds" if licence.endswith("background") else "backgrounds-val" if "background" in licence else "kit" if path[0] == "M" else "dji"
        rows[kind].append((repo, path))
    for kind, list_ in rows.items():
        os.makedirs(os.path.join(out, kind), exist_ok=True)
        names = sorted(set(NAMES.values())) + ["shed"]
        coco = {"images": [], "annotations": [], "categories": [{"id": i + 1, "name": n} for i, n in enumerate(names)]}
        for repo, path in list_:
            name, labels, gsd = os.path.basename(path), [], BACKGROUND_GSD
            if repo in GSD:
                im = cv2.imdecode(np.frombuffer(files[path], np.uint8), 1)
                if im.shape[1] < im.shape[0]:
                    im = cv2.rotate(im, cv2.ROTATE_90_CLOCKWISE)
                im = cv2.resize(im, None, fx=GSD[repo] / BACKGROUND_GSD, fy=GSD[repo] / BACKGROUND_GSD, interpolation=cv2.INTER_AREA)
                name = os.path.splitext(name)[0] + ".jpg"
                cv2.imwrite(os.path.join(out, kind, name), im, [cv2.IMWRITE_JPEG_QUALITY, 96])
            else:
                open(os.path.join(out, kind, name), "wb").write(files[path])
                im = cv2.imread(os.path.join(out, kind, name))
                labels = yolo(files.get(os.path.splitext(path)[0] + ".txt", b"").decode(), im.shape[1], im.shape[0])
                gsd = 0.128 if kind == "kit" else 0.06  # cars of 4.5 m are 35 and 76 pixels long in the median
            rejected = []
            for x, y, w, h, what, said in seen.get(name, []) if kind == "built" else []:
                box = [float(x), float(y), float(w), float(h)]
                if what == "nothing":
                    rejected.append({"class": said, "bbox": box})
                else:
                    labels.append({"class": what, "box": box})
            n = len(coco["images"]) + 1
            coco["images"].append({"id": n, "file_name": name, "width": im.shape[1], "height": im.shape[0], "gsd_m": gsd, "source": f"{repo} {path}", "rejected": rejected})
            for l in labels:
                x, y, w, h = l["box"]
                coco["annotations"].append({"id": len(coco["annotations"]) + 1, "image_id": n, "category_id": names.index(l["class"]) + 1,
                                            "bbox": [x, y, w, h], "area": w * h, "iscrowd": 0})
        json.dump(coco, open(os.path.join(out, kind, "annotations.json"), "w"))
        print(f"{kind}: {len(list_)} pictures")


if __name__ == "__main__":
    main(*sys.argv[1:3])
