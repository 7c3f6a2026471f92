import { Button, Card, Progress, Space, Tag } from "antd";
import { memo } from "react";
import type { Action, Dock } from "../api";
import { useText } from "../i18n";
import { clock } from "../time";
import { DockCommands } from "./DockCommands";

type Props = {
  dock: Dock;
  next?: string; // when its next flight begins
  me?: string;
  flies: boolean; // who looks may command docks
  pointing: boolean;
  busy?: Action;
  onWatch: (sn: string) => void;
  onPoint: (sn: string) => void;
  onAsk: (dock: Dock, action: Action) => void;
};

export const inTheAir = (d: Dock) => d.flight !== "" && ["preparing", "flying", "returning"].includes(d.state);

/** A dock as an operator needs it: its state in words, what keeps it from flying, and what may be asked of it. */
export const DockCard = memo(
  function DockCard({ dock: d, next, onWatch, ...commands }: Props) {
    const { t, word } = useText();
    const up = inTheAir(d);
    return (
      <Card size="small" className="dock" data-sn={d.sn} data-life={d.life} title={d.name || d.sn} extra={<Tag className="life">{word(d.life)}</Tag>}>
        <div className="dock-line">
          <span>{d.battery > 0 ? `${t("battery")} ${d.battery} %` : t("battery-unknown")}</span>
          {d.weather && <span>{`${t("wind")} ${d.weather.wind_ms.toFixed(1)} m/s · ${d.weather.temp_c.toFixed(0)} °C${d.weather.rain > 0 ? ` · ${t("rain")}` : ""}`}</span>}
          {next && <span>{`${t("next-flight")} ${clock(next)}`}</span>}
        </div>
        {d.blocked?.map((c) => (
          <div key={c.condition + c.value} className="why">
            {`${word(`gate-${c.condition}`)}: ${c.value} (${c.limit})`}
            <div className="hint">{word(`do-${c.condition}`)}</div>
          </div>
        ))}
        {d.why && !d.blocked?.length && <div className="why">{d.why}</div>}
        {!d.why &&
          d.holds?.map((h) => (
            <div key={h} className="why">
              {t("held")} {h}
            </div>
          ))}
        {up && <Progress percent={d.percent} size="small" aria-label={t("flight")} />}
        {d.pilot && <div className="hint">{`${t("pilot")} ${d.pilot}`}</div>}
        <Space wrap size={4}>
          {up && (
            <Button size="small" type="primary" onClick={() => onWatch(d.sn)}>
              {t("watch")}
            </Button>
          )}
          <DockCommands dock={d} {...commands} />
        </Space>
      </Card>
    );
  },
  // where the aircraft is stands on the map, not on the card: a hundred cards are not drawn anew for it
  (a, b) => shownOf(a) === shownOf(b),
);

const shownOf = ({ dock: { aircraft: _a, route: _r, ...dock }, next, me, flies, pointing, busy }: Props) => JSON.stringify([dock, next, me, flies, pointing, busy]);
