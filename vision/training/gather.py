"""Gathers the pictures that are trained and validated on, from repositories already cloned.

usage: gather.py SOURCES OUT

SOURCES holds a clone of each repository in sources.tsv (bare or not) as owner+name, owner/name, or either with /repo below it. Every file is
checked against sources.tsv beside this script (repository, path, SHA-256, licence, use); one that differs ends the run. OUT gets a folder
for each use, a COCO data set: kit (labelled vehicles), dji (the same, for validation), backgrounds (photographs that rendered things are put into), backgrounds-val, built
(photographs with buildings), stalls (street vendors in Bogota), stalls-val (in Girardot), roofs (sheet metal and concrete in Banepa),
roofs-val (another column of the same town), towers (a housing estate in Chia). What was looked at by eye there is in labels.tsv (label.py): a class, nothing, or unsure,
or a pool's or restaurant's parasol: both become "iscrowd".
"""
import csv
import hashlib
import json
import math
import os
import re
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
STALLS_GSD = 0.03       # of the stalls' pictures, about, by cars and parasols: 0.025 to 0.05
TOWERS_GSD = 0.06       # what photographs of the estate are scaled to
TILE = 512              # pixels of a tile of Banepa, of zoom ZOOM of the web's map
ZOOM = 19
# A box that is none of anything as a whole, but shows things or parts of them: what is told there is not to be unlearnt.
SHOWS = re.compile(r"part of|parasol|stall|several|two |people|person|\bcars?\b|truck|lorry|\bvan\b|\bbus\b|vehicle|cycle|\bsheds?\b|pool|solar|container|tent")
APART = ("unsure", "parasol")  # what counts neither way
MATERIALS = {"tin": "shed", "concrete": "concrete", "concerte": "concrete"}  # roof:material as it is written there; the last is a slip of the pen


def clone_of(sources, repo):
    for name in (repo.replace("/", "+"), repo):
        for sub in ("", "/repo", "/.git"):
            d = os.path.join(sources, name + sub)
            if os.path.isdir(os.path.join(d, "objects")):
                return d
    sys.exit(f"{sources}: no clone of {repo} there; expected at {repo} or {repo.replace('/', '+')}")


def yolo(text, w, h, names):
    """Rows of class (names by number), box [x, y, w, h] in pixels."""
    out = []
    for line in text.splitlines():
        f = line.split()
        if len(f) != 5 or f[0] not in names:
            continue
        x, y, bw, bh = (float(v) for v in f[1:])
        out.append({"class": names[f[0]], "box": [(x - bw / 2) * w, (y - bh / 2) * h, bw * w, bh * h]})
    return out


