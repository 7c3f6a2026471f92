import { Segmented, Switch, Table } from "antd";
import { useState } from "react";
import { useDocks, useReport } from "../api";
import { useText } from "../i18n";
import { Reading } from "../parts/Trouble";

/** What stands against the register, and what became of what each source asked for. */
export function Register() {
  const { t, word } = useText();
  const docks = useDocks().data ?? [];
  const [asked, setSimulated] = useState<boolean>();
  const simulated = asked ?? (docks.length > 0 && docks.every((d) => d.simulated));
  const [period, setPeriod] = useState<"day" | "week" | "month">("month");
  const register = useReport("register", simulated, period);
  const completion = useReport("completion", simulated, period);
  const number = (title: string, dataIndex: string) => ({ title, dataIndex, align: "right" as const });
  return (
    <main className="sheet">
      <Bar period={period} setPeriod={setPeriod} simulated={simulated} setSimulated={setSimulated} />
      <h2>{t("against-register")}</h2>
      <Reading of={register} empty={(register.data?.register ?? []).every((r) => r.entries === 0 && r.new === 0) ? t("no-register") : undefined}>
        <Table
          size="small"
          rowKey={(r) => r.period + r.subdistrict}
          dataSource={register.data?.register ?? []}
          scroll={{ x: true }}
          pagination={{ pageSize: 50, hideOnSinglePage: true }}
          columns={[
            { title: t("period"), dataIndex: "period" },
            { title: t("subdistrict"), dataIndex: "subdistrict", render: (s: string) => s || t("unknown") },
            number(t("report-entries"), "entries"),
            number(t("report-looked"), "looked"),
            number(t("report-known"), "known"),
            number(t("report-changed"), "changed"),
            number(t("report-gone"), "gone"),
            number(t("report-unseen"), "unseen"),
            number(t("report-new"), "new"),
            number(t("report-new-confirmed"), "new_confirmed"),
          ]}
        />
      </Reading>
      <h2>{t("completion")}</h2>
      <Reading of={completion} empty={(completion.data?.completion ?? []).length === 0 ? t("no-completion") : undefined}>
        <Table
          size="small"
          rowKey={(r) => r.period + r.subdistrict + r.source}
          dataSource={completion.data?.completion ?? []}
          scroll={{ x: true }}
          pagination={{ pageSize: 50, hideOnSinglePage: true }}
          columns={[
            { title: t("period"), dataIndex: "period" },
            { title: t("subdistrict"), dataIndex: "subdistrict", render: (s: string) => s || t("unknown") },
            { title: t("source"), dataIndex: "source", render: word },
            number(t("asked-for"), "asked"),
            number(t("seen"), "seen"),
            { ...number(t("resolution"), "gsd_m"), render: (m?: number) => (m ? `${(m * 100).toFixed(1)} cm` : "–") },
            number(t("report-gone"), "gone"),
            number(t("report-partly"), "partly"),
            number(t("report-untouched"), "untouched"),
            number(t("report-not-flown"), "not_flown"),
          ]}
        />
      </Reading>
    </main>
  );
}

type Period = "day" | "week" | "month";

/** Of which periods, and of which docks. */
export function Bar({ period, setPeriod, simulated, setSimulated }: { period: Period; setPeriod: (p: Period) => void; simulated: boolean; setSimulated: (s: boolean) => void }) {
  const { t } = useText();
  return (
    <div className="bar">
      <Segmented
        value={period}
        aria-label={t("period")}
        options={[
          { value: "day", label: t("by-day") },
          { value: "week", label: t("by-week") },
          { value: "month", label: t("by-month") },
        ]}
        onChange={(v) => setPeriod(v as Period)}
      />
      <label>
        <Switch size="small" checked={simulated} onChange={setSimulated} aria-label={t("of-simulated")} /> {t("of-simulated")}
      </label>
    </div>
  );
}
