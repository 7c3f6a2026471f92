"""OR-tools for sweeps.cpp, with the parameters of Fields2Cover 2.1.0: asked on stdin (n, the depot, seconds, n * n costs), answered on stdout (m, m
nodes), all int64."""
import os
import sys

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2 as enums

ask, answer = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)  # what OR-tools prints
while head := ask.read(24):
    n, depot, seconds = np.frombuffer(head, dtype=np.int64).tolist()
    costs = np.frombuffer(ask.read(8 * n * n), dtype=np.int64).reshape(n, n).tolist()
    manager = pywrapcp.RoutingIndexManager(n, 1, depot)
    model = pywrapcp.RoutingModel(manager)
    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitMatrix(costs))
    p = pywrapcp.DefaultRoutingSearchParameters()
    p.use_full_propagation = False
    p.first_solution_strategy = enums.FirstSolutionStrategy.AUTOMATIC
    p.local_search_metaheuristic = enums.LocalSearchMetaheuristic.AUTOMATIC
    p.time_limit.seconds = seconds
    s = model.SolveWithParameters(p)
    nodes = []
    if s:
        i = s.Value(model.NextVar(model.Start(0)))
        while not model.IsEnd(i):
            nodes.append(manager.IndexToNode(i))
            i = s.Value(model.NextVar(i))
    answer.write(np.array([len(nodes)] + nodes, dtype=np.int64).tobytes())
    answer.flush()
