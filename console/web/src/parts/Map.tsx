import "maplibre-gl/dist/maplibre-gl.css";
import maplibregl, { type GeoJSONSource, type Map as GLMap, type MapLayerMouseEvent, Popup } from "maplibre-gl";
import { Protocol } from "pmtiles";
import { useEffect, useRef, useState } from "react";
import { type Dock, useBase } from "../api";
import { useText } from "../i18n";
import { useDark } from "../theme";
import { full } from "../time";
import { pictureOf, pictureRatio } from "./marks";
import { type Base, styleOf } from "./style";

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
  /** Whether the map goes to the areas when they change. */
  fitAreas?: boolean;
  coverage?: boolean;
  onPlace?: (lon: number, lat: number) => void;
  onMap?: (map: GLMap) => void;
  label: string;
};

maplibregl.addProtocol("pmtiles", new Protocol().tile);

const placesEvery = 30_000; // milliseconds between two readings of all leads' places
const metresPerDegree = 111_320;

const fineAfter = 250; // milliseconds after a move
const movingRatio = 0.5; // of the device's pixels, where a processor draws them

/** Whether WebGL is drawn by the processor, as on machines without a graphics card. */
function software(): boolean {
  const gl = document.createElement("canvas").getContext("webgl2");
  const info = gl?.getExtension("WEBGL_debug_renderer_info");
  const by = info ? String(gl!.getParameter(info.UNMASKED_RENDERER_WEBGL)) : "";
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  return /swiftshader|llvmpipe|software|basic render/i.test(by);
}

/** Draws a map with fewer pixels while somebody moves it: where a processor draws, each is dear. It begins before the move does, as a new ratio ends one. */
function coarsely(m: GLMap, until: AbortSignal) {
  let coarse = false;
  let held = false;
  let again: ReturnType<typeof setTimeout> | undefined;
  const fineSoon = () => {
    clearTimeout(again);
    again = setTimeout(() => {
      if (!coarse || held || m.isMoving() || until.aborted) return;
      coarse = false;
      m.setPixelRatio(window.devicePixelRatio);
    }, fineAfter);
  };
  const begin = () => {
    if (coarse || m.isMoving()) return;
    coarse = true;
    m.setPixelRatio(movingRatio);
  };
  const box = m.getContainer();
  box.addEventListener("pointerdown", () => ((held = true), begin()), { capture: true, signal: until });
  window.addEventListener("pointerup", () => ((held = false), fineSoon()), { signal: until });
  box.addEventListener("wheel", () => (begin(), fineSoon()), { capture: true, passive: true, signal: until });
  m.on("moveend", fineSoon);
}

/** The box round features. */
function boundsOf(areas: GeoJSON.FeatureCollection): maplibregl.LngLatBounds {
  const b = new maplibregl.LngLatBounds();
  const each = (c: unknown): void => {
    if (!Array.isArray(c)) return;
    if (typeof c[0] === "number") b.extend([c[0], c[1] as number]);
    else c.forEach(each);
  };
  for (const f of areas.features) if ("coordinates" in f.geometry) each(f.geometry.coordinates);
  return b;
}

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

/** The map, once it is known what lies under it. */
export default function CityMap(props: Props) {
  const base = useBase();
  return base.isPending ? <div className="map" /> : <Drawn {...props} base={base.data ?? ""} />;
}

