import { Tag } from "antd";
import type { Lead } from "../api";
import { useText } from "../i18n";

const colours: Record<string, string> = { candidate: "gold", checked: "lime", confirmed: "green", rejected: "default", "handed-over": "cyan", accepted: "blue", returned: "volcano", closed: "default" };

export function State({ of }: { of: string }) {
  const { word } = useText();
  return <Tag color={colours[of]}>{word(of)}</Tag>;
}

/** The check that a lead may pass next: the technical one, or the legal one. */
export const passOf = (l: Lead) => (["check", "confirm"] as const).find((todo) => l.may?.includes(todo));
