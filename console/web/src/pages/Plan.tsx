import { Button, Checkbox, DatePicker, Modal, Progress, Segmented, Space, Statistic, Table, Tag, Tooltip } from "antd";
import { useNavigate, useSearch } from "@tanstack/react-router";
import dayjs from "dayjs";
import { useState } from "react";
import { type Plan, type PlanFlight, useDocks, usePlan, usePlanning } from "../api";
import { useText } from "../i18n";
import { Ask } from "../parts/Ask";
import { LazyMap } from "../parts/LazyMap";
import { NewRequest } from "../parts/NewRequest";
import { Requests } from "../parts/Requests";
import { inks, Mark } from "../parts/State";
import { dockColours } from "../parts/style";
import { TimeLine } from "../parts/TimeLine";
import { Reading, Wrong } from "../parts/Trouble";
import { Works } from "../parts/Works";
import { has, useMe } from "../session";
import { clock, day, moment } from "../time";

type Tab = "plan" | "requests";
type Change = { flight: PlanFlight; at?: Date };

/** The plan of the day that stands in the address, or of today. */
export function PlanPage() {
  const date = useSearch({ from: "/plan" }).date ?? day(new Date());
  const [tab, setTab] = useState<Tab>("plan");
  return <PlanOf key={date} date={date} tab={tab} setTab={setTab} />;
}

