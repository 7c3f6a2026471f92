import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";
import { aircraftMark, countMark, darkDockMark, dockMark, dockMiddle } from "./marks";

export const empty = { type: "FeatureCollection" as const, features: [] };

const colours = {
  light: { sea: "#dce6ea", green: "#e3ead9", land: "#f6f4ef", shore: "#8aa0a6", road: "#cfcbc2", house: "#b9b2a6", houseEdge: "#8f887c", route: "#0b6e6e" },
  dark: { sea: "#10181b", green: "#1c2a23", land: "#1a2326", shore: "#41555b", road: "#2f3b3f", house: "#3a4447", houseEdge: "#4f5b5f", route: "#4fd0cb" },
};

// colours of flights by dock, told apart also by who does not tell red from green
export const dockColours = ["#0b6e6e", "#d98200", "#5b4fc7", "#b5305a", "#2a7fd1", "#7a8b00", "#8a4b1f", "#00957a"];

const leadColour: ExpressionSpecification = ["match", ["get", "state"], ["confirmed", "handed-over", "accepted"], "#2e9e4f", ["rejected", "closed"], "#9a9a9a", "#e0a100"];

/** What lies under the map: nothing, vector tiles in the schema of Protomaps' basemaps, or pictures. */
export type Base = "" | "vector" | "raster";

/** Everything on the map is our own GeoJSON; names and numbers are drawn by the page as pictures, so no glyphs are fetched. */
export function styleOf(dark: boolean, base: Base): StyleSpecification {
  const c = dark ? colours.dark : colours.light;
  const is = (layer: string): ExpressionSpecification => ["==", ["get", "layer"], layer];
  const source = (data: string | typeof empty) => ({ type: "geojson" as const, data });
  const tiles = { url: `pmtiles://${location.origin}/map/base.pmtiles` };
  const fill = (layer: string, colour: string): LayerSpecification => ({ id: `base-${layer}`, type: "fill", source: "base", "source-layer": layer, paint: { "fill-color": colour } });
  const under: LayerSpecification[] =
    base === "raster"
      ? [{ id: "base", type: "raster", source: "base", paint: dark ? { "raster-brightness-max": 0.5, "raster-saturation": -0.4 } : {} }]
      : base === "vector"
        ? [
            fill("earth", c.land),
            fill("landuse", c.green),
            fill("water", c.sea),
            { id: "base-roads", type: "line", source: "base", "source-layer": "roads", paint: { "line-color": c.road, "line-width": ["interpolate", ["exponential", 2], ["zoom"], 8, 0.4, 18, 14] } },
            { ...fill("buildings", c.house), minzoom: 14 } as LayerSpecification,
          ]
        : [];
  return {
    version: 8,
    sources: {
      ...(base === "vector" ? { base: { type: "vector" as const, ...tiles } } : base === "raster" ? { base: { type: "raster" as const, tileSize: 256, ...tiles } } : {}),
      // one source for all that stands still: each costs a pass over the picture
      ground: source("/map/ground.geojson"),
      coverage: source(empty),
      areas: source(empty),
      flights: source(empty), // routes, and what cameras show
      places: { ...source(empty), cluster: true, clusterRadius: 40, clusterMaxZoom: 15 },
      leads: source(empty),
      ellipse: source(empty),
      docks: source(empty),
      aircraft: source(empty),
    },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": c.sea } },
      { id: "land", type: "fill", source: "ground", filter: is("outline"), paint: { "fill-color": c.land } },
      ...under,
      { id: "shore", type: "line", source: "ground", filter: is("outline"), paint: { "line-color": c.shore, "line-width": 1.5 } },
      { id: "roads", type: "line", source: "ground", filter: is("road"), paint: { "line-color": c.road, "line-width": ["interpolate", ["exponential", 2], ["zoom"], 12, 0.5, 18, 24] } },
      { id: "fences", type: "fill", source: "ground", filter: is("fence"), paint: { "fill-color": ["match", ["get", "kind"], "construction-site", "#c98a2b", "vending-zone", "#3f9d5a", "no-fly", "#c0392b", "#5b6ea8"], "fill-opacity": 0.25 } },
      {
        id: "coverage",
        type: "fill",
        source: "coverage",
        layout: { visibility: "none" },
        // the more of a cell was seen the greener; what is white was not looked at
        paint: { "fill-color": ["interpolate", ["linear"], ["get", "share"], 0, "#f2e6a0", 0.5, "#8cc98a", 1, "#1f8a5b"], "fill-opacity": 0.45, "fill-outline-color": "#1f5f4a" },
      },
      { id: "areas", type: "fill", source: "areas", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": ["coalesce", ["get", "colour"], "#2a7fd1"], "fill-opacity": ["coalesce", ["get", "opacity"], 0.25] } },
      { id: "area-lines", type: "line", source: "areas", paint: { "line-color": ["coalesce", ["get", "colour"], "#2a7fd1"], "line-width": 2 } },
      { id: "buildings", type: "fill", source: "ground", filter: is("building"), minzoom: 13, paint: { "fill-color": c.house, "fill-outline-color": c.houseEdge } },
      { id: "views", type: "fill", source: "flights", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": "#ffb300", "fill-opacity": 0.25, "fill-outline-color": "#c77f00" } },
      { id: "routes", type: "line", source: "flights", filter: ["==", ["geometry-type"], "LineString"], paint: { "line-color": ["coalesce", ["get", "colour"], c.route], "line-width": ["case", ["==", ["get", "chosen"], true], 5, 2] } },
      { id: "ellipse", type: "fill", source: "ellipse", paint: { "fill-color": "#d00", "fill-opacity": 0.15, "fill-outline-color": "#d00" } },
      {
        id: "clusters",
        type: "circle",
        source: "places",
        filter: ["has", "point_count"],
        layout: { visibility: "none" },
        paint: { "circle-radius": ["interpolate", ["linear"], ["log10", ["get", "point_count"]], 0, 10, 5, 30], "circle-color": "#e0a100", "circle-opacity": 0.85, "circle-stroke-color": "#fff", "circle-stroke-width": 1.5 },
      },
      { id: "cluster-counts", type: "symbol", source: "places", filter: ["has", "point_count"], layout: { visibility: "none", "icon-image": ["concat", countMark, ["get", "point_count_abbreviated"]], "icon-allow-overlap": true } },
      { id: "places", type: "circle", source: "places", filter: ["!", ["has", "point_count"]], layout: { visibility: "none" }, paint: { "circle-radius": 6, "circle-color": leadColour, "circle-stroke-color": "#fff", "circle-stroke-width": 2 } },
      {
        id: "leads",
        type: "circle",
        source: "leads",
        paint: {
          "circle-radius": ["case", ["get", "chosen"], 10, 6],
          "circle-color": leadColour,
          "circle-stroke-color": ["case", ["get", "chosen"], "#d00", "#fff"],
          "circle-stroke-width": 2,
        },
      },
      { id: "docks", type: "symbol", source: "docks", layout: { "icon-image": ["concat", dark ? darkDockMark : dockMark, ["get", "name"]], "icon-anchor": "left", "icon-offset": [-dockMiddle, 0], "icon-allow-overlap": true } },
      { id: "aircraft", type: "symbol", source: "aircraft", layout: { "icon-image": aircraftMark, "icon-rotate": ["get", "yaw"], "icon-rotation-alignment": "map", "icon-allow-overlap": true } },
    ],
  };
}
