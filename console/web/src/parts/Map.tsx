import "maplibre-gl/dist/maplibre-gl.css";
import maplibregl, { type GeoJSONSource, type Map as GLMap, type MapLayerMouseEvent, Marker, Popup } from "maplibre-gl";
import { useEffect, useRef, useState } from "react";
import type { Dock } from "../api";
import { useText } from "../i18n";
import { useDark } from "../theme";
import { full } from "../time";
import { countImage, drawCount, styleOf } from "./style";

export type Spot = { lead: string; state: string; lon: number; lat: number; error_m?: number };
export type Line = { id: string; route: number[][]; colour?: string; chosen?: boolean };

type Props = {
  docks?: Dock[];
  leads?: Spot[];
  /** Address of the places of many leads (GeoJSON), which stand for themselves or, where they are close, together. */
  places?: string;
  chosen?: string;
  onChoose?: (lead: string) => void;
  lines?: Line[];
  areas?: GeoJSON.FeatureCollection;
  coverage?: boolean;
  onPlace?: (lon: number, lat: number) => void;
  onMap?: (map: GLMap) => void;
  label: string;
};

const placesEvery = 30_000; // milliseconds between two readings of all leads' places
const metresPerDegree = 111_320;

/** A circle as wide as the error of a position. */
function circle(lon: number, lat: number, metres: number): GeoJSON.Feature {
  const ring = Array.from({ length: 49 }, (_, i) => {
    const a = (i * Math.PI) / 24;
    return [lon + (metres * Math.sin(a)) / metresPerDegree / Math.cos((lat * Math.PI) / 180), lat + (metres * Math.cos(a)) / metresPerDegree];
  });
  return { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [ring] } };
}

// half the angle across the docks' wide cameras, and along: what they show on flat ground
const halfAcross = Math.tan((36 * Math.PI) / 180);

/** What an aircraft's camera shows on flat ground, as far as it looks down. */
function viewOf(d: Dock): GeoJSON.Feature[] {
  const a = d.aircraft;
  if (!a || a.height_m < 5 || a.pitch > -20) return [];
  const off = a.height_m / Math.tan((-a.pitch * Math.PI) / 180);
  const half = (a.height_m / Math.sin((-a.pitch * Math.PI) / 180)) * halfAcross;
  const yaw = (a.yaw * Math.PI) / 180;
  const corner = (x: number, y: number) => {
    const e = x * Math.cos(yaw) + y * Math.sin(yaw);
    const n = -x * Math.sin(yaw) + y * Math.cos(yaw);
    return [a.lon + e / metresPerDegree / Math.cos((a.lat * Math.PI) / 180), a.lat + n / metresPerDegree];
  };
  const deep = half * 0.5625;
  const ring = [corner(-half, off - deep), corner(half, off - deep), corner(half, off + deep), corner(-half, off + deep)];
  return [{ type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [[...ring, ring[0]]] } }];
}

