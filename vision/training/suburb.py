"""Draws a place on two days, between which houses were built, as satellites and survey planes see it: 0.2 to 0.7 m a pixel.

Roofs are shaded by the sun from their own slopes, so that a grey one differs from the road beside it by its form alone. Roads, drives, lawns,
trees, cars and pools come and go too, and are no change. All is drawn by chance; of pictures only open ground is taken.
"""
import cv2
import numpy as np

from data import patch

# BGR
GREYS = [(112, 110, 106), (92, 92, 90), (132, 132, 130), (78, 80, 84), (150, 148, 142), (96, 104, 112), (84, 96, 110)]
COLOURS = [(86, 102, 128), (104, 124, 150), (70, 84, 118), (62, 72, 140), (120, 140, 168), (150, 130, 105), (96, 118, 92), (205, 208, 210), (230, 230, 228), (190, 170, 130)]
GROUNDS = [(70, 95, 85), (75, 105, 120), (60, 80, 70), (110, 130, 145), (95, 110, 115)]
NOTHING = (103.53, 116.28, 123.675)  # a picture of nothing: the networks' mean, which is 0 to them
CARS = [(40, 40, 40), (220, 220, 220), (60, 60, 150), (140, 90, 60), (150, 150, 150)]


def noise(rng, h, w, scale):
    """Smooth noise with a standard deviation of about 1, whose blots are scale pixels wide."""
    n = rng.normal(0, 1, (max(2, int(h / scale) + 2), max(2, int(w / scale) + 2))).astype(np.float32)
    return cv2.resize(n, (w, h), interpolation=cv2.INTER_CUBIC)


class House:
    """A roof of one to four wings. x, y: its middle in metres; turn: radians; door: where its drive meets the street, or None."""

    def __init__(self, rng, x, y, turn, door=None, large=False):
        self.x, self.y, self.turn, self.door = x, y, turn, door
        self.seed = int(rng.integers(1 << 30))
        self.kind = rng.choice(["flat", "ribbed", "gable"], p=[0.55, 0.3, 0.15]) if large else rng.choice(["hip", "gable", "flat", "ribbed"], p=[0.6, 0.22, 0.1, 0.08])
        w, d = (rng.uniform(16, 60), rng.uniform(14, 35)) if large else (rng.uniform(9, 21), rng.uniform(7, 15))
        self.wings = [(0.0, 0.0, w, d)]
        for _ in range(int(rng.integers(0, 4))):
            ww, wd = w * rng.uniform(0.3, 0.6), d * rng.uniform(0.7, 1.4)
            self.wings.append((rng.uniform(-0.5, 0.5) * (w - ww), rng.uniform(-0.4, 0.4) * d, ww, wd))
        self.reach = max(np.hypot(abs(cx) + w / 2, abs(cy) + d / 2) for cx, cy, w, d in self.wings)
        self.eaves = rng.uniform(4, 9) if large else rng.uniform(2.6, 6.5)
        self.slope = rng.uniform(0.25, 0.8)
        palette = GREYS if rng.random() < 0.65 else COLOURS
        self.colour = np.array(palette[rng.integers(len(palette))], np.float32) * rng.uniform(0.7, 1.2)

    def roof(self, gsd, sun):
        """Its picture (float BGR) and how much of each pixel it covers, square, about its middle."""
        n = int(2 * self.reach / gsd) + 5
        fine = 2 if gsd > 0.3 else 1
        rng = np.random.default_rng(self.seed)
        a = (((np.arange(n * fine) + 0.5) / fine - n / 2) * gsd).astype(np.float32)
        c, s = np.float32(np.cos(self.turn)), np.float32(np.sin(self.turn))
        u, v = a[None] * c + a[:, None] * s, -a[None] * s + a[:, None] * c
        h = np.full(u.shape, -1, np.float32)
        for cx, cy, w, d in self.wings:
            du, dv = w / 2 - np.abs(u - cx), d / 2 - np.abs(v - cy)
            inside = np.minimum(du, dv)
            rise = {"hip": inside, "gable": dv if w > d else du, "ribbed": 0.08 * dv, "flat": 0 * dv}[self.kind]
            h = np.maximum(h, np.where(inside > 0, rise * self.slope, -1))
        on = h >= 0
        k = fine / gsd / 2
        gx, gy = (cv2.Sobel(np.maximum(h, 0), cv2.CV_32F, *d, ksize=1) * k for d in ((1, 0), (0, 1)))
        lit = (np.maximum(0, sun[2] - gx * sun[0] - gy * sun[1]) / np.sqrt(1 + gx * gx + gy * gy) / sun[2]).clip(0, 1.7)
        shade = 0.45 + 0.55 * lit + 0.05 * rng.standard_normal(u.shape, np.float32) + 0.05 * noise(rng, *u.shape, 3 / gsd * fine)
        if self.kind == "ribbed":
            shade *= 1 + 0.07 * np.sign(np.sin(u * 2 * np.pi / rng.uniform(1, 3)))
        im = self.colour * shade[..., None]
        if self.kind in ("flat", "ribbed"):
            for _ in range(int(rng.integers(0, 9))):  # plant, hatches, roof lights
                x, y = rng.uniform(-0.7, 0.7, 2) * self.reach
                im[(np.abs(u - x) < rng.uniform(0.4, 1.8)) & (np.abs(v - y) < rng.uniform(0.4, 1.8))] = rng.uniform(50, 230)
            if self.kind == "flat":
                parapet = on & (cv2.erode(on.astype(np.uint8), np.ones((3, 3), np.uint8), iterations=max(1, int(0.4 / gsd * fine))) == 0)
                im[parapet] *= rng.uniform(0.75, 1.35)
        elif rng.random() < 0.15:  # solar panels
            x, y = rng.uniform(-0.4, 0.4, 2) * self.reach
            im[(np.abs(u - x) < rng.uniform(1, 3)) & (np.abs(v - y) < rng.uniform(1, 2)) & on] = (62, 42, 34)
        im[~on] = self.colour * 0.9
        return tuple(cv2.resize(i, (n, n), interpolation=cv2.INTER_AREA) for i in (im, on.astype(np.float32)))


