"""HiGHS on the problems that BenchmarkSolve of missions/siting writes: PROBLEM=. go test ./missions/siting -run '^$' -bench Solve

pip install highspy numpy scipy; python3 missions/peers/highs.py 40.json 60"""
import json
import sys
import time

import highspy
import numpy as np

p = json.load(open(sys.argv[1]))
weights, reach, docks = p["Weights"], p["Reach"], p["Docks"]
n, m = len(reach), len(weights)
by = [[] for _ in range(m)]
for j, r in enumerate(reach):
    for i in r:
        by[i].append(j)
h = highspy.Highs()
h.setOptionValue("output_flag", False)
h.setOptionValue("time_limit", float(sys.argv[2]))
h.setOptionValue("mip_rel_gap", 0.0)
h.setOptionValue("mip_abs_gap", 1e-6)
for j in range(n):
    h.addVar(0, 1)
    h.changeColIntegrality(j, highspy.HighsVarType.kInteger)
for i in range(m):
    h.addVar(0, 1)
    h.changeColCost(n + i, weights[i])
h.changeObjectiveSense(highspy.ObjSense.kMaximize)
h.addRow(docks, docks, n, np.arange(n, dtype=np.int32), np.ones(n))
for i in range(m):
    at = np.array(by[i] + [n + i], dtype=np.int32)
    h.addRow(-highspy.kHighsInf, 0, len(at), at, np.append(-np.ones(len(by[i])), 1.0))
t = time.time()
h.run()
i = h.getInfo()
print(f"reached {i.objective_function_value:.0f}, bound {i.mip_dual_bound:.0f}, {time.time() - t:.1f} s")
