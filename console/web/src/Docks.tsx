import { Button, Progress } from "antd";
import { type Dock, useReturnHome } from "./api";
import type { Say } from "./text";

export function Docks({ docks, t, by }: { docks: Dock[]; t: Say; by: string }) {
  const home = useReturnHome(by);
  return (
    <ul className="docks">
      {docks.map((d) => (
        <li key={d.sn}>
          <b>{d.name || d.sn}</b> <small>{d.sn}</small>
          <span className="grow" />
          {t(d.life)}
          {d.why && <div className="why">{d.why}</div>}
          {d.flight && (
            <div className="flight">
              <Progress percent={d.percent} size="small" />
              {(d.state === "flying" || d.life === "flying") && (
                <Button size="small" danger loading={home.isPending && home.variables === d.sn} onClick={() => home.mutate(d.sn)}>
                  {t("home")}
                </Button>
              )}
            </div>
          )}
        </li>
      ))}
      {home.isError && <div role="alert" className="error">{home.error.message}</div>}
    </ul>
  );
}
