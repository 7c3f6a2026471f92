import { Progress } from "antd";
import { type Request, useRequests } from "../api";
import { useText } from "../i18n";
import { inks, Mark } from "./State";
import { Reading } from "./Trouble";

const colours: Record<Request["state"], string> = { asked: inks.grey, seen: inks.green, current: inks.green, partly: inks.amber, over: inks.red, overdue: inks.red };

/** Who asks for what, and how much of it has been seen. */
export function Requests() {
  const { t, word } = useText();
  const list = useRequests();
  const requests = list.data ?? [];
  const departments = [...new Set(requests.map((r) => r.department))].sort();
  return (
    <Reading of={list} empty={requests.length === 0 ? t("no-requests") : undefined}>
      <ul className="requests">
        {departments.map((d) => (
          <li key={d}>
            <b>{d}</b>
            {requests
              .filter((r) => r.department === d)
              .map((r) => (
                <div key={r.id} className="request" data-request={r.id} data-state={r.state}>
                  <span>{r.id}</span>
                  <Mark ink={colours[r.state]}>{t(`request-${r.state}`)}</Mark>
                  <Progress percent={Math.round(r.share * 100)} size="small" aria-label={t("seen")} />
                  <small>
                    {(r.scenes ?? []).map(word).join(", ")}
                    {r.seen_cm ? ` · ${r.seen_cm.toFixed(1)} cm` : ""}
                  </small>
                  {r.reason && r.state !== "partly" && <div className="why">{r.reason}</div>}
                </div>
              ))}
          </li>
        ))}
      </ul>
    </Reading>
  );
}
