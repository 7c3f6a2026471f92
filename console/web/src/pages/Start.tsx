import { Alert, Button, Steps, Typography } from "antd";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useText } from "../i18n";
import { Docks } from "../parts/Docks";
import { Layers } from "../parts/Layers";
import { People } from "../parts/People";
import { Restart, useCity } from "../parts/Restart";
import { has, useMe } from "../session";

/** The first run, step by step: who works here, where the district is, which docks there are; then Harrier starts with it. */
export function Start() {
  const { t } = useText();
  const me = useMe().data;
  const go = useNavigate();
  const [at, setAt] = useState(0);
  const docks = useCity().data?.docks ?? [];
  if (!has(me, "admin"))
    return (
      <main className="alone">
        <Alert type="info" showIcon title={t("guide-admin")} />
      </main>
    );
  const steps = [
    {
      title: t("guide-who"),
      page: (
        <>
          <Alert type="success" showIcon title={t("you-are", { name: me!.name })} />
          <p className="hint">{t("guide-who-how")}</p>
          <People />
          <Alert type="info" title={t("guide-demo")} description={<>{t("guide-demo-how")} <Typography.Text code copyable>make demo</Typography.Text></>} />
        </>
      ),
    },
    { title: t("guide-where"), page: <Layers /> },
    { title: t("guide-docks"), page: <Docks /> },
    {
      title: t("guide-go"),
      page: (
        <>
          <Restart onDone={() => go({ to: "/fleet" })} />
          <h2>{t("credentials")}</h2>
          <p className="hint">{t("reached-how")}</p>
          <p className="hint">{t("credentials-how")}</p>
          {docks.length === 0 && <p>{t("no-docks-yet")}</p>}
          {docks.map((d) => (
            <p key={d.sn}>
              <Typography.Text code copyable>{`harrier dock enroll ${d.sn}`}</Typography.Text>
            </p>
          ))}
          <h2>{t("guide-plan")}</h2>
          <p>{t("guide-plan-how")}</p>
          <Link to="/plan">{t("page-plan")}</Link>
        </>
      ),
    },
  ];
  return (
    <main className="sheet">
      <Steps className="steps" current={at} onChange={setAt} items={steps.map((s) => ({ title: s.title }))} />
      {steps[at].page}
      <div className="bar">
        <Button disabled={at === 0} onClick={() => setAt(at - 1)}>
          {t("step-back")}
        </Button>
        {at < steps.length - 1 && (
          <Button type="primary" onClick={() => setAt(at + 1)}>
            {t("step-on")}
          </Button>
        )}
      </div>
    </main>
  );
}
