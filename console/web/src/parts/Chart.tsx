import "uplot/dist/uPlot.min.css";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import { useDark } from "../theme";
import { zone } from "../time";
import { dockColours } from "./style";

/** Lines over time (seconds since 1970); null where nothing is known. */
export function Chart({ x, lines, label }: { x: number[]; lines: { name: string; y: (number | null)[] }[]; label: string }) {
  const { dark } = useDark();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const el = box.current;
    if (!el || x.length === 0) return;
    const ink = dark ? "#c9d1d3" : "#333";
    const axis = { stroke: ink, grid: { stroke: dark ? "#ffffff18" : "#00000014" } };
    const u = new uPlot(
      {
        width: el.clientWidth || 600,
        height: 240,
        tzDate: (s) => uPlot.tzDate(new Date(s * 1000), zone),
        scales: { y: { range: [0, 100] } },
        axes: [axis, axis],
        series: [{}, ...lines.map((l, i) => ({ label: l.name, stroke: dockColours[i % dockColours.length], width: 2, points: { show: x.length < 40 }, spanGaps: true }))],
      },
      [x, ...lines.map((l) => l.y)] as uPlot.AlignedData,
      el,
    );
    const grown = new ResizeObserver(() => u.setSize({ width: el.clientWidth, height: 240 }));
    grown.observe(el);
    return () => {
      grown.disconnect();
      u.destroy();
    };
  }, [x, lines, dark]);
  return <div ref={box} className="chart" role="img" aria-label={label} />;
}