function Drawn({ docks, leads, places, chosen, onChoose, lines, areas, fitAreas = false, coverage = false, onPlace, onMap, label, base }: Props & { base: Base }) {
  const { t } = useText();
  const { dark } = useDark();
  const box = useRef<HTMLDivElement>(null);
  const map = useRef<GLMap>(undefined);
  const [ready, setReady] = useState(0); // counts styles that were loaded
  const fitted = useRef<"" | "docks" | "all">(""); // to what the map was moved, once for each
  const routed = useRef(0); // points of the lines that the map was fitted to
  const call = useRef({ onChoose, onPlace, onMap });
  call.current = { onChoose, onPlace, onMap };

  useEffect(() => {
    const m = new maplibregl.Map({ container: box.current!, style: styleOf(dark, base), center: [121.68, 31.12], zoom: 9.6, attributionControl: false });
    m.addControl(new maplibregl.NavigationControl(), "top-left");
    m.addControl(new maplibregl.ScaleControl(), "bottom-left");
    const gone = new AbortController();
    if (software()) coarsely(m, gone.signal);
    m.on("moveend", () => {
      for (const [source, features] of waiting.current) put(source, features);
      waiting.current.clear();
    });
    m.on("style.load", () => {
      loaded.current = true;
      shown.current.clear();
      setReady((n) => n + 1);
    });
    m.on("load", () => call.current.onMap?.(m));
    const choose = (e: MapLayerMouseEvent) => call.current.onChoose?.(String(e.features?.[0]?.properties?.lead));
    m.on("click", "leads", choose);
    m.on("click", "places", choose);
    m.on("click", "clusters", (e) => m.easeTo({ center: e.lngLat, zoom: m.getZoom() + 2, duration: 300 }));
    m.on("styleimagemissing", (e) => {
      const picture = pictureOf(e.id);
      if (picture) m.addImage(e.id, picture, { pixelRatio: pictureRatio });
    });
    m.on("click", (e) => call.current.onPlace?.(e.lngLat.lng, e.lngLat.lat));
    map.current = m;
    return () => {
      gone.abort();
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
    loaded.current = false;
    map.current?.setStyle(styleOf(dark, base), { diff: false });
  }, [dark]);

  const shown = useRef(new Map<string, string>()); // by source, what it shows
  const loaded = useRef(false); // the style
  const waiting = useRef(new Map<string, GeoJSON.Feature[]>()); // what comes while somebody moves the map: to move it is not to stutter
  const put = (source: string, features: GeoJSON.Feature[]) => {
    const now = JSON.stringify(features);
    if (shown.current.get(source) === now) return;
    shown.current.set(source, now);
    (map.current?.getSource(source) as GeoJSONSource | undefined)?.setData({ type: "FeatureCollection", features });
    show(source, features.length > 0);
  };
  // a layer that shows nothing costs as much as one that does
  const show = (source: string, on: boolean) => {
    for (const l of map.current?.getStyle()?.layers ?? []) if ("source" in l && l.source === source) map.current!.setLayoutProperty(l.id, "visibility", on ? "visible" : "none");
  };
  const set = (source: string, features: GeoJSON.Feature[]) => {
    if (!loaded.current) return; // the effects come again once the style is there
    if (map.current?.isMoving()) waiting.current.set(source, features);
    else put(source, features);
  };

  useEffect(() => {
    const m = map.current;
    if (!m || !ready) return;
    const at = (lon: number, lat: number, properties: GeoJSON.GeoJsonProperties): GeoJSON.Feature => ({ type: "Feature", properties, geometry: { type: "Point", coordinates: [lon, lat] } });
    set("docks", (docks ?? []).map((d) => at(d.lon, d.lat, { name: d.name || d.sn })));
    set("aircraft", (docks ?? []).flatMap((d) => (d.aircraft ? [at(d.aircraft.lon, d.aircraft.lat, { yaw: d.aircraft.yaw })] : [])));
    box.current!.dataset.aircraft = (docks ?? []).flatMap((d) => (d.aircraft ? [`${d.aircraft.lon},${d.aircraft.lat}`] : [])).join(" ");
    const first = docks?.find((d) => d.aircraft) ?? docks?.[0];
    if (first && !chosen && (fitted.current === "" || (fitted.current === "docks" && first.aircraft))) {
      fitted.current = first.aircraft ? "all" : "docks";
      const b = new maplibregl.LngLatBounds();
      for (const d of docks ?? []) if (!first.aircraft || d.aircraft) b.extend([d.lon, d.lat]);
      for (const d of docks ?? []) if (d.aircraft) b.extend([d.aircraft.lon, d.aircraft.lat]);
      m.fitBounds(b, { padding: 80, maxZoom: first.aircraft ? 15.6 : 12, animate: false });
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
    set("flights", [...(docks ?? []).flatMap(viewOf), ...routes.map((l): GeoJSON.Feature => ({ type: "Feature", properties: { id: l.id, colour: l.colour ?? null, chosen: l.chosen ?? false }, geometry: { type: "LineString", coordinates: l.route } }))]);
  }, [docks, lines, ready]);

  useEffect(() => {
    if (!ready) return;
    set("areas", areas?.features ?? []);
    if (fitAreas && areas?.features.length) map.current?.fitBounds(boundsOf(areas), { padding: 40, maxZoom: 16, animate: false });
  }, [areas, fitAreas, ready]);

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
    show("places", true);
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
