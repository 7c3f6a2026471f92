// Covers fields with Fields2Cover: JSON lines {"id", "polygon", "spacing"} in; the same with "swaths", "way" and "seconds", or "error", out. Of its
// two ways to choose the direction that leave little ground out (fewest swaths, and that with the cells' borders reckoned in) the shorter way is taken;
// decomposed into cells it finds longer ones.
#include <chrono>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "fields2cover.h"

using nlohmann::json;

static int ask, answer;

static void start(const std::string& dir) {
  int a[2], b[2];
  if (pipe(a) || pipe(b)) throw std::runtime_error("no pipe");
  if (fork() == 0) {
    dup2(a[0], 0);
    dup2(b[1], 1);
    for (int f : {a[0], a[1], b[0], b[1]}) close(f);
    std::string python = dir + "/venv/bin/python";
    execl(python.c_str(), python.c_str(), (dir + "/routing.py").c_str(), (char*)nullptr);
    _exit(127);
  }
  close(a[0]);
  close(b[1]);
  ask = a[1];
  answer = b[0];
}

template <typename F>
static void all(F f, int fd, void* at, size_t n) {
  for (char* p = static_cast<char*>(at); n > 0;) {
    ssize_t k = f(fd, p, n);
    if (k <= 0) throw std::runtime_error("routing.py has ended");
    p += k;
    n -= k;
  }
}

std::vector<long long int> f2c::rp::RoutePlannerBase::computeBestRoute(const F2CGraph2D& g, bool, long int seconds, bool) const {
  int64_t n = g.numNodes(), head[3] = {n, n - 1, seconds};
  std::vector<int64_t> costs(n * n);
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j < n; j++) costs[i * n + j] = g.getCostFromEdge(i, j);
  all(write, ask, head, sizeof head);
  all(write, ask, costs.data(), 8 * costs.size());
  int64_t m;
  all(read, answer, &m, 8);
  if (m == 0) throw std::runtime_error("OR-tools finds no way");
  std::vector<long long int> nodes(m);
  all(read, answer, nodes.data(), 8 * m);
  return nodes;
}

static json pair(const F2CPoint& p) { return {p.getX(), p.getY()}; }

static json cover(F2CCells field, f2c::obj::SGObjective& least, double spacing, double& length) {
  F2CSwathsByCells swaths;
  f2c::sg::BruteForce search;
  for (auto&& c : field) swaths.emplace_back(search.generateBestSwaths(least, spacing, c));
  F2CRoute route = f2c::rp::RoutePlannerBase().genRoute(field, swaths);
  json out = {{"swaths", json::array()}, {"way", json::array()}};
  F2CPoint last;
  auto to = [&](const F2CPoint& p) {
    if (!out["way"].empty()) length += last.distance(p);
    out["way"].push_back(pair(p));
    last = p;
  };
  for (size_t i = 0; i < route.sizeVectorSwaths(); i++) {
    if (!out["way"].empty() && i < route.getConnections().size())
      for (auto&& p : route.getConnections()[i]) to(p);
    for (auto&& s : route.getSwaths(i)) {
      to(s.startPoint());
      to(s.endPoint());
      out["swaths"].push_back({pair(s.startPoint()), pair(s.endPoint())});
    }
  }
  return out;
}

int main(int, char** argv) {
  std::string dir = argv[0];
  start(dir.substr(0, dir.rfind('/')));
  for (std::string line; std::getline(std::cin, line);) {
    json in = json::parse(line), out;
    auto began = std::chrono::steady_clock::now();
    try {
      F2CCell cell;
      for (auto& r : in["polygon"]) {
        F2CLinearRing ring;
        for (auto& p : r) ring.addPoint(F2CPoint(p[0].get<double>(), p[1].get<double>()));
        cell.addRing(ring);
      }
      double least = 1e300;
      f2c::obj::NSwath fewest;
      f2c::obj::NSwathModified modified;
      for (f2c::obj::SGObjective* o : {static_cast<f2c::obj::SGObjective*>(&fewest), static_cast<f2c::obj::SGObjective*>(&modified)}) {
        double length = 0;
        json x = cover(F2CCells(cell), *o, in["spacing"], length);
        if (length < least) out = x, least = length;
      }
    } catch (const std::exception& e) {
      out = {{"error", e.what()}};
    }
    out["id"] = in["id"];
    out["polygon"] = in["polygon"];
    out["spacing"] = in["spacing"];
    out["seconds"] = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    std::cout << out << std::endl;
  }
  close(ask);
  wait(nullptr);
}