/** What is asked for, and the plan that is made of it for a day: which flight serves whom; moved, taken off and approved by hand. */
function PlanOf({ date, tab, setTab }: { date: string; tab: Tab; setTab: (t: Tab) => void }) {
  const { t, word } = useText();
  const me = useMe().data;
  const go = useNavigate();
  const read = usePlan(date);
  const docks = useDocks().data ?? [];
  const planning = usePlanning(date);
  const [chosen, choose] = useState<string>();
  const [change, setChange] = useState<Change>();
  const [making, setMaking] = useState<"make" | "try">();
  const [without, setWithout] = useState<string[]>([]);
  const [tried, setTried] = useState<Plan>();
  const plans = has(me, "operator");
  const shown = tried ?? read.data;
  const flights = shown?.flights ?? [];
  const v = shown?.version;
  const order = [...new Set(flights.map((f) => f.dock))].sort();
  const colour = (dock: string) => dockColours[order.indexOf(dock) % dockColours.length];
  const nameOf = (sn: string) => docks.find((d) => d.sn === sn)?.name || sn;
  const one = flights.find((f) => f.id === chosen);
  const promises = shown?.promises ?? [];
  return (
    <main className="split">
      <div className="split-map">
        <LazyMap
          label={t("map-of-plan")}
          docks={docks.map((d) => ({ ...d, aircraft: undefined }))}
          lines={flights.filter((f) => !f.struck).map((f) => ({ id: f.id, route: f.route as number[][], colour: colour(f.dock), chosen: f.id === chosen }))}
        />
      </div>
      <aside className="wide">
        <Space wrap className="bar">
          <DatePicker allowClear={false} value={dayjs(date)} aria-label={t("day")} onChange={(d) => d && go({ to: "/plan", search: { date: d.format("YYYY-MM-DD") } })} />
          <Segmented
            value={tab}
            options={[
              { value: "plan", label: t("the-plan") },
              { value: "requests", label: t("requests") },
            ]}
            onChange={setTab}
          />
          {(plans || has(me, "analyst")) && tab === "requests" && <NewRequest />}
        </Space>
        {tab === "requests" ? (
          <Requests />
        ) : (
          <Reading of={read}>
            {v && (
              <Space wrap size={24} className="bar">
                <Statistic title={t("flights")} value={v.flights} />
                <Statistic title={t("minutes-in-air")} value={Math.round(v.minutes)} />
                <Statistic title={t("seen-whole")} value={v.whole} suffix={`/ ${v.requests}`} />
                <div>
                  <Mark ink={tried ? inks.violet : v.state === "approved" ? inks.green : inks.amber}>{tried ? t("only-tried") : t(v.state === "approved" ? "approved" : "draft")}</Mark>
                  <div className="hint">{`${tried ? "" : `#${v.number} · `}${v.by} · ${moment(v.at)}`}</div>
                  <div className="hint">{v.why}</div>
                </div>
              </Space>
            )}
            {!v && <p className="hint">{t("no-plan")}</p>}
            {plans && (
              <Space wrap className="bar">
                <Button onClick={() => setMaking("make")} loading={planning.make.isPending}>
                  {v ? t("plan-anew") : t("make-plan")}
                </Button>
                {v && (
                  <Button onClick={() => setMaking("try")} disabled={planning.make.isPending}>
                    {t("what-if")}
                  </Button>
                )}
                {tried && <Button onClick={() => setTried(undefined)}>{t("leave-try")}</Button>}
                {v && !tried && v.state === "draft" && (
                  <Button type="primary" className="approve" loading={planning.approve.isPending} onClick={() => planning.approve.mutate(v.number)}>
                    {t("approve")}
                  </Button>
                )}
              </Space>
            )}
            <Works kind="plan" of={date} label={(w) => t("plan-is-made", { by: w.by })} />
            <Wrong of={planning.make} />
            <Wrong of={planning.approve} />
            <Wrong of={planning.change} />
            {v && (
              <>
                <TimeLine flights={flights} begin={new Date(v.begin)} end={new Date(v.end)} nameOf={nameOf} colour={colour} chosen={chosen} onChoose={choose} onMove={plans && !tried ? (flight, at) => setChange({ flight, at }) : undefined} date={date} version={v.number} />
                {one && (
                  <div className="chosen-flight">
                    <b>{`${nameOf(one.dock)} · ${clock(one.at)}–${clock(one.end)}`}</b>
                    <span>{`${Math.round(one.minutes)} min · ${(one.length_m / 1000).toFixed(1)} km · ${(one.scenes ?? []).map(word).join(", ")}`}</span>
                    {one.held && <Tag>{t("by-hand")}</Tag>}
                    <ul>
                      {(one.serves ?? []).map((s) => (
                        <li key={s.request}>{`${s.request} · ${promises.find((p) => p.request === s.request)?.department ?? ""} · ${Math.round(s.share * 100)} %`}</li>
                      ))}
                    </ul>
                    <Space>
                      <Button size="small" href={`/api/plans/${date}/flights/${one.id}/kmz`}>
                        KMZ
                      </Button>
                      {plans && !tried && !one.struck && new Date(one.at) > new Date() && (
                        <Button size="small" danger onClick={() => setChange({ flight: one })}>
                          {t("take-off-day")}
                        </Button>
                      )}
                    </Space>
                  </div>
                )}
                <Table
                  size="small"
                  rowKey="request"
                  dataSource={promises}
                  pagination={promises.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
                  columns={[
                    { title: t("request"), dataIndex: "request", ellipsis: true },
                    { title: t("department"), dataIndex: "department", ellipsis: true },
                    { title: t("will-be-seen"), dataIndex: "share", width: 130, render: (s: number) => <Progress percent={Math.round(s * 100)} size="small" aria-label={t("will-be-seen")} /> },
                    { title: t("done-at"), dataIndex: "done", width: 74, render: (d?: string) => (d ? clock(d) : "–") },
                    {
                      title: t("why-not"),
                      dataIndex: "why",
                      render: (w?: string) =>
                        w && (
                          <Tooltip title={w}>
                            <span className="why one-line">{w}</span>
                          </Tooltip>
                        ),
                    },
                  ]}
                />
              </>
            )}
          </Reading>
        )}
      </aside>
      <Modal
        open={making !== undefined}
        title={making === "try" ? t("what-if") : t(v ? "plan-anew" : "make-plan")}
        okText={making === "try" ? t("try-it") : t("send")}
        cancelText={t("back")}
        onCancel={() => setMaking(undefined)}
        onOk={() => {
          const only = making === "try";
          setMaking(undefined);
          planning.make.mutate({ why: only ? "what if" : t("asked-on-page"), without, try: only }, { onSuccess: (out) => setTried(only ? out : undefined) });
        }}
      >
        <p>{t("without-docks")}</p>
        <Checkbox.Group value={without} onChange={(x) => setWithout(x as string[])} options={docks.map((d) => ({ value: d.sn, label: d.name || d.sn }))} />
      </Modal>
      <Ask
        title={change?.at ? t("move-flight", { from: clock(change.flight.at), to: clock(change.at) }) : t("take-off-day")}
        open={change !== undefined}
        onBack={() => setChange(undefined)}
        onDo={(why) => {
          planning.change.mutate({ flight: change!.flight.id, version: v!.number, why, ...(change!.at ? { at: change!.at.toISOString() } : { strike: true }) });
          setChange(undefined);
        }}
      />
    </main>
  );
}