def footprints(text, x, y):
    """Buildings of the tile x, y by OpenStreetMap: class by what the roof is made of, or None; outline [[x, y], …] and box [x, y, w, h] in its
    pixels; the share of the box that lies on it."""
    n = 2**ZOOM
    out = []
    for f in json.loads(text)["features"]:
        at = np.array([((lon + 180) / 360 * n - x, (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n - y) for lon, lat, *_ in f["geometry"]["coordinates"][0]]) * TILE
        lo, hi = at.min(0), at.max(0)
        a, b = lo.clip(0, TILE), hi.clip(0, TILE)
        if (b - a).min() >= 8:
            out.append({"class": MATERIALS.get(f["properties"].get("roof:material")), "outline": at.round(1).tolist(), "box": [*map(float, a), *map(float, b - a)], "visible": float((b - a).prod() / (hi - lo).prod())})
    return out


def tiles(data):
    """A still of a drone at TOWERS_GSD (by its height over the ground and the pitch that it tells), cut into parts of about 1000 x 640 pixels: name's end and picture."""
    head = data[:200_000]
    height, pitch = (abs(float(re.search(k + rb'="([+-][\d.]+)', head)[1])) for k in (b"RelativeAltitude", b"GimbalPitchDegree"))
    im = cv2.imdecode(np.frombuffer(data, np.uint8), 1)
    focal = im.shape[1] / 2 / math.tan(math.radians(73.7 / 2))  # 84 degrees over the diagonal
    k = height / math.sin(math.radians(pitch)) / focal / TOWERS_GSD
    im = cv2.resize(im, None, fx=k, fy=k, interpolation=cv2.INTER_AREA)
    h, w = im.shape[:2]
    nx, ny = max(1, round(w / 1000)), max(1, round(h / 640))
    for i in range(nx):
        for j in range(ny):
            yield f"_{i}{j}", im[j * h // ny:(j + 1) * h // ny, i * w // nx:(i + 1) * w // nx]


def scaled(im, gsd):
    """A photograph of a ground resolution at BACKGROUND_GSD, lying."""
    if im.shape[1] < im.shape[0]:
        im = cv2.rotate(im, cv2.ROTATE_90_CLOCKWISE)
    return cv2.resize(im, None, fx=gsd / BACKGROUND_GSD, fy=gsd / BACKGROUND_GSD, interpolation=cv2.INTER_AREA)


def pictures(files, repo, path, kind):
    """Pictures of a file: name, the bytes of a file or a picture to write, labels, metres a pixel."""
    name = os.path.basename(path)
    if repo in GSD:
        yield os.path.splitext(name)[0] + ".jpg", scaled(cv2.imdecode(np.frombuffer(files[path], np.uint8), 1), GSD[repo]), [], BACKGROUND_GSD
    elif kind == "towers":
        for end, im in tiles(files[path]):
            yield os.path.splitext(name)[0] + end + ".jpg", im, [], TOWERS_GSD
    elif kind.startswith("roofs"):
        x, y = map(int, re.match(r"OAM-(\d+)-(\d+)-", name).groups())
        gsd = 40075017 / 2**ZOOM / TILE * math.cos(math.atan(math.sinh(math.pi * (1 - 2 * (y + 0.5) / 2**ZOOM))))
        text = next(v for k, v in files.items() if k.endswith(".geojson"))
        yield os.path.splitext(name)[0] + ".jpg", cv2.imdecode(np.frombuffer(files[path], np.uint8), 1), footprints(text, x, y), gsd
    else:
        im = cv2.imdecode(np.frombuffer(files[path], np.uint8), 1)
        text = files.get(re.sub(r"/images/", "/labels/", os.path.splitext(path)[0]) + ".txt", b"").decode()
        if kind.startswith("stalls"):
            yield name.split(".rf.")[0] + ".jpg", files[path], yolo(text, im.shape[1], im.shape[0], {"0": "stall"}), STALLS_GSD
        else:  # cars of 4.5 m are 35 and 76 pixels long in the median
            yield name, files[path], yolo(text, im.shape[1], im.shape[0], NAMES), 0.128 if kind == "kit" else 0.06


def main(sources, out):
    uses = {}
    seen = {}  # by eye: picture, box, what it is, what the detector took it for, a word, how many looked
    for name, *row in csv.reader(open(os.path.join(HERE, "labels.tsv")), delimiter="\t"):
        seen.setdefault(name, []).append(row)
    files = {}
    for repo, path, sha, _, use in csv.reader(open(os.path.join(HERE, "sources.tsv")), delimiter="\t"):
        data = subprocess.run(["git", "-C", clone_of(sources, repo), "show", "HEAD:" + path], capture_output=True, check=True).stdout
        if hashlib.sha256(data).hexdigest() != sha:
            sys.exit(f"{repo} {path}: SHA-256 differs from sources.tsv; this is not the data that was trained on")
        files[path] = data
        if not path.endswith((".txt", ".geojson")):
            uses.setdefault(use, []).append((repo, path))
    names = sorted(set(NAMES.values()) | set(MATERIALS.values()) | {"stall"} | {r[4] for rows in seen.values() for r in rows if r[4] not in ("nothing", *APART)}) + [*APART]
    for use, list_ in uses.items():
        os.makedirs(os.path.join(out, use), exist_ok=True)
        coco = {"images": [], "annotations": [], "categories": [{"id": i + 1, "name": n} for i, n in enumerate(names)]}
        for repo, path in list_:
            for name, picture, labels, gsd in pictures(files, repo, path, use):
                to = os.path.join(out, use, name)
                if isinstance(picture, bytes):
                    open(to, "wb").write(picture)
                    picture = cv2.imread(to)
                else:
                    cv2.imwrite(to, picture, [cv2.IMWRITE_JPEG_QUALITY, 96])
                rejected = []
                for x, y, w, h, what, said, word, _ in seen.get(name, []):
                    box = [float(x), float(y), float(w), float(h)]
                    if what == "nothing" and SHOWS.search(word):
                        continue
                    if what == "nothing":
                        rejected.append({"class": said, "bbox": box})
                    else:
                        labels.append({"class": what, "box": box})
                n = len(coco["images"]) + 1
                coco["images"].append({"id": n, "file_name": name, "width": picture.shape[1], "height": picture.shape[0], ("about_gsd_m" if use.startswith("stalls") else "gsd_m"): gsd, "source": f"{repo} {path}", "rejected": rejected,
                                       "buildings": [l["outline"] for l in labels if "outline" in l]})
                for l in labels:
                    if l["class"] is None:
                        continue
                    x, y, w, h = l["box"]
                    coco["annotations"].append({"id": len(coco["annotations"]) + 1, "image_id": n, "category_id": names.index(l["class"]) + 1,
                                                "bbox": [x, y, w, h], "area": w * h, "iscrowd": int(l["class"] in APART), "visible": l.get("visible", 1)})
        json.dump(coco, open(os.path.join(out, use, "annotations.json"), "w"))
        print(f"{use}: {len(coco['images'])} pictures, {len(coco['annotations'])} labels")


if __name__ == "__main__":
    main(*sys.argv[1:3])
