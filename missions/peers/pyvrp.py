"""PyVRP on the problem that BenchmarkSolve of missions/tour writes: PROBLEM=p.json go test ./missions/tour -run '^$' -bench Solve/1000

pip install pyvrp==0.14.0; python3 missions/peers/pyvrp.py p.json 60"""
import json
import os
import sys

sys.path = [p for p in sys.path if os.path.abspath(p or ".") != os.path.dirname(os.path.abspath(__file__))]  # this file is called as the package
from pyvrp import Model  # noqa: E402
from pyvrp.stop import MaxRuntime  # noqa: E402

p = json.load(open(sys.argv[1]))
scale = 10  # tenths of a second: PyVRP counts in whole numbers
m = Model()
nodes = [m.add_location(x=a[0], y=a[1]) for a in p["at"]]
depots = [m.add_depot(a) for a in nodes[: p["depots"]]]
for a, t in zip(nodes[p["depots"]:], p["takes"]):
    m.add_client(a, service_duration=round(scale * t))
for d in depots:
    m.add_vehicle_type(60, start_depot=d, end_depot=d, shift_duration=round(scale * p["flight"]), unit_distance_cost=0, unit_duration_cost=1)
for i, a in enumerate(nodes):
    for j, b in enumerate(nodes):
        if i != j:
            m.add_edge(a, b, distance=0, duration=round(scale * p["seconds"][i][j]))
r = m.solve(stop=MaxRuntime(float(sys.argv[2])), seed=1, display=False)
print(f"feasible {r.is_feasible()}, {r.cost() / scale / 60:.1f} flight minutes, {r.best.num_routes()} flights")
