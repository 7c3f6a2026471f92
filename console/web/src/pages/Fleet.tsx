import { Button, Drawer, Empty, Space, Switch } from "antd";
import { Link } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { type Action, type Dock, useCommand, useDocks, useGround, usePlan } from "../api";
import { useText } from "../i18n";
import { Ask } from "../parts/Ask";
import { DockCard, inTheAir } from "../parts/DockCard";
import { DockCommands } from "../parts/DockCommands";
import { LazyMap } from "../parts/LazyMap";
import { Live } from "../parts/Live";
import { Reading, Wrong } from "../parts/Trouble";
import { has, useMe } from "../session";
import { day } from "../time";

type Asked = { sn: string; name: string; action: Action; lon?: number; lat?: number };

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
  const next = new Map<string, string>(); // by dock, when its next flight begins
  if (plan?.in_force) for (const f of plan.flights ?? []) if (!f.struck && new Date(f.at) > new Date() && !(f.at > (next.get(f.dock) ?? "~"))) next.set(f.dock, f.at);
  const onAsk = useCallback((d: Dock, action: Action) => ask({ sn: d.sn, name: d.name, action }), []);
  const onPoint = useCallback((sn: string) => point((was) => (was === sn ? undefined : sn)), []);
  const of = (d: Dock) => ({ dock: d, me: me?.name, flies, pointing: pointing === d.sn, busy: command.isPending && command.variables.sn === d.sn ? command.variables.action : undefined, onPoint, onAsk });
  const card = (d: Dock) => <DockCard key={d.sn} {...of(d)} next={next.get(d.sn)} onWatch={watch} />;
  const forAll = (action: Action, danger = false) =>
    flies && (
      <Button size="small" danger={danger} className={action} loading={command.isPending && command.variables.sn === "all" && command.variables.action === action} onClick={() => ask({ sn: "all", name: t("fleet"), action })}>
        {word(action)}
      </Button>
    );
  const seen = all.find((d) => d.sn === watched);
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
          {forAll("return-home", true)}
          {forAll("ground")}
          {forAll("release")}
        </div>
        <Wrong of={command} />
        <Wrong of={spot} />
        <Reading of={docks}>
          {all.length === 0 && (
            <Empty description={t("no-docks-yet")}>
              {has(me, "admin") ? (
                <Link to="/start">
                  <Button type="primary">{t("guide-open")}</Button>
                </Link>
              ) : (
                t("guide-admin")
              )}
            </Empty>
          )}
          {all.filter(inTheAir).map(card)}
          {all.filter((d) => !inTheAir(d)).map(card)}
        </Reading>
      </aside>
      <Drawer open={watched !== undefined} onClose={() => watch(undefined)} size={720} mask={false} title={seen ? `${seen.name || seen.sn} · ${seen.flight}` : watched}>
        {seen && inTheAir(seen) ? (
          <>
            <Live key={`${seen.sn} ${seen.flight}`} dock={seen} onPoint={flies ? pointIn(seen) : undefined} />
            <Space wrap size={4}>
              <DockCommands {...of(seen)} />
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
