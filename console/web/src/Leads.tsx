import { Button, Empty, Space, Tag } from "antd";
import { useEffect } from "react";
import { type Do, type Lead, useReview } from "./api";
import type { Say } from "./text";

export const stateColors: Record<string, string> = {
  candidate: "gold",
  checked: "lime",
  confirmed: "green",
  rejected: "default",
  "handed-over": "cyan",
  accepted: "blue",
  returned: "volcano",
  closed: "default",
};

/** The check that a lead may pass next: the technical one, or the legal one. */
export const passOf = (l: Lead): Do | undefined => (["check", "confirm"] as const).find((todo) => l.may?.includes(todo));

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
      if (i < 0 || e.ctrlKey || e.metaKey) return;
      const key = e.key.toLowerCase();
      const pass = passOf(leads[i]);
      if (key === "c" && pass) review.mutate({ lead: leads[i], todo: pass });
      if (key === "x" && leads[i].may?.includes("reject")) review.mutate({ lead: leads[i], todo: "reject", reason: "no-violation" });
      if (key === "z" && leads[i].may?.includes("undo")) review.mutate({ lead: leads[i], todo: "undo" });
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
              <img alt="" src={`/evidence/${l.lead}/${l.crop}`} loading="lazy" />
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
            {passOf(l) && (
              <Space size={4}>
                <Button size="small" type="primary" className="confirm" onClick={() => review.mutate({ lead: l, todo: passOf(l)! })}>
                  {t(passOf(l)!)}
                </Button>
                <Button size="small" className="reject" onClick={() => review.mutate({ lead: l, todo: "reject", reason: "no-violation" })}>
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
