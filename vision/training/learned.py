"""Says whether a training learned: its loss fell, and AP50 on the validation towns rose above where it started. learned.py LOG"""
import json
import sys

last = [json.loads(line) for line in open(sys.argv[1])][-1]
if not last.get("finished"):
    sys.exit(f"{sys.argv[1]}: the training did not finish")
fell, rose = last["loss_first"] > last["loss_last"], last["best"] > last["started_at"] + 0.02
print(f"loss {last['loss_first']} -> {last['loss_last']}, mean AP50 {last['started_at']} -> {last['best']}")
if not (fell and rose):
    sys.exit("it did not learn: the loss must fall and AP50 must rise by more than 0.02")
