import { Button, Empty, Space, Tag } from "antd";
import { useEffect } from "react";
import { type Lead, useReview } from "./api";
import type { Say } from "./text";

export const stateColors: Record<string, string> = { candidate: "gold", confirmed: "green", rejected: "default" };

type Props = { leads: Lead[]; waiting?: string; chosen?: string; onChoose: (lead: string) => void; t: Say; by: string };

export function Leads({ leads, waiting, chosen, onChoose, t, by }: Props) {
  const review = useReview(by);
  useEffect(() => {
    const onKey = (e: KeyboardEvent) => {
      if (e.target instanceof HTMLInputElement || leads.length === 0) return;
      const i = leads.findIndex((l) => l.lead === chosen);
      if (e.key === "ArrowDown" || e.key === "ArrowUp") {
        e.preventDefault();
        const next = leads[Math.max(0, Math.min(leads.length - 1, i + (e.key === "ArrowDown" ? 1 : -1)))];
        onChoose(next.lead);
        document.getElementById(`lead-${next.lead}`)?.scrollIntoView({ block: "nearest" });
      }
      const state = { c: "confirmed", x: "rejected" }[e.key.toLowerCase()] as "confirmed" | "rejected" | undefined;
      if (state && i >= 0 && !e.ctrlKey && !e.metaKey) review.mutate({ lead: leads[i].lead, state });
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [leads, chosen, onChoose, review]);
  if (waiting && leads.length === 0) return <Empty description={waiting} />;
  if (leads.length === 0) return <Empty description={t("empty")} />;
  return (
    <>
      <div className="hint">{t("keys")}</div>
      <ul className="leads">
        {leads.map((l) => (
          <li key={l.lead} id={`lead-${l.lead}`} className={l.lead === chosen ? "chosen" : ""} data-state={l.state}>
            <button type="button" className="row" onClick={() => onChoose(l.lead)}>
              <img alt="" src={`/evidence/${l.crop}`} loading="lazy" />
              <span>
                <b>{t(l.scene)}</b> <Tag color={stateColors[l.state]}>{t(l.state)}</Tag>
                <br />
                {l.cell || "–"} · ±{l.error_m.toFixed(1)} m · {(l.score * 100).toFixed(0)} %
                <br />
                <small>
                  {new Date(l.captured).toLocaleTimeString()} · {l.dock}
                </small>
              </span>
            </button>
            {l.state === "candidate" && (
              <Space size={4}>
                <Button size="small" type="primary" className="confirm" onClick={() => review.mutate({ lead: l.lead, state: "confirmed" })}>
                  {t("confirm")}
                </Button>
                <Button size="small" className="reject" onClick={() => review.mutate({ lead: l.lead, state: "rejected" })}>
                  {t("reject")}
                </Button>
              </Space>
            )}
          </li>
        ))}
      </ul>
      {review.isError && <div role="alert" className="error">{review.error.message}</div>}
    </>
  );
}
