import { Button } from "antd";
import type { Action, Dock } from "../api";
import { useText } from "../i18n";
import { inTheAir } from "./DockCard";

type Props = {
  dock: Dock;
  me?: string;
  flies: boolean;
  pointing: boolean;
  busy?: Action;
  onPoint: (sn: string) => void;
  onAsk: (dock: Dock, action: Action) => void;
};

/** What may be asked of a dock now. */
export function DockCommands({ dock: d, me, flies, pointing, busy, onPoint, onAsk }: Props) {
  const { t, word } = useText();
  if (!flies) return null;
  const up = inTheAir(d);
  const button = (action: Action, danger = false) => (
    <Button key={action} size="small" danger={danger} className={action} loading={busy === action} onClick={() => onAsk(d, action)}>
      {word(action)}
    </Button>
  );
  return (
    <>
      {up && d.pilot !== "" && d.pilot !== me && button("take-over")}
      {up && button("pause")}
      {up && button("resume")}
      {up && (
        <Button size="small" className="look-at" type={pointing ? "primary" : "default"} onClick={() => onPoint(d.sn)}>
          {t("look-here")}
        </Button>
      )}
      {up && (d.state === "returning" ? button("cancel-return") : button("return-home", true))}
      {d.holds?.length ? button("release") : button("ground")}
    </>
  );
}