def over(canvas, x, y, im, cover):
    """Lays im (a picture or one value) over the canvas, its top left at x, y."""
    h, w = cover.shape
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + w, canvas.shape[1]), min(y + h, canvas.shape[0])
    if x1 <= x0 or y1 <= y0:
        return
    cut = np.s_[y0 - y:y1 - y, x0 - x:x1 - x]
    c = cover[cut][..., None] if canvas.ndim == 3 else cover[cut]
    canvas[y0:y1, x0:x1] += ((im[cut] if np.ndim(im) > 1 else im) - canvas[y0:y1, x0:x1]) * c


def cast(canvas, x, y, cover, height, gsd, sun):
    """Darkens where the shadow falls of what stands height metres high."""
    steps = max(2, int(height / sun[2] * np.hypot(*sun[:2]) / gsd))
    for i in range(steps + 1):
        t = height * i / steps / sun[2] / gsd
        ox, oy = x - int(round(sun[0] * t)), y - int(round(sun[1] * t))
        x0, y0, x1, y1 = max(ox, 0), max(oy, 0), min(ox + cover.shape[1], canvas.shape[1]), min(oy + cover.shape[0], canvas.shape[0])
        if x1 > x0 and y1 > y0:
            np.maximum(canvas[y0:y1, x0:x1], cover[y0 - oy:y1 - oy, x0 - ox:x1 - ox], out=canvas[y0:y1, x0:x1])


