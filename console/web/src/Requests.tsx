import { Progress, Tag } from "antd";
import { type Request, useRequests } from "./api";
import type { Say } from "./text";

const colours: Record<Request["state"], string | undefined> = { asked: undefined, seen: "green", current: "green", partly: "gold", over: "red", overdue: "red" };

/** Who asks for what, and how much of it has been seen. */
export function Requests({ t }: { t: Say }) {
  const list = useRequests();
  if (list.isError) return <div role="alert" className="error">{list.error.message}</div>;
  const requests = list.data ?? [];
  if (list.isSuccess && requests.length === 0) return <p className="hint">{t("no-requests")}</p>;
  const departments = [...new Set(requests.map((r) => r.department))].sort();
  return (
    <ul className="requests">
      {departments.map((d) => (
        <li key={d}>
          <b>{d}</b>
          {requests
            .filter((r) => r.department === d)
            .map((r) => (
              <div key={r.id} className="request" data-request={r.id} data-state={r.state}>
                <span>{r.id}</span>
                <Tag color={colours[r.state]}>{t(`request-${r.state}`)}</Tag>
                <Progress percent={Math.round(r.share * 100)} size="small" />
                <small>
                  {(r.scenes ?? []).map((s) => t(s)).join(", ")}
                  {r.seen_cm ? ` · ${r.seen_cm.toFixed(1)} cm` : ""}
                </small>
                {r.reason && <div className="why">{r.reason}</div>}
              </div>
            ))}
        </li>
      ))}
    </ul>
  );
}
