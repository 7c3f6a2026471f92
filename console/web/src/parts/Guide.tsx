import { Steps } from "antd";
import { Link } from "@tanstack/react-router";
import { useText } from "../i18n";
import { has, useMe } from "../session";

/** What is still to be done before anything can fly: where the district is, and which docks. */
export function Guide() {
  const { t } = useText();
  const admin = has(useMe().data, "admin");
  const settings = admin ? <Link to="/system">{t("guide-settings")}</Link> : t("guide-admin");
  return (
    <Steps
      orientation="vertical"
      current={1}
      items={[
        { title: t("guide-who"), content: t("guide-who-how") },
        { title: t("guide-where"), content: <>{t("guide-where-how")} {settings}</> },
        { title: t("guide-docks"), content: <>{t("guide-docks-how")} {settings}</> },
        { title: t("guide-plan"), content: t("guide-plan-how") },
        { title: t("guide-demo"), content: t("guide-demo-how") },
      ]}
    />
  );
}
