import { Button, Descriptions, Select, Space, Tag } from "antd";
import { useState } from "react";
import { type Lead, type Reason, useReview } from "./api";
import { passOf, stateColors } from "./Leads";
import type { Say } from "./text";

// Words of the model that mean something else among the console's texts.
const texted: Record<string, string> = { frame: "scaffold", empty: "unloaded" };

const reasons: Reason[] = ["no-violation", "wrong-thing", "permitted", "unclear", "wrong-place", "dealt-with", "other"];

// What is known of a thing besides its class: its load, marks that say "yes", and a plate with how sure it is.
function described(attributes: Record<string, string>, t: Say) {
  const { plate, plate_confidence: sure, ...others } = attributes;
  return [...Object.entries(others).map(([name, value]) => t(value === "yes" ? name : (texted[value] ?? value))), ...(plate ? [`${t("plate")} ${plate} (${sure})`] : [])];
}

// The frame that fulfilled the rule, with the outline of what was found, and the facts.
export function Evidence({ lead, t, by }: { lead: Lead; t: Say; by: string }) {
  const [size, setSize] = useState<[number, number]>();
  const review = useReview(by);
  const [reason, setReason] = useState<Reason>("no-violation");
  const pass = passOf(lead);
  const [x, y, w, h] = lead.box ?? [0, 0, 0, 0];
  return (
    <>
      <div className="frame">
        <img alt={t("frame")} src={`/evidence/${lead.lead}/${lead.frame}`} onLoad={(e) => setSize([e.currentTarget.naturalWidth, e.currentTarget.naturalHeight])} />
        {size && (
          <svg viewBox={`0 0 ${size[0]} ${size[1]}`}>
            <rect x={x} y={y} width={w} height={h} fill="none" stroke="#ff2d2d" strokeWidth={3} />
          </svg>
        )}
      </div>
      <Descriptions
        size="small"
        column={2}
        items={[
          { key: "s", label: t(lead.scene), children: <Tag color={stateColors[lead.state]}>{t(lead.state)}</Tag> },
          { key: "w", label: t("what"), children: [t(texted[lead.class] ?? lead.class), ...described(lead.attributes, t)].join(" · ") },
          { key: "e", label: t("event"), children: lead.event },
          { key: "c", label: t("cell"), children: (lead.cells ?? []).length > 1 ? (lead.cells ?? []).map((c) => `${c.cell} ${Math.round(c.share * 100)} %`).join(", ") : lead.cell || "–" },
          { key: "p", label: t("position"), children: `${lead.lon.toFixed(6)}, ${lead.lat.toFixed(6)} ± ${lead.error_m.toFixed(1)} m` },
          { key: "q", label: t("score"), children: lead.score.toFixed(2) },
          { key: "t", label: t("captured"), children: new Date(lead.captured).toLocaleString() },
          { key: "f", label: t("flight"), children: lead.flight },
          ...(lead.register ? [{ key: "r", label: t("register"), children: lead.register.split(" ").map(t).join(" ") }] : []),
          ...(lead.since ? [{ key: "n", label: t("since"), children: lead.since.split(" ").map(t).join(" ") }] : []),
          ...(lead.due ? [{ key: "d", label: t("due"), children: new Date(lead.due).toLocaleString() }] : []),
          ...(lead.relapse ? [{ key: "a", label: t("relapse"), children: lead.relapse }] : []),
          ...(lead.case ? [{ key: "k", label: t("case"), children: lead.case }] : []),
          { key: "o", label: t("often"), children: lead.seen },
          { key: "b", label: t("by"), children: lead.by || "–" },
        ]}
      />
      {(lead.steps ?? []).length > 0 && (
        <ol className="steps">
          {(lead.steps ?? []).map((s) => (
            <li key={s.revision}>
              <Tag color={stateColors[s.to]}>{t(s.to)}</Tag> {new Date(s.at).toLocaleString()} · {s.by}
              {s.reason && ` · ${t(s.reason)}`}
              {s.note && ` · ${s.note}`}
            </li>
          ))}
        </ol>
      )}
      <Space>
        {pass && (
          <Button type="primary" onClick={() => review.mutate({ lead, todo: pass })}>
            {t(pass)}
          </Button>
        )}
        {lead.may?.includes("reject") && (
          <Space.Compact>
            <Select aria-label={t("why")} value={reason} onChange={setReason} options={reasons.map((r) => ({ value: r, label: t(r) }))} popupMatchSelectWidth={false} />
            <Button onClick={() => review.mutate({ lead, todo: "reject", reason })}>{t("reject")}</Button>
          </Space.Compact>
        )}
        {lead.may?.includes("undo") && <Button onClick={() => review.mutate({ lead, todo: "undo" })}>{t("undo")}</Button>}
      </Space>
      {review.isError && <div role="alert" className="error">{review.error.message}</div>}
    </>
  );
}
