import { Button } from "antd";
import { type PointerEvent, useEffect, useRef, useState, type WheelEvent } from "react";
import { useText } from "../i18n";

type Props = { src: string; before?: string; box?: number[] | null; outline: boolean; zoom: number; onZoom: (zoom: number) => void; label: string };

const most = 8;

/** A picture of the evidence with the outline of what was found: zoomed with the wheel, moved by dragging, and held beside the one before with a slider. */
export function Picture({ src, before, box, outline, zoom, onZoom, label }: Props) {
  const { t } = useText();
  const [size, setSize] = useState<[number, number]>();
  const [at, setAt] = useState<[number, number]>([0, 0]);
  const [split, setSplit] = useState(50);
  const [lost, setLost] = useState(false);
  const drag = useRef<[number, number]>(undefined);
  useEffect(() => {
    setAt([0, 0]);
    setLost(false);
  }, [src]);
  const wheel = (e: WheelEvent) => onZoom(Math.min(most, Math.max(1, zoom * (e.deltaY < 0 ? 1.2 : 1 / 1.2))));
  const down = (e: PointerEvent) => {
    if (zoom === 1) return;
    drag.current = [e.clientX - at[0], e.clientY - at[1]];
    e.currentTarget.setPointerCapture(e.pointerId);
  };
  const move = (e: PointerEvent) => drag.current && setAt([e.clientX - drag.current[0], e.clientY - drag.current[1]]);
  const [x, y, w, h] = box ?? [];
  const shown = zoom === 1 ? "none" : `translate(${at[0]}px, ${at[1]}px) scale(${zoom})`;
  return (
    <div className="picture" onWheel={wheel} onPointerDown={down} onPointerMove={move} onPointerUp={() => (drag.current = undefined)}>
      <div className="picture-in" style={{ transform: shown }}>
        {lost ? (
          <div className="picture-lost">{t("picture-lost")}</div>
        ) : (
          <img alt={label} src={src} width={1280} height={720} draggable={false} onError={() => setLost(true)} onLoad={(e) => setSize([e.currentTarget.naturalWidth, e.currentTarget.naturalHeight])} />
        )}
        {before && <img className="before" alt={t("before")} src={before} draggable={false} style={{ clipPath: `inset(0 ${100 - split}% 0 0)` }} />}
        {outline && size && w !== undefined && (
          <svg viewBox={`0 0 ${size[0]} ${size[1]}`} aria-hidden="true">
            <rect x={x} y={y} width={w} height={h} fill="none" stroke="#ff2d2d" strokeWidth={Math.max(2, size[0] / 500)} />
          </svg>
        )}
      </div>
      {before && <input type="range" className="slider" aria-label={t("before-after")} min={0} max={100} value={split} onChange={(e) => setSplit(Number(e.target.value))} />}
      <div className="picture-tools">
        <Button size="small" aria-label={t("zoom-in")} onClick={() => onZoom(Math.min(most, zoom * 1.5))}>
          +
        </Button>
        <Button size="small" aria-label={t("zoom-out")} onClick={() => onZoom(Math.max(1, zoom / 1.5))}>
          −
        </Button>
      </div>
    </div>
  );
}

/** Where a picture of a lead is read. */
export const pictureOf = (lead: string, sha: string) => `/evidence/${lead}/${sha}`;
