"""Writes the manifest of a network that was trained anew: manifest.py OLD.json NEW.onnx [--closer CLOSER.onnx] [--lengths DIR ...]

NEW.json, beside the network, says what OLD.json says, with the new SHA-256, and the classes that the network itself names. What was measured of the old network (calibration, detection
rates, figures) is left out, unless OLD.json is NEW.json itself. --closer names the network that looks closer; without it there is none.
--lengths are folders of rendered pictures with their labels: how long things of a class come out is measured on them.
"""
import argparse
import hashlib
import json
import math
import os
import statistics

import onnx

from crops import LOOKS_AT, MARKS


def lengths(folders):
    """By class the mean of the logarithm of the longer side of the boxes on the ground (as metres), and its standard deviation. Of what is seen in part nothing is
    taken, nor what a picture's edge cuts."""
    of = {}
    for folder in folders:
        d = json.load(open(os.path.join(folder, "annotations.json")))
        pictures, names = {i["id"]: i for i in d["images"]}, {c["id"]: c["name"] for c in d["categories"]}
        for x in d["annotations"]:
            i, (left, top, w, h) = pictures[x["image_id"]], x["bbox"]
            if x["visible"] > 0.6 and left > 1 and top > 1 and left + w < i["width"] - 1 and top + h < i["height"] - 1:
                of.setdefault(names[x["category_id"]], []).append(math.log(max(w, h) * i["gsd_m"]))
    return {c: {"m": round(math.exp(statistics.fmean(v)), 2), "sigma": round(statistics.stdev(v), 3)} for c, v in sorted(of.items()) if len(v) > 100}


p = argparse.ArgumentParser()
p.add_argument("old")
p.add_argument("network")
p.add_argument("--closer")
p.add_argument("--lengths", nargs="+", default=[])
a = p.parse_args()
m = json.load(open(a.old))
new = a.network.removesuffix(".onnx") + ".json"
if os.path.abspath(new) != os.path.abspath(a.old):
    for measured in ("calibration", "detection_rates", "figures"):
        m.pop(measured, None)
m.pop("closer", None)
if a.closer:
    m["closer"] = a.closer
network = onnx.load(a.network)
m.pop("pixels", None)
if network.graph.input[0].type.tensor_type.elem_type == onnx.TensorProto.UINT8:
    m["pixels"] = True
named = {p.key: p.value for p in network.metadata_props}
if "classes" in named:
    m["classes"] = ["" if c == "nothing" else c for c in json.loads(named["classes"])]
    if m["classes"][-1] == "":
        m.update(looks_at=LOOKS_AT, marks=MARKS)
if a.lengths:
    m["lengths"] = lengths(a.lengths)
m.update(file=os.path.basename(a.network), sha256=hashlib.sha256(open(a.network, "rb").read()).hexdigest())
json.dump(m, open(new, "w"), indent=1, ensure_ascii=False)
open(new, "a").write("\n")
