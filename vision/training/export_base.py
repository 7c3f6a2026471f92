"""Writes the untrained base network (NanoDet-g on COCO) as ONNX: export_base.py nanodet.json nanodet.bin OUT.onnx"""
import sys

import nanodet

nanodet.export(nanodet.load_tfjs(sys.argv[1], sys.argv[2]), sys.argv[3])
