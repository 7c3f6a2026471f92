import { Alert, Button, Card, Form, Input, Typography } from "antd";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { useText } from "../i18n";
import { Wrong } from "../parts/Trouble";
import { useSetup } from "../session";

// behind the # of the link, so that it is in no log; it is not left in the address either
const code = location.hash.slice(1);
history.replaceState(history.state, "", location.pathname);

/** The first start: who is the administrator. */
export function Setup() {
  const { t } = useText();
  const setup = useSetup();
  const go = useNavigate();
  useEffect(() => {
    if (setup.isSuccess) void go({ to: "/start" });
  }, [setup.isSuccess, go]);
  return (
    <main className="alone">
      <Card title={t("first-start")}>
        {!code && <Alert type="warning" showIcon title={t("no-code")} />}
        <Typography.Paragraph>{t("first-start-how")}</Typography.Paragraph>
        <Form layout="vertical" requiredMark={false} onFinish={(v: { name: string; password: string }) => setup.mutate({ code, ...v })}>
          <Form.Item name="name" label={t("your-name")} extra={t("your-name-how")} rules={[{ required: true, message: t("needed") }]}>
            <Input autoFocus autoComplete="username" />
          </Form.Item>
          <Form.Item name="password" label={t("password")} extra={t("password-how")} rules={[{ required: true, min: 12, message: t("password-how") }]}>
            <Input.Password autoComplete="new-password" />
          </Form.Item>
          <Wrong of={setup} />
          <Button type="primary" htmlType="submit" block loading={setup.isPending} disabled={!code}>
            {t("make-admin")}
          </Button>
        </Form>
      </Card>
    </main>
  );
}
