"""Makes an int8 network of a float one: weights by channel, activations calibrated on training pictures, as QDQ nodes.

usage: quantize.py FLOAT.onnx OUT.onnx --rendered DIR [--cutouts DIR --backgrounds DIR] [--pictures 160]

Needs onnxruntime, onnx and opencv-python-headless from PyPI, in an environment of their own; Harrier itself does not. Pictures of validation and test are not touched.
"""
import argparse
import os
import tempfile

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from data import MEAN, STD, Cutouts, crop, load


class Pictures(CalibrationDataReader):
    def __init__(self, a):
        rng = np.random.default_rng(11)
        rows, cut = load(a.rendered), Cutouts(a.cutouts) if a.cutouts else None
        back = load(a.backgrounds) if a.backgrounds else []
        self.items = []
        for i in range(a.pictures):
            composed = cut and back and i % 3 == 0
            source = back if composed else rows
            im, *_ = crop(source[rng.integers(len(source))], rng, "backgrounds" if composed else "rendered", cut if composed else None)
            x = (im.astype(np.float32) - np.array(MEAN, np.float32)) / np.array(STD, np.float32)
            self.items.append({"image": x.transpose(2, 0, 1)[None]})
        self.at = iter(self.items)

    def get_next(self):
        return next(self.at, None)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("float")
    p.add_argument("out")
    p.add_argument("--rendered", required=True)
    p.add_argument("--cutouts")
    p.add_argument("--backgrounds")
    p.add_argument("--pictures", type=int, default=160)
    a = p.parse_args()
    with tempfile.TemporaryDirectory() as d:
        ready = os.path.join(d, "ready.onnx")
        m = onnx.version_converter.convert_version(onnx.load(a.float), 13)  # per-channel QDQ needs opset 13
        onnx.save(m, ready)
        quant_pre_process(ready, ready, skip_symbolic_shape=True)
        # what comes out stays float: scores near 0 and distances need the digits
        graph = onnx.load(ready).graph
        keep = [n.name for n in graph.node if n.op_type in ("Sigmoid", "Slice", "Concat", "Transpose", "Reshape", "Softmax") and feeds_output(graph, n)]
        quantize_static(ready, a.out, Pictures(a), quant_format=QuantFormat.QDQ, per_channel=True, activation_type=QuantType.QUInt8,
                        weight_type=QuantType.QInt8, calibrate_method=CalibrationMethod.Percentile, nodes_to_exclude=keep,
                        extra_options={"CalibPercentile": 99.995, "ActivationSymmetric": False, "WeightSymmetric": True})


def feeds_output(graph, node):
    """Whether no convolution comes after a node."""
    by_input = {}
    for n in graph.node:
        for i in n.input:
            by_input.setdefault(i, []).append(n)
    todo = [o for o in node.output]
    while todo:
        for n in by_input.get(todo.pop(), []):
            if n.op_type == "Conv":
                return False
            todo += list(n.output)
    return True


if __name__ == "__main__":
    main()
