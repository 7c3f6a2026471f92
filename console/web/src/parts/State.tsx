import { Tag } from "antd";
import type { Lead } from "../api";
import { useText } from "../i18n";

// white on each of them is read by who sees little (WCAG 2.2, 4.5 to 1)
export const inks = { amber: "#8a5a00", olive: "#4f6b00", green: "#1f6f3a", grey: "#5b6467", teal: "#00696b", blue: "#1b5fb0", red: "#b0162b", violet: "#5b3fa8" };

const colours: Record<string, string> = { candidate: inks.amber, checked: inks.olive, confirmed: inks.green, rejected: inks.grey, "handed-over": inks.teal, accepted: inks.blue, returned: inks.red, closed: inks.grey };

/** A mark whose text is read on its colour. */
export const Mark = ({ ink, children, className }: { ink: string; children: string; className?: string }) => (
  <Tag variant="solid" color={ink} className={className}>
    {children}
  </Tag>
);

export function State({ of }: { of: string }) {
  const { word } = useText();
  return <Mark ink={colours[of] ?? inks.grey}>{word(of)}</Mark>;
}

/** The check that a lead may pass next: the technical one, or the legal one. */
export const passOf = (l: Lead) => (["check", "confirm"] as const).find((todo) => l.may?.includes(todo));
