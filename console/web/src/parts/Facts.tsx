import { Descriptions } from "antd";
import { Link } from "@tanstack/react-router";
import type { Lead } from "../api";
import { useText } from "../i18n";
import { full, moment } from "../time";
import { State } from "./State";

// Words of the model that mean something else among the console's texts.
const texted: Record<string, string> = { frame: "scaffold", empty: "unloaded" };

/** What a lead is: its class, its load, marks that say yes, and a plate with how sure it is. */
export function useWhat() {
  const { t, word } = useText();
  return (lead: Pick<Lead, "class" | "attributes">) => {
    const { plate, plate_confidence: sure, ...others } = lead.attributes;
    const marks = Object.entries(others).map(([name, value]) => word(value === "yes" ? name : (texted[value] ?? value)));
    return [word(texted[lead.class] ?? lead.class), ...marks, ...(plate ? [`${t("plate")} ${plate} (${sure})`] : [])].join(" · ");
  };
}

/** The facts of a lead. */
export function Facts({ lead, column = 1 }: { lead: Lead; column?: number }) {
  const { t, word } = useText();
  const what = useWhat();
  const cells = lead.cells ?? [];
  const said = (s: string) => s.split(" ").map(word).join(" ");
  const items = [
    { key: "s", label: word(lead.scene), children: <State of={lead.state} /> },
    { key: "w", label: t("what"), children: what(lead) },
    { key: "e", label: t("event"), children: lead.event },
    { key: "c", label: t("cell"), children: cells.length > 1 ? cells.map((c) => `${c.cell} ${Math.round(c.share * 100)} %`).join(", ") : lead.cell || "–" },
    { key: "p", label: t("position"), children: `${lead.lon.toFixed(6)}, ${lead.lat.toFixed(6)} ± ${lead.error_m.toFixed(1)} m` },
    { key: "q", label: t("score"), children: lead.score.toFixed(2) },
    { key: "t", label: t("captured"), children: full(lead.captured) },
    { key: "f", label: t("flight"), children: lead.flight },
    ...(lead.register ? [{ key: "r", label: t("register"), children: said(lead.register) }] : []),
    ...(lead.since ? [{ key: "n", label: t("since"), children: said(lead.since) }] : []),
    ...(lead.due ? [{ key: "d", label: t("due"), children: full(lead.due) }] : []),
    ...(lead.relapse
      ? [
          {
            key: "a",
            label: t("relapse"),
            children: (
              <Link to="/leads/$lead" params={{ lead: lead.relapse }}>
                {lead.relapse}
              </Link>
            ),
          },
        ]
      : []),
    ...(lead.case ? [{ key: "k", label: t("case"), children: lead.case }] : []),
    { key: "o", label: t("often"), children: lead.seen },
    ...(lead.by ? [{ key: "b", label: t("by"), children: lead.by }] : []),
  ];
  return <Descriptions size="small" column={column} items={items} className="facts" />;
}

/** What became of a lead, the first step first. */
export function Steps({ lead }: { lead: Lead }) {
  const { word } = useText();
  const steps = lead.steps ?? [];
  if (steps.length === 0) return null;
  return (
    <ol className="steps">
      {steps.map((s) => (
        <li key={s.revision}>
          <State of={s.to} /> {moment(s.at)} · {s.by}
          {s.reason && ` · ${word(s.reason)}`}
          {s.note && ` · ${s.note}`}
        </li>
      ))}
    </ol>
  );
}
