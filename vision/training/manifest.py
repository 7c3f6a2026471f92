"""Writes the manifest of a network that was trained anew: manifest.py OLD.json NEW.onnx [--closer CLOSER.onnx]

NEW.json, beside the network, says what OLD.json says, with the new SHA-256, and the classes that the network itself names. What was measured of the old network (calibration, detection
rates, figures) is left out, unless OLD.json is NEW.json itself. --closer names the network that looks closer; without it there is none.
"""
import argparse
import hashlib
import json
import os

import onnx

from crops import LOOKS_AT, MARKS

p = argparse.ArgumentParser()
p.add_argument("old")
p.add_argument("network")
p.add_argument("--closer")
a = p.parse_args()
m = json.load(open(a.old))
new = a.network.removesuffix(".onnx") + ".json"
if os.path.abspath(new) != os.path.abspath(a.old):
    for measured in ("calibration", "detection_rates", "figures"):
        m.pop(measured, None)
m.pop("closer", None)
if a.closer:
    m["closer"] = a.closer
named = {p.key: p.value for p in onnx.load(a.network).metadata_props}
if "classes" in named:
    m["classes"] = ["" if c == "nothing" else c for c in json.loads(named["classes"])]
    if m["classes"][-1] == "":
        m.update(looks_at=LOOKS_AT, marks=MARKS)
m.update(file=os.path.basename(a.network), sha256=hashlib.sha256(open(a.network, "rb").read()).hexdigest())
json.dump(m, open(new, "w"), indent=1, ensure_ascii=False)
open(new, "a").write("\n")
