import maplibregl, { type GeoJSONSource, type Map as GLMap, type MapLayerMouseEvent, Marker, Popup } from "maplibre-gl";
import { useEffect, useRef, useState } from "react";
import type { Dock, Lead } from "./api";
import type { Say } from "./text";

const empty = { type: "FeatureCollection" as const, features: [] };
const fenceColors = ["match", ["get", "kind"], "construction-site", "#c98a2b", "vending-zone", "#3f9d5a", "no-fly", "#c0392b", "#5b6ea8"];

// Everything on the map is our own GeoJSON; names are drawn by the page, so no glyphs are fetched.
const style = {
  version: 8 as const,
  sources: {
    outline: { type: "geojson" as const, data: "/map/outline.geojson" },
    roads: { type: "geojson" as const, data: "/map/roads.geojson" },
    buildings: { type: "geojson" as const, data: "/map/buildings.geojson" },
    fences: { type: "geojson" as const, data: "/map/fences.geojson" },
    coverage: { type: "geojson" as const, data: empty },
    routes: { type: "geojson" as const, data: empty },
    leads: { type: "geojson" as const, data: empty },
  },
  layers: [
    { id: "sea", type: "background" as const, paint: { "background-color": "#dce6ea" } },
    { id: "land", type: "fill" as const, source: "outline", paint: { "fill-color": "#f6f4ef" } },
    { id: "shore", type: "line" as const, source: "outline", paint: { "line-color": "#8aa0a6", "line-width": 1.5 } },
    { id: "roads", type: "line" as const, source: "roads", paint: { "line-color": "#cfcbc2", "line-width": ["interpolate", ["exponential", 2], ["zoom"], 12, 0.5, 18, 24] as never } },
    { id: "fences", type: "fill" as const, source: "fences", paint: { "fill-color": fenceColors as never, "fill-opacity": 0.25 } },
    {
      id: "coverage",
      type: "fill" as const,
      source: "coverage",
      layout: { visibility: "none" as const },
      // the more of a cell was seen the greener; what is white was not looked at
      paint: {
        "fill-color": ["interpolate", ["linear"], ["get", "share"], 0, "#f2e6a0", 0.5, "#8cc98a", 1, "#1f8a5b"] as never,
        "fill-opacity": 0.45,
        "fill-outline-color": "#1f5f4a",
      },
    },
    { id: "buildings", type: "fill" as const, source: "buildings", minzoom: 13, paint: { "fill-color": "#b9b2a6", "fill-outline-color": "#8f887c" } },
    { id: "routes", type: "line" as const, source: "routes", paint: { "line-color": "#0b6e6e", "line-width": 2, "line-dasharray": [2, 2] } },
    {
      id: "leads",
      type: "circle" as const,
      source: "leads",
      paint: {
        "circle-radius": ["case", ["get", "chosen"], 10, 6] as never,
        "circle-color": ["match", ["get", "state"], "confirmed", "#2e9e4f", "rejected", "#9a9a9a", "#e0a100"] as never,
        "circle-stroke-color": ["case", ["get", "chosen"], "#d00", "#fff"] as never,
        "circle-stroke-width": 2,
      },
    },
  ],
};

type Props = { docks: Dock[]; leads: Lead[]; chosen?: string; onChoose: (lead: string) => void; coverage: boolean; t: Say };