export default function CityMap({ docks, leads, places, chosen, onChoose, lines, areas, coverage = false, onPlace, onMap, label }: Props) {
  const { t } = useText();
  const { dark } = useDark();
  const box = useRef<HTMLDivElement>(null);
  const map = useRef<GLMap>(undefined);
  const markers = useRef(new Map<string, Marker>());
  const [ready, setReady] = useState(0); // counts styles that were loaded
  const fitted = useRef<"" | "docks" | "all">(""); // to what the map was moved, once for each
  const routed = useRef(0); // points of the lines that the map was fitted to
  const call = useRef({ onChoose, onPlace, onMap });
  call.current = { onChoose, onPlace, onMap };

  useEffect(() => {
    const m = new maplibregl.Map({ container: box.current!, style: styleOf(dark), center: [121.68, 31.12], zoom: 9.6, attributionControl: false });
    m.addControl(new maplibregl.NavigationControl(), "top-left");
    m.addControl(new maplibregl.ScaleControl(), "bottom-left");
    m.on("style.load", () => setReady((n) => n + 1));
    m.on("load", () => call.current.onMap?.(m));
    const choose = (e: MapLayerMouseEvent) => call.current.onChoose?.(String(e.features?.[0]?.properties?.lead));
    m.on("click", "leads", choose);
    m.on("click", "places", choose);
    m.on("click", "clusters", (e) => m.easeTo({ center: e.lngLat, zoom: m.getZoom() + 2, duration: 300 }));
    m.on("styleimagemissing", (e) => {
      if (e.id.startsWith(countImage)) m.addImage(e.id, drawCount(e.id.slice(countImage.length), 2), { pixelRatio: 2 });
    });
    m.on("click", (e) => call.current.onPlace?.(e.lngLat.lng, e.lngLat.lat));
    map.current = m;
    const kept = markers.current;
    return () => {
      kept.clear();
      m.remove();
      map.current = undefined;
    };
    // made once; its style follows below
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  const styled = useRef(dark);
  useEffect(() => {
    if (styled.current === dark) return;
    styled.current = dark;
    map.current?.setStyle(styleOf(dark), { diff: false });
  }, [dark]);

  const set = (source: string, features: GeoJSON.Feature[]) => (map.current?.getSource(source) as GeoJSONSource | undefined)?.setData({ type: "FeatureCollection", features });

  useEffect(() => {
    const m = map.current;
    if (!m || !ready) return;
    const seen = new Set<string>();
    const put = (id: string, cls: string, lon: number, lat: number, text: string, turn?: number) => {
      seen.add(id);
      let k = markers.current.get(id);
      if (!k) {
        const el = document.createElement("div");
        el.className = cls;
        el.setAttribute("role", "img");
        el.setAttribute("aria-label", text || id);
        el.append(document.createElement("i"), document.createElement("span"));
        k = new Marker({ element: el }).setLngLat([lon, lat]).addTo(m);
        markers.current.set(id, k);
      }
      k.setLngLat([lon, lat]);
      const el = k.getElement();
      el.dataset.lon = String(lon);
      el.querySelector("span")!.textContent = text;
      if (turn !== undefined) el.querySelector("i")!.style.rotate = `${turn}deg`;
    };
    for (const d of docks ?? []) {
      put(`dock ${d.sn}`, "dock-mark", d.lon, d.lat, d.name);
      if (d.aircraft) put(`aircraft ${d.sn}`, "aircraft-mark", d.aircraft.lon, d.aircraft.lat, "", d.aircraft.yaw);
    }
    for (const [id, k] of markers.current)
      if (!seen.has(id)) {
        k.remove();
        markers.current.delete(id);
      }
    set("views", (docks ?? []).flatMap(viewOf));
    const first = docks?.find((d) => d.aircraft) ?? docks?.[0];
    if (first && !chosen && (fitted.current === "" || (fitted.current === "docks" && first.aircraft))) {
      fitted.current = first.aircraft ? "all" : "docks";
      m.jumpTo({ center: [first.lon, first.lat], zoom: first.aircraft ? 15.6 : 12 });
    }
  }, [docks, ready, chosen]);

  useEffect(() => {
    if (!ready) return;
    const routes: Line[] = lines ?? (docks ?? []).filter((d) => (d.route ?? []).length > 1).map((d) => ({ id: d.sn, route: d.route as number[][] }));
    const all = lines?.flatMap((l) => l.route) ?? [];
    if (all.length > 0 && routed.current !== all.length) {
      routed.current = all.length;
      fitted.current = "all";
      const b = new maplibregl.LngLatBounds();
      for (const p of all) b.extend([p[0], p[1]]);
      map.current?.fitBounds(b, { padding: 60, maxZoom: 16, animate: false });
    }
    set("routes", routes.map((l) => ({ type: "Feature", properties: { id: l.id, colour: l.colour ?? null, chosen: l.chosen ?? false }, geometry: { type: "LineString", coordinates: l.route } })));
  }, [docks, lines, ready]);

  useEffect(() => {
    if (ready) set("areas", areas?.features ?? []);
  }, [areas, ready]);

  useEffect(() => {
    if (!ready) return;
    set("leads", (leads ?? []).map((l) => ({ type: "Feature", properties: { lead: l.lead, state: l.state, chosen: l.lead === chosen }, geometry: { type: "Point", coordinates: [l.lon, l.lat] } })));
    if (leads && leads.length > 0 && !chosen && fitted.current === "") {
      fitted.current = "all";
      const b = new maplibregl.LngLatBounds();
      for (const l of leads) b.extend([l.lon, l.lat]);
      map.current?.fitBounds(b, { padding: 60, maxZoom: 16, animate: false });
    }
    const one = leads?.find((l) => l.lead === chosen);
    set("ellipse", one?.error_m ? [circle(one.lon, one.lat, one.error_m)] : []);
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
      const el = document.createElement("div");
      el.className = "coverage-popup";
      for (const l of [
        `${t("cell")} ${p.cell}`,
        `${t("seen")} ${Math.round(p.share * 100)} % · ${(p.gsd_m * 100).toFixed(1)} cm/px · ${Math.round(p.depression)}°`,
        `${t("light")} ${Math.round(p.light * 100)} % · ${t("sharpness")} ${Math.round(p.sharpness * 100)} %`,
        `${p.flights} × ${t("flight")} · ${full(p.last)}`,
      ])
        el.appendChild(document.createElement("div")).textContent = l;
      popup.setLngLat(e.lngLat).setDOMContent(el).addTo(m);
    };
    m.on("click", "coverage", show);
    return () => {
      clearInterval(again);
      m.off("click", "coverage", show);
      popup.remove();
    };
    // the texts of a popup are those of when it is opened
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [coverage, ready]);

  useEffect(() => {
    const from = map.current?.getSource("places") as GeoJSONSource | undefined;
    if (!from || !ready || !places) return;
    from.setData(places);
    const again = setInterval(() => from.setData(places), placesEvery);
    return () => clearInterval(again);
  }, [places, ready]);

  const spot = leads?.find((x) => x.lead === chosen);
  useEffect(() => {
    if (spot && ready) map.current?.jumpTo({ center: [spot.lon, spot.lat], zoom: Math.max(16.5, map.current.getZoom()) });
    // only when another lead is chosen, not at every refresh
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [chosen, spot?.lon, spot?.lat, ready > 0]);

  return <div ref={box} className="map" role="application" aria-label={label} />;
}
