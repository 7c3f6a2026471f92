"""Training pictures: crops of rendered frames, of labelled photographs, and of photographs with rendered things put into them."""
import collections
import functools
import json
import os

import cv2
import numpy as np

# The order is the network's; the manifest beside the model tells Harrier.
CLASSES = ["person", "car", "van", "bus", "lorry", "dump-truck/open", "dump-truck/overfull", "dump-truck/covered",
           "heap", "stall", "awning", "shed", "container", "pool", "solar",
           "dump-truck/empty", "room", "tent", "frame", "tricycle", "goods", "bicycles", "shelter", "car-wash"]
SIZE = 416
MEAN = (103.53, 116.28, 123.675)  # BGR
STD = (57.375, 57.12, 58.395)
# Ground resolutions at which the network looks, metres a pixel: what vision/watch and harrier inspect bring pictures to lies inside.
GSD = (0.055, 0.125)
# The same of sources whose pictures are looked at as they are and at half their size, where their resolution is not told.
GSD_OF = {"stalls": (0.028, 0.1), "roofs": (0.1, 0.2)}


picture = functools.lru_cache(maxsize=1500)(cv2.imread)  # photographs are used again and again


# Labelled photographs: things are put into half of their crops.
LABELLED = ("kit", "stalls", "roofs", "towers")


def known(*unknown):
    """1 for each class whose absence from the labels means absence from the picture."""
    return np.array([0.0 if c in unknown else 1.0 for c in CLASSES], np.float32)


# Classes that a source shows without labelling them.
KNOWN = {
    "rendered": known(),
    "kit": known("person", "lorry", "awning", "shelter", "room", "goods"),
    "built": known("person", "car", "van", "bus", "lorry", "container", "bicycles", "awning", "shelter", "shed", "room", "tent", "frame", "goods"),
    "backgrounds": known("person", "car", "van", "bus", "lorry", "container", "awning", "shelter"),
    # what was looked at by eye is known in its box, whatever stands here
    "stalls": known("person", "car", "van", "bus", "lorry", "pool", "solar", "shed", "room", "awning", "container", "bicycles", "shelter"),
    "roofs": known("person", "car", "van", "bus", "lorry", "pool", "solar", "shed", "room", "awning", "container", "bicycles", "shelter", "heap"),
    "towers": known("person", "car", "van", "bus", "lorry", "pool", "solar", "shed", "awning", "bicycles", "shelter"),
}


def pull(rows):
    """Says of every label how much crops are drawn to it: the more, the rarer its class. By chance alone two crops in five would be
    centred on cars or people."""
    often = collections.Counter(l["class"] for r in rows for l in r["labels"])
    for r in rows:
        for l in r["labels"]:
            l["pull"] = often[l["class"]] ** -0.5


def known_of(row, kind):
    """Reviewed frames say what was confirmed and what was rejected; of other classes they say nothing."""
    if kind != "reviewed":
        return KNOWN[kind]
    said = {l["class"] for l in row["labels"] + row["rejected"]}
    return known(*[c for c in CLASSES if c not in said])


# How often a kind of thing is put into a photograph; "house" is put in as what it is not.
PUT_IN = {"shed": 4, "room": 1, "tent": 1.5, "frame": 1, "house": 1, "container": 1.5, "stall": 4, "tricycle": 1.5, "goods": 1.5,
          "car-wash": 1.5, "bicycles": 1, "lorry": 1, "heap": 1.5, "dump-truck-open": 2, "dump-truck-overfull": 2, "dump-truck-covered": 2,
          "dump-truck-empty": 1.5}


def load(folder):
    """Rows of a COCO data set (annotations.json, pictures beside it or in images/): path, gsd_m, labels, and what is known of it."""
    c = json.load(open(os.path.join(folder, "annotations.json")))
    names = {k["id"]: k["name"] for k in c["categories"]}
    rows = {}
    for m in c["images"]:
        path = os.path.join(folder, m["file_name"])
        if not os.path.exists(path):
            path = os.path.join(folder, "images", m["file_name"])
        rows[m["id"]] = {"path": path, "width": m["width"], "height": m["height"], "gsd_m": m.get("gsd_m") or m.get("about_gsd_m") or 0.08, "labels": [], "rejected": m.get("rejected", []), "buildings": m.get("buildings", [])}
    for a in c["annotations"]:
        # what counts neither way is like what is hardly visible: neither learnt nor learnt against
        rows[a["image_id"]]["labels"].append({"class": names[a["category_id"]], "box": a["bbox"], "visible": 0 if a.get("iscrowd") else a.get("visible", 1), "marks": a.get("marks", [])})
    return list(rows.values())