export function CityMap({ docks, leads, chosen, onChoose, coverage, t }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const map = useRef<GLMap>(undefined);
  const markers = useRef(new Map<string, Marker>());
  const [ready, setReady] = useState(false);
  const fitted = useRef(false);
  const choose = useRef(onChoose);
  choose.current = onChoose;

  useEffect(() => {
    const m = new maplibregl.Map({ container: box.current!, style, center: [121.68, 31.12], zoom: 9.6, attributionControl: false });
    m.addControl(new maplibregl.NavigationControl(), "top-left");
    m.addControl(new maplibregl.ScaleControl(), "bottom-left");
    m.on("load", () => setReady(true));
    m.on("click", "leads", (e) => choose.current(String(e.features?.[0]?.properties?.lead)));
    map.current = m;
    return () => m.remove();
  }, []);

  useEffect(() => {
    const m = map.current;
    if (!m || !ready) return;
    const seen = new Set<string>();
    const put = (id: string, cls: string, lon: number, lat: number, label: string, turn?: number) => {
      seen.add(id);
      let k = markers.current.get(id);
      if (!k) {
        const el = document.createElement("div");
        el.className = cls;
        el.innerHTML = "<i></i><span></span>";
        k = new Marker({ element: el }).setLngLat([lon, lat]).addTo(m);
        markers.current.set(id, k);
      }
      k.setLngLat([lon, lat]);
      const el = k.getElement();
      el.dataset.lon = String(lon);
      el.querySelector("span")!.textContent = label;
      if (turn !== undefined) el.querySelector("i")!.style.rotate = `${turn}deg`;
    };
    for (const d of docks) {
      put(`dock ${d.sn}`, "dock-mark", d.lon, d.lat, d.name);
      if (d.aircraft) put(`aircraft ${d.sn}`, "aircraft-mark", d.aircraft.lon, d.aircraft.lat, "", d.aircraft.yaw);
    }
    for (const [id, k] of markers.current)
      if (!seen.has(id)) {
        k.remove();
        markers.current.delete(id);
      }
    (m.getSource("routes") as GeoJSONSource).setData({
      type: "FeatureCollection",
      features: docks
        .filter((d) => (d.route ?? []).length > 1)
        .map((d) => ({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: d.route as number[][] } })),
    });
    const flying = docks.find((d) => d.aircraft);
    if (flying && !fitted.current) {
      fitted.current = true;
      m.easeTo({ center: [flying.lon, flying.lat], zoom: 15.6, duration: 800 });
    }
  }, [docks, ready]);

  useEffect(() => {
    if (!ready) return;
    (map.current!.getSource("leads") as GeoJSONSource).setData({
      type: "FeatureCollection",
      features: leads.map((l) => ({ type: "Feature", properties: { lead: l.lead, state: l.state, chosen: l.lead === chosen }, geometry: { type: "Point", coordinates: [l.lon, l.lat] } })),
    });
  }, [leads, chosen, ready]);

  useEffect(() => {
    const m = map.current;
    if (!m || !ready) return;
    m.setLayoutProperty("coverage", "visibility", coverage ? "visible" : "none");
    if (!coverage) return;
    const load = () => (m.getSource("coverage") as GeoJSONSource).setData("/map/coverage.geojson");
    load();
    const again = setInterval(load, 10_000);
    const popup = new Popup({ closeButton: true });
    const show = (e: MapLayerMouseEvent) => {
      const p = e.features?.[0]?.properties;
      if (!p) return;
      const lines = [
        `${t("cell")} ${p.cell}`,
        `${t("seen")} ${Math.round(p.share * 100)} % · ${(p.gsd_m * 100).toFixed(1)} cm/px · ${Math.round(p.depression)}°`,
        `${t("light")} ${Math.round(p.light * 100)} % · ${t("sharpness")} ${Math.round(p.sharpness * 100)} %`,
        `${p.flights} × ${t("flight")} · ${new Date(p.last).toLocaleString()}`,
      ];
      const el = document.createElement("div");
      el.className = "coverage-popup";
      for (const l of lines) el.appendChild(document.createElement("div")).textContent = l;
      popup.setLngLat(e.lngLat).setDOMContent(el).addTo(m);
    };
    m.on("click", "coverage", show);
    return () => {
      clearInterval(again);
      m.off("click", "coverage", show);
      popup.remove();
    };
  }, [coverage, ready, t]);

  useEffect(() => {
    const l = leads.find((x) => x.lead === chosen);
    if (l && ready) map.current!.easeTo({ center: [l.lon, l.lat], zoom: Math.max(16.5, map.current!.getZoom()), padding: { bottom: 260 } });
    // only when another lead is chosen, not at every refresh
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [chosen, ready]);

  return <div ref={box} className="map" />;
}
