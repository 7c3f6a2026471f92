import { Button, Card, Drawer, Empty, Progress, Space, Switch, Tag } from "antd";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { type Action, type Dock, useCommand, useDocks, useGround, usePlan } from "../api";
import { useText } from "../i18n";
import { Ask } from "../parts/Ask";
import { LazyMap } from "../parts/LazyMap";
import { Live } from "../parts/Live";
import { Reading, Wrong } from "../parts/Trouble";
import { has, useMe } from "../session";
import { clock, day } from "../time";

type Asked = { sn: string; name: string; action: Action; lon?: number; lat?: number };

export const inTheAir = (d: Dock) => d.flight !== "" && ["preparing", "flying", "returning"].includes(d.state);

/** What flies now: the map, a card for each dock, and the operator's hand. Whatever is asked is logged with a reason. */
export function Fleet() {
  const { t, word } = useText();
  const me = useMe().data;
  const docks = useDocks();
  const command = useCommand();
  const spot = useGround();
  const [asked, ask] = useState<Asked>();
  const [coverage, showCoverage] = useState(false);
  const [watched, watch] = useState<string>();
  const [pointing, point] = useState<string>(); // a dock whose camera is to look where somebody clicks
  const flies = has(me, "operator");
  const all = docks.data ?? [];
  const plan = usePlan(day(new Date())).data;
  const nextOf = (sn: string) => (plan?.in_force ? (plan.flights ?? []).find((f) => f.dock === sn && !f.struck && new Date(f.at) > new Date()) : undefined);
  const seen = all.find((d) => d.sn === watched);
  const button = (d: { sn: string; name: string }, action: Action, danger = false) =>
    flies && (
      <Button key={action} size="small" danger={danger} className={action} loading={command.isPending && command.variables.sn === d.sn && command.variables.action === action} onClick={() => ask({ sn: d.sn, name: d.name, action })}>
        {word(action)}
      </Button>
    );
  const fleet = { sn: "all", name: t("fleet") };
  const commands = (d: Dock) => (
    <>
      {inTheAir(d) && d.pilot !== "" && d.pilot !== me?.name && button(d, "take-over")}
      {inTheAir(d) && button(d, "pause")}
      {inTheAir(d) && button(d, "resume")}
      {inTheAir(d) && flies && (
        <Button size="small" className="look-at" type={pointing === d.sn ? "primary" : "default"} onClick={() => point(pointing === d.sn ? undefined : d.sn)}>
          {t("look-here")}
        </Button>
      )}
      {inTheAir(d) && (d.state === "returning" ? button(d, "cancel-return") : button(d, "return-home", true))}
      {d.holds?.length ? button(d, "release") : button(d, "ground")}
    </>
  );
  const card = (d: Dock) => {
    const up = inTheAir(d);
    const next = nextOf(d.sn);
    return (
      <Card key={d.sn} size="small" className="dock" data-sn={d.sn} data-life={d.life} title={d.name || d.sn} extra={<Tag className="life">{word(d.life)}</Tag>}>
        <div className="dock-line">
          <span>{d.battery > 0 ? `${t("battery")} ${d.battery} %` : t("battery-unknown")}</span>
          {d.weather && <span>{`${t("wind")} ${d.weather.wind_ms.toFixed(1)} m/s · ${d.weather.temp_c.toFixed(0)} °C${d.weather.rain > 0 ? ` · ${t("rain")}` : ""}`}</span>}
          {next && <span>{`${t("next-flight")} ${clock(next.at)}`}</span>}
        </div>
        {d.why && <div className="why">{d.why}</div>}
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
            <Button size="small" type="primary" onClick={() => watch(d.sn)}>
              {t("watch")}
            </Button>
          )}
          {commands(d)}
        </Space>
      </Card>
    );
  };
  const pointIn = (d: Dock) => (x: number, y: number) => {
    spot.mutate({ sn: d.sn, x, y }, { onSuccess: (at) => ask({ sn: d.sn, name: d.name, action: "look-at", ...at }) });
  };
  const pointed = all.find((d) => d.sn === pointing);
  return (
    <main className="split">
      <div className="split-map">
        <LazyMap label={t("map-of-fleet")} docks={all} coverage={coverage} onPlace={pointed ? (lon, lat) => ask({ sn: pointed.sn, name: pointed.name, action: "look-at", lon, lat }) : undefined} />
        {pointing && <div className="map-note">{t("click-where")}</div>}
      </div>
      <aside>
        <div className="fleet">
          <b className="grow">{t("fleet")}</b>
          <label>
            <Switch size="small" checked={coverage} onChange={showCoverage} aria-label={t("coverage")} /> {t("coverage")}
          </label>
          {has(me, "operator", "analyst", "legal") && <Link to="/flights">{t("past-flights")}</Link>}
          {button(fleet, "return-home", true)}
          {button(fleet, "ground")}
          {button(fleet, "release")}
        </div>
        <Wrong of={command} />
        <Wrong of={spot} />
        <Reading of={docks} empty={all.length === 0 ? t("no-docks") : undefined}>
          {all.filter(inTheAir).map(card)}
          {all.filter((d) => !inTheAir(d)).map(card)}
        </Reading>
      </aside>
      <Drawer open={watched !== undefined} onClose={() => watch(undefined)} size={720} mask={false} title={seen ? `${seen.name || seen.sn} · ${seen.flight}` : watched}>
        {seen && inTheAir(seen) ? (
          <>
            <Live dock={seen} onPoint={flies ? pointIn(seen) : undefined} />
            <Space wrap size={4}>
              {commands(seen)}
            </Space>
          </>
        ) : (
          <Empty description={t("flight-over")} />
        )}
      </Drawer>
      <Ask
        title={asked ? `${word(asked.action)}: ${asked.name || asked.sn}` : ""}
        open={asked !== undefined}
        onBack={() => ask(undefined)}
        onDo={(reason) => {
          const { name: _, ...what } = asked!;
          command.mutate({ ...what, reason });
          ask(undefined);
          point(undefined);
        }}
      >
        {asked?.sn === "all" && <p>{t("all-docks", { n: all.length })}</p>}
        {asked?.action === "look-at" && <p>{`${asked.lat?.toFixed(6)}, ${asked.lon?.toFixed(6)}`}</p>}
      </Ask>
    </main>
  );
}
