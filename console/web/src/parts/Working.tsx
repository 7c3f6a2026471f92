import { Button, Progress } from "antd";
import { useEffect, useState } from "react";
import { useText } from "../i18n";

const saysFrom = 0.05; // share of the work, from which on an estimate is worth to be said

/** Work that takes its time: which share of it is done (0 to 1), about how long it still takes, and a way to give it up. */
export function Working({ label, share, onCancel }: { label: string; share: number; onCancel?: () => void }) {
  const { t } = useText();
  const [began] = useState(() => ({ at: Date.now(), share }));
  const [now, tick] = useState(began.at);
  useEffect(() => {
    const each = setInterval(() => tick(Date.now()), 1000);
    return () => clearInterval(each);
  }, []);
  const done = share - began.share;
  const left = done >= saysFrom ? Math.ceil((((now - began.at) / 1000) * (1 - share)) / done) : undefined;
  return (
    <div className="working" role="status">
      <span>{label}</span>
      <Progress percent={Math.round(share * 100)} size="small" aria-label={label} />
      <span className="hint">{left === undefined ? t("working") : left >= 60 ? t("minutes-left", { n: Math.ceil(left / 60) }) : t("seconds-left", { n: Math.max(left, 1) })}</span>
      {onCancel && (
        <Button size="small" onClick={onCancel}>
          {t("give-up")}
        </Button>
      )}
    </div>
  );
}
