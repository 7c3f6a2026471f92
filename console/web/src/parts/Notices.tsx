import { Button, Checkbox, Form, Input, Modal } from "antd";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { client, ok } from "../api";
import { useText } from "../i18n";
import { Reading, Wrong } from "./Trouble";

const topics = ["waiting", "due", "trouble"] as const;
type Fields = { url: string; secret?: string; topics: (typeof topics)[number][] };

/** What somebody wants to be told, and by which robot of DingTalk or WeCom. */
export default function Notices({ onBack }: { onBack: () => void }) {
  const { t, lang } = useText();
  const cache = useQueryClient();
  const [form] = Form.useForm<Fields>();
  const now = useQuery({ queryKey: ["notice"], queryFn: () => ok(client.GET("/api/notice")) });
  const after = { onSuccess: onBack, onSettled: () => cache.invalidateQueries({ queryKey: ["notice"] }) };
  const save = useMutation({ mutationFn: (v: Fields) => ok(client.PUT("/api/notice", { body: { url: v.url.trim(), secret: v.secret?.trim() || undefined, topics: v.topics, lang } })), ...after });
  const end = useMutation({ mutationFn: () => ok(client.DELETE("/api/notice")), ...after });
  return (
    <Modal
      open
      title={t("notices")}
      onCancel={onBack}
      footer={[
        now.data?.set && (
          <Button key="end" danger loading={end.isPending} onClick={() => end.mutate()}>
            {t("end-notices")}
          </Button>
        ),
        <Button key="back" onClick={onBack}>
          {t("back")}
        </Button>,
        <Button key="save" type="primary" loading={save.isPending} onClick={async () => save.mutate(await form.validateFields())}>
          {t("save-and-try")}
        </Button>,
      ]}
    >
      <p className="hint">{t("notices-how")}</p>
      <Reading of={now}>
        {now.data?.set && <p>{t("told-by", { robot: now.data.robot })}</p>}
        <Form form={form} layout="vertical" requiredMark={false} initialValues={{ topics: now.data?.set ? now.data.topics : ["waiting"] }}>
          <Form.Item name="url" label={t("robot-url")} rules={[{ required: true, message: t("needed") }]}>
            <Input placeholder="https://oapi.dingtalk.com/robot/send?access_token=…" autoComplete="off" />
          </Form.Item>
          <Form.Item name="secret" label={t("robot-secret")}>
            <Input.Password autoComplete="off" />
          </Form.Item>
          <Form.Item name="topics" label={t("tell-me")} rules={[{ type: "array", min: 1, message: t("needed") }]}>
            <Checkbox.Group options={topics.map((x) => ({ value: x, label: t(`tell-${x}`) }))} />
          </Form.Item>
        </Form>
      </Reading>
      <Wrong of={save} />
      <Wrong of={end} />
    </Modal>
  );
}
