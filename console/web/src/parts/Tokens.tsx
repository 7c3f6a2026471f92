import { Alert, Button, Form, Input, InputNumber, Modal, Select, Table, Tag, Typography } from "antd";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { client, ok } from "../api";
import { useText } from "../i18n";
import { full } from "../time";
import { roles } from "./People";
import { Reading, Wrong } from "./Trouble";

type Fields = { name: string; roles: (typeof roles)[number][]; days: number };

/** Tokens by which programs ask. */
export function Tokens() {
  const { t, word } = useText();
  const cache = useQueryClient();
  const list = useQuery({ queryKey: ["tokens"], queryFn: async () => (await ok(client.GET("/api/tokens"))) ?? [] });
  const [open, setOpen] = useState(false);
  const [form] = Form.useForm<Fields>();
  const settled = { onSettled: () => cache.invalidateQueries({ queryKey: ["tokens"] }) };
  const make = useMutation({ mutationFn: (v: Fields) => ok(client.POST("/api/tokens", { body: { name: v.name, roles: v.roles, expires: new Date(Date.now() + v.days * 86_400_000).toISOString() } })), onSuccess: () => setOpen(false), ...settled });
  const end = useMutation({ mutationFn: (id: string) => ok(client.DELETE("/api/tokens/{id}", { params: { path: { id } } })), ...settled });
  return (
    <>
      <div className="bar">
        <Button type="primary" onClick={() => setOpen(true)}>
          {t("new-token")}
        </Button>
      </div>
      {make.data && <Alert type="success" showIcon className="wrong" title={t("token-once")} description={<Typography.Text copyable>{make.data.secret}</Typography.Text>} />}
      <Wrong of={end} />
      <Reading of={list} empty={(list.data ?? []).length === 0 ? t("no-tokens") : undefined}>
        <Table
          size="small"
          rowKey="id"
          dataSource={list.data ?? []}
          scroll={{ x: true }}
          columns={[
            { title: t("for-what"), dataIndex: "name" },
            { title: t("name"), dataIndex: "account" },
            { title: t("roles"), dataIndex: "roles", render: (rs: string[]) => rs.map((r) => <Tag key={r}>{word(`role-${r}`)}</Tag>) },
            { title: t("expires"), dataIndex: "expires", render: full },
            { title: "", render: (_, x) => <Button size="small" danger onClick={() => end.mutate(x.id)}>{t("end-token")}</Button> },
          ]}
        />
      </Reading>
      <Modal open={open} title={t("new-token")} okText={t("save")} cancelText={t("back")} confirmLoading={make.isPending} onCancel={() => setOpen(false)} onOk={async () => make.mutate(await form.validateFields())} destroyOnHidden>
        <Form form={form} layout="vertical" requiredMark={false} initialValues={{ roles: ["viewer"], days: 90 }}>
          <Form.Item name="name" label={t("for-what")} rules={[{ required: true, message: t("needed") }]}>
            <Input maxLength={100} />
          </Form.Item>
          <Form.Item name="roles" label={t("roles")} rules={[{ type: "array", min: 1, message: t("needed") }]}>
            <Select mode="multiple" options={roles.map((r) => ({ value: r, label: t(`role-${r}`) }))} />
          </Form.Item>
          <Form.Item name="days" label={t("days-good")} rules={[{ required: true, message: t("needed") }]}>
            <InputNumber min={1} max={366} />
          </Form.Item>
        </Form>
        <Wrong of={make} />
      </Modal>
    </>
  );
}
