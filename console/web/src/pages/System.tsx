import { Alert, Button, Descriptions, Table, Tabs } from "antd";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { client, ok } from "../api";
import { useText } from "../i18n";
import { Audit } from "../parts/Audit";
import { Models } from "../parts/Models";
import { People } from "../parts/People";
import { Settings } from "../parts/Settings";
import { Tokens } from "../parts/Tokens";
import { Reading, Wrong } from "../parts/Trouble";
import { has, useMe } from "../session";
import { full } from "../time";

/** How the parts are, and, for administrators, who may come in and what was changed. */
export function System() {
  const { t } = useText();
  const me = useMe().data;
  return (
    <main className="sheet">
      <Tabs
        items={[
          { key: "health", label: t("health"), children: <Health /> },
          ...(has(me, "operator") ? [{ key: "queues", label: t("queues"), children: <Queues /> }] : []),
          ...(has(me, "operator") ? [{ key: "models", label: t("models"), children: <Models /> }] : []),
          ...(has(me, "admin")
            ? [
                { key: "people", label: t("people"), children: <People /> },
                { key: "tokens", label: t("tokens"), children: <Tokens /> },
                { key: "settings", label: t("settings"), children: <Settings /> },
                { key: "audit", label: t("audit"), children: <Audit /> },
              ]
            : []),
        ]}
      />
    </main>
  );
}

function Health() {
  const { t, word } = useText();
  const troubles = useQuery({ queryKey: ["troubles"], queryFn: async () => (await ok(client.GET("/api/troubles"))) ?? [], refetchInterval: 10_000 });
  const counts = useQuery({ queryKey: ["counts"], queryFn: () => ok(client.GET("/api/counts")), refetchInterval: 5_000 });
  return (
    <>
      <Reading of={troubles}>
        {(troubles.data ?? []).length === 0 && <Alert type="success" showIcon title={t("all-well")} />}
        {(troubles.data ?? []).map((x) => (
          <Alert key={x} type="warning" showIcon title={x} className="wrong" />
        ))}
      </Reading>
      <h2>{t("watched")}</h2>
      <Reading of={counts}>
        <Descriptions bordered size="small" column={{ xs: 1, md: 3 }} items={Object.entries(counts.data ?? {}).map(([k, v]) => ({ key: k, label: word(`count-${k}`), children: v.toLocaleString() }))} />
      </Reading>
    </>
  );
}

function Queues() {
  const { t } = useText();
  const me = useMe().data;
  const cache = useQueryClient();
  const dead = useQuery({ queryKey: ["dead"], queryFn: async () => (await ok(client.GET("/api/dead-letters"))) ?? [], refetchInterval: 30_000 });
  const hooks = useQuery({ queryKey: ["webhooks"], queryFn: async () => (await ok(client.GET("/api/webhooks"))) ?? [], refetchInterval: 30_000 });
  const replay = useMutation({ mutationFn: (id: string) => ok(client.POST("/api/dead-letters/{id}/replay", { params: { path: { id } } })), onSettled: () => cache.invalidateQueries({ queryKey: ["dead"] }) });
  return (
    <>
      <h2>{t("dead-letters")}</h2>
      <p className="hint">{t("dead-letters-how")}</p>
      <Wrong of={replay} />
      <Reading of={dead} empty={(dead.data ?? []).length === 0 ? t("no-dead-letters") : undefined}>
        <Table
          size="small"
          rowKey="id"
          dataSource={dead.data ?? []}
          scroll={{ x: true }}
          columns={[
            { title: t("at"), dataIndex: "at", render: full },
            { title: t("subject"), dataIndex: "subject" },
            { title: t("tries"), dataIndex: "tries", align: "right" },
            { title: t("reason-of"), dataIndex: "reason" },
            { title: "", render: (_, d) => has(me, "admin") && <Button size="small" loading={replay.isPending && replay.variables === d.id} onClick={() => replay.mutate(d.id)}>{t("replay")}</Button> },
          ]}
        />
      </Reading>
      <h2>{t("webhooks")}</h2>
      <Reading of={hooks} empty={(hooks.data ?? []).length === 0 ? t("no-webhooks") : undefined}>
        <Table size="small" rowKey={(q) => JSON.stringify(q)} dataSource={hooks.data ?? []} columns={Object.keys(hooks.data?.[0] ?? {}).map((k) => ({ title: k, dataIndex: k, render: (v: unknown) => String(v ?? "") }))} />
      </Reading>
    </>
  );
}
