import { Alert, Button, Card, Form, Input } from "antd";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { useText } from "../i18n";
import { Wrong } from "../parts/Trouble";
import { useLogin, useMe } from "../session";

export function Login() {
  const { t } = useText();
  const me = useMe();
  const login = useLogin();
  const go = useNavigate();
  const inside = me.data !== undefined && me.data.name !== "" && !me.data.demo;
  useEffect(() => {
    if (inside || login.isSuccess) void go({ to: "/fleet" });
  }, [inside, login.isSuccess, go]);
  return (
    <main className="alone">
      <Card title={t("log-in")}>
        {me.data?.setup && <Alert type="info" showIcon title={t("no-accounts")} description={t("no-accounts-how")} className="wrong" />}
        <Form layout="vertical" requiredMark={false} onFinish={(v: { name: string; password: string }) => login.mutate(v)}>
          <Form.Item name="name" label={t("name")} rules={[{ required: true, message: t("needed") }]}>
            <Input autoFocus autoComplete="username" />
          </Form.Item>
          <Form.Item name="password" label={t("password")} rules={[{ required: true, message: t("needed") }]}>
            <Input.Password autoComplete="current-password" />
          </Form.Item>
          <Wrong of={login} />
          <Button type="primary" htmlType="submit" block loading={login.isPending}>
            {t("log-in")}
          </Button>
        </Form>
        {me.data?.sign_on && (
          <Button block className="wrong" href="/api/oidc/begin">
            {t("sign-on", { name: me.data.sign_on })}
          </Button>
        )}
      </Card>
    </main>
  );
}
