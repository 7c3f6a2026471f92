import { App as AntApp, Badge, Button, ConfigProvider, Input, Segmented, Switch, Tabs } from "antd";
import zhCN from "antd/locale/zh_CN";
import { useMemo, useState } from "react";
import { useDocks, useLeads } from "./api";
import { CityMap } from "./CityMap";
import { Docks } from "./Docks";
import { Evidence } from "./Evidence";
import { Leads } from "./Leads";
import { Requests } from "./Requests";
import { type Lang, say } from "./text";

export function App() {
  const [lang, setLang] = useState<Lang>((localStorage.getItem("lang") as Lang) ?? "zh");
  const [by, setBy] = useState(localStorage.getItem("by") ?? "analyst");
  const [chosen, choose] = useState<string>();
  const [coverage, showCoverage] = useState(false);
  const docks = useDocks().data ?? [];
  const list = useLeads();
  const leads = list.data?.leads ?? [];
  const t = useMemo(() => say(lang), [lang]);
  const lead = leads.find((l) => l.lead === chosen);
  return (
    <ConfigProvider locale={lang === "zh" ? zhCN : undefined} theme={{ token: { fontFamily: "'Noto Sans SC', system-ui, sans-serif", colorPrimary: "#0b6e6e" } }}>
      <AntApp>
        <div className="console">
          <header>
            <strong>Harrier</strong>
            {docks.some((d) => d.simulated) && <Badge count={t("simulated")} color="orange" />}
            <span className="grow" />
            <label>
              <Switch size="small" checked={coverage} onChange={showCoverage} aria-label={t("coverage")} /> {t("coverage")}
            </label>
            <label>
              {t("you")}{" "}
              <Input
                size="small"
                style={{ width: 130 }}
                value={by}
                onChange={(e) => {
                  setBy(e.target.value);
                  localStorage.setItem("by", e.target.value);
                }}
              />
            </label>
            <Segmented
              size="small"
              value={lang}
              options={[
                { value: "zh", label: "中文" },
                { value: "en", label: "English" },
              ]}
              onChange={(v) => {
                setLang(v as Lang);
                localStorage.setItem("lang", v);
                document.documentElement.lang = v;
              }}
            />
          </header>
          <main>
            <CityMap docks={docks} leads={leads} chosen={chosen} onChoose={choose} coverage={coverage} t={t} />
            {lead && (
              <section className="evidence">
                <Button size="small" className="close" onClick={() => choose(undefined)}>
                  ✕
                </Button>
                <Evidence lead={lead} t={t} by={by} />
              </section>
            )}
          </main>
          <aside>
            <Tabs
              items={[
                { key: "leads", label: `${t("leads")} (${list.data?.total ?? 0})`, children: <Leads waiting={list.isError ? list.error.message : undefined} leads={leads} chosen={chosen} onChoose={choose} t={t} by={by} /> },
                { key: "docks", label: `${t("docks")} (${docks.length})`, children: <Docks docks={docks} t={t} by={by} /> },
                { key: "requests", label: t("requests"), children: <Requests t={t} /> },
              ]}
            />
          </aside>
        </div>
      </AntApp>
    </ConfigProvider>
  );
}
