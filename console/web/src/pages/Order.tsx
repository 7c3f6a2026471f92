import { Table } from "antd";
import { useState } from "react";
import { useDocks, usePrecision, useReport } from "../api";
import { useText } from "../i18n";
import { Chart } from "../parts/Chart";
import { LazyMap } from "../parts/LazyMap";
import { Reading } from "../parts/Trouble";
import { day } from "../time";
import { Bar } from "./Register";

const monthsBack = 180; // days

/** How the streets are, how much of them was seen, and how often what was told was right. */
export function Order() {
  const { t, word } = useText();
  const docks = useDocks().data ?? [];
  const [asked, setSimulated] = useState<boolean>();
  const simulated = asked ?? (docks.length > 0 && docks.every((d) => d.simulated));
  const [period, setPeriod] = useState<"day" | "week" | "month">("day");
  const from = day(new Date(Date.now() - monthsBack * 86_400_000));
  const order = useReport("order", simulated, period, period === "month" ? from : undefined);
  const precision = usePrecision(simulated);
  const agreement = useReport("agreement", simulated, "month");
  const rows = (order.data?.order ?? []).filter((r) => r.scene === "");
  const seen = rows.filter((r) => r.looked > 0);
  const areas = [...new Set(seen.map((r) => r.area))];
  const periods = [...new Set(rows.map((r) => r.period))].sort();
  const last = periods[periods.length - 1];
  const number = (v: number | null | undefined, digits = 1) => (v === null || v === undefined ? "–" : v.toFixed(digits));
  return (
    <main className="sheet">
      <Bar period={period} setPeriod={setPeriod} simulated={simulated} setSimulated={setSimulated} />
      <div className="two">
        <section>
          <h2>{t("order-index")}</h2>
          <p className="hint">{t("order-how")}</p>
          <Reading of={order} empty={areas.length === 0 ? t("no-order") : undefined}>
            <Chart label={t("order-index")} x={periods.map((p) => new Date(p.length === 7 ? `${p}-01` : p.slice(0, 10)).getTime() / 1000)} lines={areas.slice(0, 8).map((a) => ({ name: a, y: periods.map((p) => rows.find((r) => r.area === a && r.period === p)?.index?.value ?? null) }))} />
            <Table
              size="small"
              rowKey={(r) => r.area}
              dataSource={rows.filter((r) => r.period === last && areas.includes(r.area))}
              pagination={{ pageSize: 20, hideOnSinglePage: true }}
              columns={[
                { title: t("area"), dataIndex: "area" },
                { title: t("order-index"), render: (_, r) => `${number(r.index?.value)} (${number(r.index?.low)}–${number(r.index?.high)})` },
                { title: t("looked-at"), dataIndex: "looked", render: (s: number) => `${Math.round(s * 100)} %` },
                { title: t("confirmed"), dataIndex: "confirmed", align: "right" },
                { title: t("waiting"), dataIndex: "waiting", align: "right" },
              ]}
            />
          </Reading>
        </section>
        <section>
          <h2>{t("coverage")}</h2>
          <div className="sheet-map">
            <LazyMap label={t("map-of-coverage")} docks={docks} coverage />
          </div>
        </section>
      </div>
      <h2>{t("precision")}</h2>
      <p className="hint">{t("precision-how")}</p>
      <Reading of={precision} empty={(precision.data ?? []).length === 0 ? t("empty") : undefined}>
        <Table
          size="small"
          rowKey={(r) => r.scene + r.model}
          dataSource={precision.data ?? []}
          pagination={false}
          columns={[
            { title: t("scene"), dataIndex: "scene", render: word },
            { title: t("model"), dataIndex: "model", render: (m: string) => m || t("unknown") },
            { title: t("confirmed"), dataIndex: "confirmed", align: "right" },
            { title: t("rejected"), dataIndex: "rejected", align: "right" },
            { title: t("waiting"), dataIndex: "waiting", align: "right" },
            { title: t("precision"), align: "right", render: (_, r) => (r.confirmed + r.rejected > 0 ? `${((100 * r.confirmed) / (r.confirmed + r.rejected)).toFixed(0)} %` : "–") },
          ]}
        />
      </Reading>
      <h2>{t("agreement")}</h2>
      <Reading of={agreement} empty={(agreement.data?.agreement ?? []).length === 0 ? t("no-agreement") : undefined}>
        <Table
          size="small"
          rowKey={(r) => r.period + r.scene}
          dataSource={agreement.data?.agreement ?? []}
          pagination={false}
          columns={[
            { title: t("period"), dataIndex: "period" },
            { title: t("scene"), dataIndex: "scene", render: (s: string) => (s ? word(s) : t("all")) },
            { title: t("drawn-second"), dataIndex: "drawn", align: "right" },
            { title: t("done-second"), dataIndex: "done", align: "right" },
            { title: "κ", render: (_, r) => (r.kappa ? `${number(r.kappa.value, 2)} (${number(r.kappa.low, 2)}–${number(r.kappa.high, 2)})` : "–") },
          ]}
        />
      </Reading>
    </main>
  );
}