def lines(folder):
    """Rows of labels.jsonl, with the path of their file."""
    for line in open(os.path.join(folder, "labels.jsonl")):
        r = json.loads(line)
        yield {**r, "path": os.path.join(folder, r["file"])}


def patch(row, rng, size, gsd, buildings=False):
    """A part of a photograph at about the ground resolution asked for, float BGR; with buildings, and the mask of what OpenStreetMap knows
    of them (0 to 1) as a fourth channel."""
    im = picture(row["path"])
    if buildings:
        mask = np.zeros(im.shape[:2], np.uint8)
        cv2.fillPoly(mask, [np.round(np.reshape(p, (-1, 2)) * 8).astype(np.int32) for p in row["buildings"]], 255, cv2.LINE_AA, 3)
        im = np.dstack([im, mask])
    side = int(size * gsd / row["gsd_m"] * np.exp(rng.uniform(-0.35, 0.35)))
    k = min(1.0, 1.5 * size / side)  # what will be made smaller anyway is mirrored and cut at less cost
    if k < 1:
        im, side = cv2.resize(im, None, fx=k, fy=k, interpolation=cv2.INTER_AREA), int(side * k)
    H, W = im.shape[:2]
    if side > min(H, W):  # the photograph shows less ground than is wanted: its mirrored surroundings go on
        my, mx = (max(0, side - n) // 2 + 1 for n in (H, W))
        im = cv2.copyMakeBorder(im, min(my, H - 1), min(my, H - 1), min(mx, W - 1), min(mx, W - 1), cv2.BORDER_REFLECT_101)
        H, W = im.shape[:2]
        side = min(side, H, W)
    x, y = int(rng.integers(0, W - side + 1)), int(rng.integers(0, H - side + 1))
    p = cv2.resize(im[y:y + side, x:x + side], (size, size), interpolation=cv2.INTER_AREA if side > size else cv2.INTER_LINEAR)
    return np.rot90(p, rng.integers(4)).astype(np.float32)


NONE = len(CLASSES)  # in place of a class: a box in which nothing is of any class that scenes look for
# 1 for the classes that a box of NONE is none of: on a roof of concrete somebody may stand, or solar cells.
NONE_OF = known("person", "car", "van", "bus", "pool", "solar", "bicycles")


def class_of(name):
    name = name.replace("dump-truck-", "dump-truck/")
    if name in ("unsure", "parasol"):
        return 0  # some class: it is never sure
    return CLASSES.index(name) if name in CLASSES else -1


def box_of(name):
    """The class of a labelled box for the detector: NONE where something was looked at and is none."""
    return NONE if name in ("concrete", "nothing") else class_of(name)


class Cutouts:
    """Things to put into photographs, kept in memory by kind: rendered ones with their shadows (`harrier render --what cutouts`), and stalls
    cut out of photographs of streets."""

    def __init__(self, folder, streets=()):
        self.kinds = {}
        for r in lines(folder):
            im = cv2.imread(r["path"], cv2.IMREAD_UNCHANGED)
            self.kinds.setdefault(r["class"], []).append((im, r["box"], r["gsd_m"], r.get("marks") or []))
        for r in streets:
            for l in r["labels"]:
                x, y, w, h = (int(v) for v in l["box"])
                if l["class"] == "stall" and l["visible"] and min(w, h) >= 20 and x > 0 and y > 0 and x + w < r["width"] and y + h < r["height"]:
                    self.kinds["stall"].append((rounded(picture(r["path"])[y:y + h, x:x + w]), (0, 0, w, h), r["gsd_m"], []))
        self.names = sorted(k for k in self.kinds if class_of(k) >= 0 or k == "house")  # what the detector knows, and what it must leave
        w = np.array([PUT_IN[n] for n in self.names])
        self.weights = w / w.sum()

    def draw(self, rng, gsd, names=None, weights=None):
        """One thing at a ground resolution: its kind, BGRA, box in it, and marks."""
        name = str(rng.choice(names or self.names, p=self.weights if names is None else weights))
        im, box, g, marks = self.kinds[name][rng.integers(len(self.kinds[name]))]
        k = g / gsd
        # premultiplied, so that the transparent surroundings do not bleed in
        f = im.astype(np.float32)
        f[..., :3] *= f[..., 3:] / 255
        f = cv2.resize(f, None, fx=k, fy=k, interpolation=cv2.INTER_AREA)
        return name, f, np.array(box, np.float32) * k, marks


def rounded(im):
    """A thing of which only the box is known, as BGRA: its corners, where parasols are not, fade out."""
    h, w = im.shape[:2]
    y, x = np.mgrid[-1:1:h * 1j, -1:1:w * 1j]
    alpha = ((1.0 - (np.abs(x) ** 3 + np.abs(y) ** 3)) * 6).clip(0, 1) * 255
    return np.dstack([im, alpha.astype(np.uint8)])


def put(im, thing, x, y, rng):
    """Lays a premultiplied BGRA thing at x, y on a float BGR picture, with the picture's light and sharpness."""
    h, w = thing.shape[:2]
    H, W = im.shape[:2]
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + w, W), min(y + h, H)
    if x1 <= x0 or y1 <= y0:
        return
    t = thing[y0 - y:y1 - y, x0 - x:x1 - x]
    a = t[..., 3:] / 255
    under = im[y0:y1, x0:x1]
    # the thing takes on part of the brightness of what it stands on: exposure and haze are the photograph's
    k = np.clip((under.mean() + 60) / 175, 0.45, 1.25) * rng.uniform(0.8, 1.2)
    tint = 1 + rng.uniform(-0.06, 0.06, 3)
    c = t[..., :3] * (k * tint)
    if rng.random() < 0.7:  # surfaces are not even
        c = c * (1 + cv2.resize(rng.normal(0, 1, (max(2, (y1 - y0) // 6), max(2, (x1 - x0) // 6))).astype(np.float32), (x1 - x0, y1 - y0))[..., None] * rng.uniform(0.01, 0.07))
    im[y0:y1, x0:x1] = under * (1 - a) + c


def compose(im, boxes, gsd, cutouts, rng, n=(1, 6)):
    """Puts rendered things into a float BGR picture where nothing else was put. Returns boxes (n, 4) x0 y0 x1 y1 and names."""
    new, names = [], []
    taken = [list(b) for b in boxes]
    H, W = im.shape[:2]
    sigma = rng.uniform(0.3, 0.9)
    for _ in range(int(rng.integers(*n))):
        name, t, (bx, by, bw, bh), _ = cutouts.draw(rng, gsd)
        for _ in range(8):
            x, y = int(rng.uniform(-bw * 0.3, W - bw * 0.7) - bx), int(rng.uniform(-bh * 0.3, H - bh * 0.7) - by)
            b = [x + bx, y + by, x + bx + bw, y + by + bh]
            if all(b[2] < q[0] - 3 or b[0] > q[2] + 3 or b[3] < q[1] - 3 or b[1] > q[3] + 3 for q in taken):
                put(im, cv2.GaussianBlur(t, (0, 0), sigma), x, y, rng)
                taken.append(b)
                new.append(b)
                names.append(name)
                break
    return new, names


def window(im, cx, cy, side, size):
    """The square of side pixels round cx, cy as size x size pixels; grey beyond the edge."""
    s = size / side
    if s < 0.6:  # warpAffine does not average
        reach = side / 2 + 2 / s  # the part that matters
        x0, y0 = max(0, int(cx - reach)), max(0, int(cy - reach))
        im = cv2.resize(im[y0:max(y0 + 1, int(cy + reach)), x0:max(x0 + 1, int(cx + reach))], None, fx=s, fy=s, interpolation=cv2.INTER_AREA)
        cx, cy, s = (cx - x0) * s, (cy - y0) * s, 1.0
    m = np.array([[s, 0, size / 2 - s * cx], [0, s, size / 2 - s * cy]], np.float32)
    return cv2.warpAffine(im, m, (size, size), flags=cv2.INTER_LINEAR, borderValue=(114, 114, 114))


def crop(row, rng, kind="rendered", cutouts=None, train=True, gsd=None):
    """One SIZE x SIZE picture: BGR uint8, boxes (n, 4) x0 y0 x1 y1, classes (n,), and which of them are sure (n,)."""
    im = picture(row["path"])
    h, w = im.shape[:2]
    labels = row["labels"]
    if kind in LABELLED:
        labels = labels + [{"class": "nothing", "box": r["bbox"]} for r in row["rejected"]]
    boxes = np.array([l["box"] for l in labels], np.float32).reshape(-1, 4)
    boxes[:, 2:] += boxes[:, :2]
    cls = np.array([box_of(l["class"]) for l in labels], int)
    vis = np.array([l.get("visible", 1) for l in labels], np.float32)
    gsd = gsd or float(np.exp(rng.uniform(*np.log(GSD_OF.get(kind, GSD)))))
    k = min(row["gsd_m"] / gsd, 2.6 if kind == "kit" else 1.5)
    gsd = row["gsd_m"] / k
    side = SIZE / k
    cx, cy = rng.uniform(side / 2, max(side / 2 + 1, w - side / 2)), rng.uniform(side / 2, max(side / 2 + 1, h - side / 2))
    # centre near something; of a reviewed frame always near what was reviewed, also near what was rejected
    near = np.array([[b[0], b[1], b[0] + b[2], b[1] + b[3]] for b in (r["bbox"] for r in row.get("rejected", []) if kind not in LABELLED)], np.float32).reshape(-1, 4)
    near = np.concatenate([boxes, near])
    if len(near) and (kind == "reviewed" or rng.random() < 0.7):
        draw = np.array([l.get("pull", 0.1 if kind in LABELLED else 1) for l in labels] + [1] * (len(near) - len(boxes)), float)
        b = near[rng.choice(len(near), p=draw / draw.sum())]
        cx = np.clip((b[0] + b[2]) / 2 + rng.uniform(-0.4, 0.4) * side, side / 2, max(side / 2, w - side / 2))
        cy = np.clip((b[1] + b[3]) / 2 + rng.uniform(-0.4, 0.4) * side, side / 2, max(side / 2, h - side / 2))
    out = window(im, cx, cy, side, SIZE)
    b = boxes * k + np.array([SIZE / 2 - k * cx, SIZE / 2 - k * cy] * 2, np.float32)
    if cutouts is not None:
        f = out.astype(np.float32)
        new, names = compose(f, b, gsd, cutouts, rng, (0, 4) if kind in LABELLED else (1, 6))
        out = f.clip(0, 255).astype(np.uint8)
        if new:
            b, cls = np.concatenate([b, np.array(new, np.float32)]), np.concatenate([cls, [class_of(n) for n in names]])
            vis = np.concatenate([vis, np.ones(len(new), np.float32)])
    full = (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])
    c = b.clip(0, SIZE)
    area = (c[:, 2] - c[:, 0]) * (c[:, 3] - c[:, 1])
    share = area / np.maximum(full, 1e-6)
    inside = (area > 9) & (cls >= 0)
    sure = (share > 0.35) & (vis > 0.25)
    b, cls, sure = c[inside], cls[inside], sure[inside]
    if train:
        out, b = varied(out, b, rng)
    return np.ascontiguousarray(out), b.astype(np.float32), cls, sure


def varied(out, b, rng):
    """Turns, mirrors and changes light, sharpness, noise and compression."""
    if rng.random() < 0.5:
        out, b = out[:, ::-1], np.stack([SIZE - b[:, 2], b[:, 1], SIZE - b[:, 0], b[:, 3]], 1)
    if rng.random() < 0.5:
        out, b = out[::-1], np.stack([b[:, 0], SIZE - b[:, 3], b[:, 2], SIZE - b[:, 1]], 1)
    if rng.random() < 0.5:
        out, b = out.transpose(1, 0, 2), b[:, [1, 0, 3, 2]]
    return vary_light(out, rng), b


@functools.lru_cache(maxsize=1)
def noise():
    """Of which every noisy picture takes a part: drawing half a million numbers takes longer than all else that makes a picture."""
    return np.random.default_rng(0).standard_normal((1024, 1024, 3), np.float32)


def vary_light(out, rng):
    """Another light, sharpness, noise and compression."""
    m = np.diag(rng.uniform(0.88, 1.12, 3))
    if rng.random() < 0.2:  # parasols, sheets and coats come in every colour
        m = m[:, rng.permutation(3)]
    if rng.random() < 0.4:  # towards grey, or away from it
        s = rng.uniform(0.4, 1.5)
        m = (s * np.eye(3) + (1 - s) / 3) @ m
    out = cv2.transform(np.ascontiguousarray(out), np.column_stack([m * rng.uniform(0.65, 1.35), m.sum(1) * rng.uniform(-22, 22)]))
    if rng.random() < 0.3:  # orthophotos are stretched until trees are black and roofs white; haze and cheap cameras do the reverse
        tone = np.linspace(0, 1, 256) ** np.exp(rng.uniform(-0.5, 0.5))
        out = cv2.LUT(out, ((tone - 0.5) * np.exp(rng.uniform(-0.4, 0.7)) * 255 + 127.5).clip(0, 255).astype(np.uint8))
    if rng.random() < 0.25:
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.4, 1.3))
    if rng.random() < 0.3:
        n = noise()
        y, x = (int(rng.integers(k - w + 1)) for k, w in zip(n.shape, out.shape[:2]))
        out = cv2.add(out, n[y:y + out.shape[0], x:x + out.shape[1]] * np.float32(rng.uniform(1, 8)), dtype=cv2.CV_8U)
    if rng.random() < 0.3:
        out = cv2.imdecode(cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 90))])[1], 1)
    return out
