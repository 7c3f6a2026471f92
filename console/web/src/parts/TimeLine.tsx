import { type PointerEvent, useRef, useState } from "react";
import { changePlan, type PlanFlight } from "../api";
import { useText } from "../i18n";
import { clock } from "../time";

type Props = {
  flights: PlanFlight[];
  begin: Date;
  end: Date;
  nameOf: (sn: string) => string;
  colour: (sn: string) => string;
  chosen?: string;
  onChoose: (flight: string) => void;
  onMove?: (flight: PlanFlight, at: Date) => void;
  date: string;
  version: number;
};

const step = 5 * 60_000; // milliseconds by which a flight is moved

/** The day's flights, a row a dock. A flight is dragged, or moved with the arrow keys; what stands against its new time is said before it is dropped. */
export function TimeLine({ flights, begin, end, nameOf, colour, chosen, onChoose, onMove, date, version }: Props) {
  const { t } = useText();
  const box = useRef<HTMLDivElement>(null);
  const [moved, setMoved] = useState<{ id: string; ms: number; why?: string; fits?: boolean }>();
  const from = useRef(0);
  const asked = useRef<ReturnType<typeof setTimeout>>(undefined);
  const span = end.getTime() - begin.getTime();
  const x = (at: Date) => `${(100 * (at.getTime() - begin.getTime())) / span}%`;
  const docks = [...new Set(flights.map((f) => f.dock))].sort();
  const hours: Date[] = [];
  for (let h = Math.ceil(begin.getTime() / 3_600_000) * 3_600_000; h < end.getTime(); h += 3_600_000 * Math.max(1, Math.round(span / 3_600_000 / 10))) hours.push(new Date(h));
  const at = (f: PlanFlight, ms: number) => new Date(new Date(f.at).getTime() + ms);
  const look = (f: PlanFlight, ms: number) => {
    setMoved((m) => (m?.ms === ms ? m : { id: f.id, ms }));
    clearTimeout(asked.current);
    asked.current = setTimeout(async () => {
      const why = await changePlan(date, f.id, { version, why: "look", at: at(f, ms).toISOString(), try: true }).then(
        () => undefined,
        (e: Error) => e.message,
      );
      setMoved((m) => (m?.id === f.id && m.ms === ms ? { ...m, why, fits: !why } : m));
    }, 150);
  };
  const drop = (f: PlanFlight) => {
    clearTimeout(asked.current);
    if (moved?.id === f.id && moved.ms !== 0 && !moved.why) onMove?.(f, at(f, moved.ms));
    setMoved(undefined);
  };
  const down = (e: PointerEvent, f: PlanFlight) => {
    onChoose(f.id);
    if (!onMove || f.struck || new Date(f.at) < new Date()) return;
    from.current = e.clientX;
    e.currentTarget.setPointerCapture(e.pointerId);
  };
  const move = (e: PointerEvent, f: PlanFlight) => {
    if (!e.currentTarget.hasPointerCapture(e.pointerId)) return;
    look(f, Math.round((((e.clientX - from.current) / (box.current?.clientWidth ?? 1)) * span) / step) * step);
  };
  return (
    <div className="timeline" role="group" aria-label={t("calendar")}>
      <div className="timeline-head">
        {hours.map((h) => (
          <span key={h.getTime()} style={{ left: x(h) }}>
            {clock(h)}
          </span>
        ))}
      </div>
      <div ref={box}>
        {docks.map((d) => (
          <div key={d} className="timeline-row">
            <span className="timeline-dock">{nameOf(d)}</span>
            {flights
              .filter((f) => f.dock === d)
              .map((f) => {
                const ms = moved?.id === f.id ? moved.ms : 0;
                return (
                  <button
                    key={f.id}
                    type="button"
                    className={`timeline-flight${f.struck ? " struck" : ""}${moved?.id === f.id && moved.why ? " clash" : ""}`}
                    aria-pressed={f.id === chosen}
                    aria-label={`${nameOf(d)} ${clock(at(f, ms))}–${clock(new Date(new Date(f.end).getTime() + ms))}${f.struck ? `, ${t("taken-off")}` : ""}`}
                    style={{ left: x(at(f, ms)), width: `${(100 * (new Date(f.end).getTime() - new Date(f.at).getTime())) / span}%`, background: colour(d) }}
                    onPointerDown={(e) => down(e, f)}
                    onPointerMove={(e) => move(e, f)}
                    onPointerUp={() => drop(f)}
                    onClick={() => onChoose(f.id)}
                    onKeyDown={(e) => {
                      if (!onMove || f.struck) return;
                      if (e.key === "ArrowLeft" || e.key === "ArrowRight") {
                        e.preventDefault();
                        look(f, ms + (e.key === "ArrowLeft" ? -step : step));
                      }
                      if (e.key === "Enter" && moved?.id === f.id) drop(f);
                      if (e.key === "Escape") setMoved(undefined);
                    }}
                  />
                );
              })}
          </div>
        ))}
      </div>
      <div className="timeline-note" aria-live="polite">
        {moved?.why ? <span className="why">{moved.why}</span> : moved?.fits ? t("fits") : onMove ? t("drag-how") : ""}
      </div>
    </div>
  );
}
