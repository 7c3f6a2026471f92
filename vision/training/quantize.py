"""Makes an int8 network of a float one: weights by channel, activations calibrated on training pictures, as QDQ nodes. It takes a picture's
bytes as they are (BGRA, the last not used): normalising is part of its first convolution, and ONNX Runtime's kernels for whole fours of
channels run that one in a third of the time.

usage: quantize.py FLOAT.onnx OUT.onnx --rendered DIR [--cutouts DIR --backgrounds DIR] [--pictures 160]

FLOAT is a detector, or the network that looks closer (then the folders hold detections.json as well).

Needs onnxruntime, onnx and opencv-python-headless from PyPI, in an environment of their own; Harrier itself does not. Pictures of validation and test are not touched.
"""
import argparse
import os
import tempfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

import crops
from data import MEAN, STD, Cutouts, crop, load


class Pictures(CalibrationDataReader):
    def __init__(self, a, name):
        rng = np.random.default_rng(11)
        ims = of_crops(a, rng) if name == "crop" else of_tiles(a, rng)
        x = [(im.astype(np.float32) - np.array(MEAN, np.float32)) / np.array(STD, np.float32) for im in ims]
        self.at = iter([{name: v.transpose(2, 0, 1)[None]} for v in x])

    def get_next(self):
        return next(self.at, None)


def of_tiles(a, rng):
    rows, cut = load(a.rendered), Cutouts(a.cutouts) if a.cutouts else None
    back = load(a.backgrounds) if a.backgrounds else []
    for i in range(a.pictures):
        composed = cut and back and i % 3 == 0
        source = back if composed else rows
        yield crop(source[rng.integers(len(source))], rng, "backgrounds" if composed else "rendered", cut if composed else None)[0]


def of_crops(a, rng):
    big = int(crops.SIZE * crops.SPARE)
    items = crops.candidates(a.rendered, "rendered")
    cut = Cutouts(a.cutouts) if a.cutouts else None
    back = load(a.backgrounds) if a.backgrounds else []
    for i in range(a.pictures):
        composed = cut and back and i % 3 == 0
        yield crops.varied(crops.composed(back[rng.integers(len(back))], cut, rng, big)[0] if composed else items[rng.integers(len(items))].square(big, crops.SPARE), rng)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("float")
    p.add_argument("out")
    p.add_argument("--rendered", required=True)
    p.add_argument("--cutouts")
    p.add_argument("--backgrounds")
    p.add_argument("--pictures", type=int, default=160)
    p.add_argument("--percentile", type=float, default=99.995)
    a = p.parse_args()
    with tempfile.TemporaryDirectory() as d:
        ready = os.path.join(d, "ready.onnx")
        m = onnx.version_converter.convert_version(onnx.load(a.float), 13)  # per-channel QDQ needs opset 13
        onnx.save(m, ready)
        quant_pre_process(ready, ready, skip_symbolic_shape=True)
        # what comes out stays float: scores near 0 and distances need the digits
        graph = onnx.load(ready).graph
        keep = [n.name for n in graph.node if n.op_type in ("Sigmoid", "Slice", "Concat", "Transpose", "Reshape", "Softmax") and feeds_output(graph, n)]
        quantize_static(ready, a.out, Pictures(a, graph.input[0].name), quant_format=QuantFormat.QDQ, per_channel=True, activation_type=QuantType.QUInt8,
                        weight_type=QuantType.QInt8, calibrate_method=CalibrationMethod.Percentile, nodes_to_exclude=keep,
                        extra_options={"CalibPercentile": a.percentile, "ActivationSymmetric": False, "WeightSymmetric": True})
    take_bytes(a.out, a.float)


PAD = 114  # of the first convolution: the grey that lies beyond a picture's edge


def take_bytes(path, floating):
    """Makes the network of a file take bytes, (1, height, width, 4), in place of normalised planes; floating is the file it was made of."""
    m = onnx.load(path)
    g = m.graph
    told = {i.name: i for i in g.initializer}
    feeding = lambda graph, name: next(n for n in graph.node if name in n.input)
    making = lambda name: next(n for n in g.node if name in n.output)
    x = g.input[0]
    q = feeding(g, x.name)
    dq = feeding(g, q.output[0])
    conv = feeding(g, dq.output[0])
    f = onnx.load(floating).graph
    stem = feeding(f, f.input[0].name)
    w, b = [numpy_helper.to_array(next(i for i in f.initializer if i.name == n)) for n in stem.input[1:3]]
    # conv((u - mean) / std) = conv'((u - PAD) * step): what differs by channel goes into the weights, the rest into the bias
    mean, std = np.array(MEAN, np.float32), np.array(STD, np.float32)
    step = np.float32(1 / std.mean())
    b = b + (w * ((PAD - mean) / std)[None, :, None, None]).sum((1, 2, 3))
    w = w / (std[None, :, None, None] * step)
    scale = (np.abs(w).max((1, 2, 3)) / 127).astype(np.float32)
    w = np.clip(np.round(w / scale[:, None, None, None]), -127, 127).astype(np.int8)
    weights, bias = making(conv.input[1]), making(conv.input[2])
    for name, v in ((weights.input[0], np.concatenate([w, np.zeros_like(w[:, :1])], 1)), (weights.input[1], scale),
                    (bias.input[0], np.round(b / (scale * step)).astype(np.int32)), (bias.input[1], scale * step),
                    (dq.input[1], np.array(step)), (dq.input[2], np.array(PAD, np.uint8))):
        told[name].CopyFrom(numpy_helper.from_array(v, name))
    n, _, height, width = [d.dim_value for d in x.type.tensor_type.shape.dim]
    x.CopyFrom(helper.make_tensor_value_info(x.name, TensorProto.UINT8, [n, height, width, 4]))
    at = list(g.node).index(q)
    g.node.remove(q)
    g.node.insert(at, helper.make_node("Transpose", [x.name], [q.output[0]], perm=[0, 3, 1, 2], name="planes"))
    for v in [v for v in g.value_info if v.name in (q.output[0], dq.output[0])]:
        g.value_info.remove(v)
    onnx.checker.check_model(m)
    onnx.save(m, path)


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
