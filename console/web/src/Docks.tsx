import { Button, Input, Modal, Progress, Tag } from "antd";
import { useState } from "react";
import { type Action, type Dock, useCommand } from "./api";
import type { Say } from "./text";

type Asked = { sn: string; name: string; action: Action };

/** The operator's hand: what each dock does and why, and what may be asked of it. Whatever is asked is logged with a reason. */
export function Docks({ docks, t, by }: { docks: Dock[]; t: Say; by: string }) {
  const command = useCommand(by);
  const [asked, ask] = useState<Asked>();
  const [reason, setReason] = useState("");
  const send = () => {
    if (!asked || !reason.trim()) return;
    command.mutate({ ...asked, reason: reason.trim() });
    ask(undefined);
    setReason("");
  };
  const button = (d: { sn: string; name: string }, action: Action, danger = false) => (
    <Button key={action} size="small" danger={danger} className={action} loading={command.isPending && command.variables.sn === d.sn && command.variables.action === action} onClick={() => ask({ ...d, action })}>
      {t(action)}
    </Button>
  );
  const fleet = { sn: "all", name: t("fleet") };
  return (
    <>
      <div className="fleet">
        <span className="grow">{t("fleet")}</span>
        {button(fleet, "return-home", true)}
        {button(fleet, "ground")}
        {button(fleet, "release")}
      </div>
      {command.isError && <div role="alert" className="error">{command.error.message}</div>}
      <ul className="docks">
        {docks.map((d) => {
          const up = d.flight !== "" && ["preparing", "flying", "returning"].includes(d.state);
          return (
            <li key={d.sn} data-sn={d.sn} data-life={d.life}>
              <b>{d.name || d.sn}</b> <small>{d.sn}</small>
              <span className="grow" />
              {d.battery > 0 && <small>{d.battery} %</small>}
              <Tag className="life">{t(d.life)}</Tag>
              {d.why && <div className="why">{d.why}</div>}
              {!d.why && d.holds?.map((h) => <div key={h} className="why">{t("held")} {h}</div>)}
              {up && <Progress percent={d.percent} size="small" className="flight" />}
              {d.pilot && <div className="hint">{t("pilot")}: {d.pilot}</div>}
              <div className="hand">
                {up && d.pilot !== "" && d.pilot !== by && button(d, "take-over")}
                {up && button(d, "pause")}
                {up && button(d, "resume")}
                {up && (d.state === "returning" ? button(d, "cancel-return") : button(d, "return-home", true))}
                {d.holds?.length ? button(d, "release") : button(d, "ground")}
              </div>
            </li>
          );
        })}
      </ul>
      <Modal open={asked !== undefined} title={asked && `${t(asked.action)}: ${asked.name || asked.sn}`} okText={t("send")} cancelText={t("back")} onOk={send} okButtonProps={{ disabled: !reason.trim() }} onCancel={() => ask(undefined)} destroyOnHidden>
        <Input autoFocus placeholder={t("reason")} aria-label={t("reason")} value={reason} onChange={(e) => setReason(e.target.value)} onPressEnter={send} maxLength={200} />
      </Modal>
    </>
  );
}
