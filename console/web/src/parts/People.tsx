import { Button, Checkbox, Form, Input, Modal, Switch, Table, Tag } from "antd";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Account, client, ok } from "../api";
import { useText } from "../i18n";
import { day } from "../time";
import { Reading, Wrong } from "./Trouble";

export const roles = ["viewer", "operator", "analyst", "legal", "admin"] as const;
type Role = (typeof roles)[number];
type Fields = { name: string; password?: string; roles: Role[]; subdistricts?: string; disabled?: boolean };

const codes = (s?: string) => (s ?? "").split(/[\s,，]+/).filter(Boolean);

/** Who may come in, with which roles. */
export function People() {
  const { t, word } = useText();
  const cache = useQueryClient();
  const list = useQuery({ queryKey: ["accounts"], queryFn: async () => (await ok(client.GET("/api/accounts"))) ?? [] });
  const [open, setOpen] = useState<Account | "new">();
  const [form] = Form.useForm<Fields>();
  const save = useMutation({
    mutationFn: (v: Fields): Promise<unknown> =>
      open === "new"
        ? ok(client.POST("/api/accounts", { body: { name: v.name, password: v.password ?? "", roles: v.roles, subdistricts: codes(v.subdistricts) } }))
        : ok(client.PUT("/api/accounts/{name}", { params: { path: { name: open!.name } }, body: { revision: open!.revision, roles: v.roles, subdistricts: codes(v.subdistricts), disabled: v.disabled ?? false, new_password: v.password || undefined } })),
    onSuccess: () => setOpen(undefined),
    onSettled: () => cache.invalidateQueries({ queryKey: ["accounts"] }),
  });
  const edit = (a: Account | "new") => {
    save.reset();
    setOpen(a);
    form.setFieldsValue(a === "new" ? { name: "", password: "", roles: ["viewer"], subdistricts: "", disabled: false } : { name: a.name, password: "", roles: a.roles as Role[], subdistricts: (a.subdistricts ?? []).join(" "), disabled: a.disabled });
  };
  return (
    <>
      <div className="bar">
        <Button type="primary" onClick={() => edit("new")}>
          {t("new-account")}
        </Button>
      </div>
      <Reading of={list} empty={(list.data ?? []).length === 0 ? t("no-people") : undefined}>
        <Table
          size="small"
          rowKey="name"
          dataSource={list.data ?? []}
          scroll={{ x: true }}
          columns={[
            { title: t("name"), dataIndex: "name", render: (n: string, a) => (
                <>
                  {a.disabled ? <s>{n}</s> : n} {a.external && <Tag>{t("external")}</Tag>}
                </>
              ) },
            { title: t("roles"), dataIndex: "roles", render: (rs: string[]) => rs.map((r) => <Tag key={r}>{word(`role-${r}`)}</Tag>) },
            { title: t("subdistricts"), dataIndex: "subdistricts", render: (s: string[] | null) => ((s ?? []).length === 0 ? t("all") : (s ?? []).join(" ")) },
            { title: t("made"), render: (_, a) => `${day(a.made)} · ${a.made_by}` },
            { title: "", render: (_, a) => <Button size="small" onClick={() => edit(a)}>{t("change")}</Button> },
          ]}
        />
      </Reading>
      <Modal open={open !== undefined} forceRender title={open === "new" ? t("new-account") : (open?.name ?? "")} okText={t("save")} cancelText={t("back")} confirmLoading={save.isPending} onCancel={() => setOpen(undefined)} onOk={async () => save.mutate(await form.validateFields())}>
        <Form form={form} layout="vertical" requiredMark={false}>
          {open === "new" && (
            <Form.Item name="name" label={t("name")} extra={t("your-name-how")} rules={[{ required: true, message: t("needed") }]}>
              <Input autoComplete="off" />
            </Form.Item>
          )}
          {!(open !== undefined && open !== "new" && open.external) && (
          <Form.Item name="password" label={t(open === "new" ? "password" : "new-password")} extra={t("password-how")} rules={[{ required: open === "new", message: t("needed") }]}>
            <Input.Password autoComplete="new-password" />
          </Form.Item>
          )}
          <Form.Item name="roles" label={t("roles")} rules={[{ type: "array", min: 1, message: t("needed") }]}>
            <Checkbox.Group options={roles.map((r) => ({ value: r, label: t(`role-${r}`) }))} />
          </Form.Item>
          <Form.Item name="subdistricts" label={t("subdistricts")} extra={t("subdistricts-how")}>
            <Input />
          </Form.Item>
          {open !== "new" && (
            <Form.Item name="disabled" label={t("disabled")} valuePropName="checked">
              <Switch />
            </Form.Item>
          )}
        </Form>
        <Wrong of={save} />
      </Modal>
    </>
  );
}