def layout(rng, width):
    """Streets (points in metres), lots beside them (x, y, width, depth, turn), and the houses, of which none touches another."""
    streets, lots, houses = [], [], []
    if rng.random() < 0.75:  # a suburb
        direction, bend, gap = rng.uniform(0, np.pi), rng.normal(0, 0.006) * rng.integers(2), rng.uniform(55, 85)
        t = np.arange(-width, width, 3.0)
        a = direction + bend * t
        line = np.cumsum(np.stack([np.cos(a), np.sin(a)], 1) * 3, 0)
        line += width / 2 - line[len(t) // 2]
        for off in np.arange(-width, width, gap) + rng.uniform(0, gap):
            s = line + np.array([-np.sin(direction), np.cos(direction)]) * off
            streets.append(s)
            lot, back = rng.uniform(14, 26), rng.uniform(12, 19)
            for side in (-1, 1):
                for i in np.arange(rng.uniform(0, lot / 3), len(t) - 1, lot / 3).astype(int):
                    across = side * np.array([-np.sin(a[i]), np.cos(a[i])])
                    lots.append((*(s[i] + across * gap / 4), lot, gap / 2 - 5, a[i]))
                    x, y = s[i] + across * back + rng.normal(0, 1.2, 2)
                    if rng.random() < 0.88 and -20 < x < width + 20 and -20 < y < width + 20:
                        houses.append(House(rng, x, y, a[i] + rng.normal(0, 0.05) + np.pi / 2 * (rng.random() < 0.3), s[i]))
    else:  # halls, yards and single houses
        direction = rng.uniform(0, np.pi)
        streets.append(np.array([[-width, rng.uniform(0, width)], [2 * width, rng.uniform(0, width)]]))
        for _ in range(int(rng.integers(1, 12))):
            lots.append((*rng.uniform(0, width, 2), *rng.uniform(15, 70, 2), direction))
            houses.append(House(rng, *rng.uniform(0, width, 2), direction + np.pi / 2 * rng.integers(2), large=rng.random() < 0.6))
    kept = []
    for h in houses:
        if all(np.hypot(h.x - o.x, h.y - o.y) > 0.75 * (h.reach + o.reach) for o in kept):
            kept.append(h)
    return streets, lots, kept


def ground(rng, size, gsd, photographs):
    if photographs and rng.random() < 0.55:
        return patch(photographs[rng.integers(len(photographs))], rng, size, gsd)
    base = np.array(GROUNDS[rng.integers(len(GROUNDS))], np.float32) * rng.uniform(0.7, 1.2)
    n = sum(a * noise(rng, size, size, s / gsd) for a, s in ((0.12, 40), (0.1, 10), (0.07, 2.5))) + 0.05 * rng.standard_normal((size, size), np.float32)
    return base * (1 + n[..., None]) * (1 + 0.04 * noise(rng, size, size, 30 / gsd)[..., None] * rng.normal(0, 1, 3)).astype(np.float32)


def tree(rng, gsd, r):
    n = int(2 * r / gsd) + 4
    a = (np.arange(n) - n / 2 + 0.5) * gsd
    d = np.hypot(a[None], a[:, None]) / r + 0.18 * noise(rng, n, n, max(2, r / gsd / 2))
    im = np.array((48, 70, 58), np.float32) * rng.uniform(0.6, 1.5) * (1 + 0.35 * noise(rng, n, n, max(1.2, 1 / gsd)))[..., None]
    return im, ((1.4 - d * 1.4).clip(0, 0.4) / 0.4).astype(np.float32)


def yards(rng, im, gsd, lots, sub):
    """Draws what lies on lots: grass, earth, gravel, asphalt with its lines, each its own tone, and the fences between them."""
    size = im.shape[0]
    tones, cover, lines = np.zeros_like(im), np.zeros((size, size), np.float32), np.zeros((size, size), np.float32)
    common = np.array(GROUNDS[rng.integers(len(GROUNDS))], np.float32) * rng.uniform(0.35, 1.15)
    fenced, alike = rng.random() < 0.65, rng.uniform(0.1, 0.35)
    for x, y, w, d, turn in lots:
        q = sub(cv2.boxPoints(((x, y), (w, d), float(np.degrees(turn)))))
        tone = common * np.exp(rng.normal(0, alike))
        k = rng.random()
        if k < 0.12:
            tone = np.array([rng.uniform(60, 190)] * 3) * rng.uniform(0.93, 1.07, 3)
        elif k < 0.2:
            tone = np.array((110, 140, 165)) * rng.uniform(0.7, 1.3)
        cv2.fillConvexPoly(tones, q, tuple(map(float, tone)), cv2.LINE_AA, 3)
        cv2.fillConvexPoly(cover, q, float(rng.uniform(0.5, 1)), cv2.LINE_AA, 3)
        if fenced and rng.random() < 0.85:
            cv2.polylines(lines, [q], True, float(rng.uniform(0.3, 0.9)), max(1, int(0.4 / gsd)), cv2.LINE_AA, 3)
    im += (tones * (1 + rng.uniform(0.02, 0.12) * noise(rng, size, size, rng.uniform(1.5, 8))[..., None]) - im) * cover[..., None]
    im += (np.float32(rng.uniform(25, 130)) - im) * lines[..., None]


def day(rng, size, gsd, soil, streets, lots, houses, trees, paved):
    """The picture of one day, and the roofs on it, one after the other, as (x, y, cover)."""
    im = soil.copy()
    elevation, azimuth = rng.uniform(0.55, 1.2), rng.uniform(0, 2 * np.pi)
    sun = np.array([np.cos(azimuth) * np.cos(elevation), np.sin(azimuth) * np.cos(elevation), np.sin(elevation)])
    lean = rng.normal(0, 0.1, 2)  # metres aside for each metre up: no picture is taken from right above
    sub = lambda p: np.round(np.asarray(p) / gsd * 8).astype(np.int32)  # eighths of a pixel
    draw = dict(lineType=cv2.LINE_AA, shift=3)

    def put(mask, tone, blots):
        m = mask[..., None] / np.float32(255)
        im[:] += (np.asarray(tone, np.float32) * (1 + 0.06 * noise(rng, size, size, blots)[..., None]) - im) * m

    if len(streets):
        mask = np.zeros((size, size), np.uint8)
        for s in streets:
            cv2.polylines(mask, [sub(s)], False, 255, max(1, int(rng.uniform(6, 11) / gsd)), **draw)
        for _ in range(int(rng.integers(0, 3))):  # where cars turn, at times about an island
            s = streets[rng.integers(len(streets))]
            at, r = s[rng.integers(len(s))], rng.uniform(8, 15)
            cv2.circle(mask, sub(at), int(r / gsd * 8), 255, -1, **draw)
            if rng.random() < 0.4:
                cv2.circle(mask, sub(at), int(r * rng.uniform(0.3, 0.6) / gsd * 8), 0, -1, **draw)
        yards(rng, im, gsd, lots, sub)
        put(mask, np.array(paved) * rng.uniform(0.8, 1.15), 6)
        mask = np.zeros((size, size), np.uint8)
        for h in houses:
            if h.door is not None:
                cv2.line(mask, sub((h.x, h.y)), sub(h.door), int(rng.uniform(150, 255)), max(1, int(rng.uniform(3, 6) / gsd)), **draw)
        put(mask, [rng.uniform(150, 225)] * 3, 6)
        for h in houses:
            if rng.random() < 0.08:
                cv2.ellipse(im, sub((h.x + h.reach, h.y + h.reach)), sub((rng.uniform(2, 5), rng.uniform(1.5, 3))), float(rng.uniform(0, 180)), 0, 360, (190, 160, 60), -1, **draw)
        for _ in range(int(rng.integers(0, 25))):
            s = streets[rng.integers(len(streets))]
            k = rng.integers(len(s) - 1)
            d = (s[k + 1] - s[k]) / np.hypot(*(s[k + 1] - s[k]))
            at = s[k] + (s[k + 1] - s[k]) * rng.random() + np.array([-d[1], d[0]]) * rng.normal(0, 2)
            cv2.fillConvexPoly(im, sub(cv2.boxPoints((at, (4.5, 1.9), float(np.degrees(np.arctan2(d[1], d[0])))))), tuple(map(float, CARS[rng.integers(len(CARS))])), **draw)
    dark, above, roofs = np.zeros((size, size), np.float32), [], []
    for x, y, r in trees:
        crown, cover = tree(rng, gsd, r)
        at = int(x / gsd - cover.shape[1] / 2), int(y / gsd - cover.shape[0] / 2)
        cast(dark, *at, cover, r, gsd, sun)
        above.append((*at, crown, cover))
    for h in houses:
        roof, cover = h.roof(gsd, sun)
        n = cover.shape[0] / 2
        cast(dark, int(round(h.x / gsd - n)), int(round(h.y / gsd - n)), cover, h.eaves, gsd, sun)
        at = [int(round((v + l * h.eaves) / gsd - n)) for v, l in zip((h.x, h.y), lean)]
        roofs.append((*at, cover))
        above.insert(int(rng.integers(len(trees) // 2, len(trees) + 1)) if trees else len(above), (*at, roof, cover))
    im *= 1 - dark[..., None] * (1 - np.array((0.5, 0.45, 0.42), np.float32) * np.float32(rng.uniform(0.75, 1.25)))
    for x, y, what, cover in above:
        over(im, x, y, what, cover)
    return cv2.GaussianBlur(im, (0, 0), rng.uniform(0.3, 0.75)), roofs


def scene(photographs, rng, size, gsd=None, alone=False):
    """The place on both days (float BGR, size x size), and the mask, 0 or 255, of roofs that only one of them shows; alone: nothing in place
    of the first day, so that all roofs of the second are in the mask.

    photographs: rows of open ground. gsd: metres a pixel, else drawn."""
    gsd = gsd or float(np.exp(rng.uniform(np.log(0.22), np.log(0.7))))
    width = size * gsd
    streets, lots, houses = layout(rng, width)
    stood = rng.choice([0, rng.uniform(0, 1), 1], p=[0.4, 0.4, 0.2])  # the share that stood before
    first = [rng.random() < stood for _ in houses]
    then = [f or rng.random() < 0.93 for f in first]
    wild = stood == 0 and rng.random() < 0.8
    paved = [rng.uniform(70, 190)] * 3
    lots = lots if rng.random() < 0.75 else []
    soil = ground(rng, size, gsd, photographs)
    woods = int(rng.integers(0, 110) * (width / 130) ** 2)
    groves = rng.uniform(0, width, (6, 2))

    def grow(n):  # some alone, some in groves
        at = [rng.uniform(-5, width + 5, 2) if rng.random() < 0.5 else groves[rng.integers(6)] + rng.normal(0, 9, 2) for _ in range(n)]
        return [(x, y, rng.uniform(1.2, 5.5)) for x, y in at]

    trees = grow(woods)
    days = []
    for i, there in enumerate((first, then)):
        early = wild and i == 0
        days.append(day(rng, size, gsd, ground(rng, size, gsd, photographs) if wild and i else soil,
                        streets if not early or rng.random() < 0.4 else [], lots if not early or rng.random() < 0.2 else [], [h for h, t in zip(houses, there) if t],
                        trees if not wild or i == 0 else trees[:woods // 4] + grow(woods // 4), (165, 195, 210) if early else paved))
    if alone:
        first, days[0] = [False] * len(houses), (np.full((size, size, 3), NOTHING, np.float32), [])
    changed = np.zeros((size, size), np.float32)
    for there, other, (_, roofs) in ((first, then, days[0]), (then, first, days[1])):
        for k, (x, y, cover) in zip([k for k, t in enumerate(there) if t], roofs):
            if not other[k]:
                over(changed, x, y, 1, cover)
    return days[0][0], days[1][0], (changed > 0.5).astype(np.uint8) * 255
