import { Alert, Button, Descriptions, Table, Tag } from "antd";
import { skipToken, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { client, type Comparison, ok } from "../api";
import { useText } from "../i18n";
import { has, useMe } from "../session";
import { full } from "../time";
import { Ask } from "./Ask";
import { Reading, Wrong } from "./Trouble";
import { Works } from "./Works";

/** Which network looks at flights, how one on trial does beside it, and, for administrators, which is used from the next start on. */
export function Models() {
  const { t, word } = useText();
  const admin = has(useMe().data, "admin");
  const cache = useQueryClient();
  const state = useQuery({ queryKey: ["models"], queryFn: () => ok(client.GET("/api/models")) });
  const [asked, ask] = useState<string>(); // a model, or "" for the one before
  const change = useMutation({
    mutationFn: ({ model, reason }: { model: string; reason: string }) => (model === "" ? ok(client.POST("/api/models/rollback", { body: { reason } })) : ok(client.POST("/api/models/promote", { body: { model, reason } }))),
    onSettled: () => cache.invalidateQueries({ queryKey: ["models"] }),
  });
  const compare = useMutation({
    mutationFn: (model: string) => ok(client.POST("/api/models/compare", { body: { model } })),
    onSuccess: (c) => cache.setQueryData(["compared"], c), // it is there also after the page was left
  });
  const c = useQuery<Comparison>({ queryKey: ["compared"], queryFn: skipToken }).data;
  const s = state.data;
  const trial = s?.trial;
  return (
    <Reading of={state}>
      <Descriptions
        bordered
        size="small"
        column={1}
        items={[
          { key: "running", label: t("model-running"), children: s?.running },
          { key: "next", label: t("model-next"), children: s?.next },
        ]}
      />
      {s?.fixed && <Alert type="info" showIcon className="wrong" title={t("model-fixed")} />}
      <Wrong of={change} />
      <h2>{t("model-trial")}</h2>
      {trial ? (
        <Descriptions
          bordered
          size="small"
          column={{ xs: 1, md: 3 }}
          items={[
            { key: "m", label: t("model"), children: trial.model },
            { key: "f", label: t("flights"), children: trial.flights },
            { key: "p", label: t("trial-frames"), children: trial.frames },
            { key: "b", label: t("trial-both"), children: trial.both },
            { key: "o", label: t("trial-other"), children: trial.other },
            { key: "i", label: t("trial-in-use"), children: trial.in_use },
            { key: "t", label: t("trial-only"), children: trial.on_trial },
          ]}
        />
      ) : (
        <p className="hint">{t("no-trial")}</p>
      )}
      <h2>{t("models-available")}</h2>
      <Table
        size="small"
        rowKey="name"
        pagination={false}
        dataSource={s?.available ?? []}
        scroll={{ x: true }}
        columns={[
          { title: t("model"), dataIndex: "name", render: (n: string) => <>{n} {n === s?.next && <Tag>{t("model-next")}</Tag>}</> },
          { title: "SHA-256", dataIndex: "sha256", render: (x: string) => x.slice(0, 12) },
          { title: t("classes"), dataIndex: "classes", align: "right" },
          {
            title: "",
            render: (_, m) =>
              m.name !== s?.next && (
                <span className="buttons">
                  <Button size="small" disabled={compare.isPending} onClick={() => compare.mutate(m.name)}>
                    {t("compare")}
                  </Button>
                  {admin && (
                    <Button size="small" onClick={() => ask(m.name)}>
                      {t("promote")}
                    </Button>
                  )}
                </span>
              ),
          },
        ]}
      />
      <Works kind="compare" label={(w) => t("compared-by", { by: w.by, model: w.of })} />
      <Wrong of={compare} />
      {c && (
        <>
          <h2>{t("compared", { a: c.in_use, b: c.other })}</h2>
          <p className="hint">{t("compared-how", { n: c.frames, a: c.in_use_s.toFixed(2), b: c.other_s.toFixed(2) })}</p>
          <Table
            size="small"
            rowKey="scene"
            pagination={false}
            dataSource={c.scenes ?? []}
            scroll={{ x: true }}
            columns={[
              { title: t("scene"), dataIndex: "scene", render: word },
              { title: t("confirmed"), dataIndex: "confirmed", align: "right" },
              { title: t("found-by", { model: c.in_use }), dataIndex: "in_use_found", align: "right" },
              { title: t("found-by", { model: c.other }), dataIndex: "other_found", align: "right" },
              { title: t("rejected"), dataIndex: "rejected", align: "right" },
              { title: t("again-by", { model: c.in_use }), dataIndex: "in_use_again", align: "right" },
              { title: t("again-by", { model: c.other }), dataIndex: "other_again", align: "right" },
            ]}
          />
        </>
      )}
      <h2>{t("model-history")}</h2>
      {admin && (s?.history ?? []).length > 1 && (
        <div className="bar">
          <Button size="small" onClick={() => ask("")}>
            {t("roll-back")}
          </Button>
        </div>
      )}
      <Table
        size="small"
        locale={{ emptyText: <p className="hint">{t("no-promotions")}</p> }}
        rowKey={(c) => c.at + c.sha256}
        pagination={{ pageSize: 20, hideOnSinglePage: true }}
        dataSource={s?.history ?? []}
        scroll={{ x: true }}
        columns={[
          { title: t("at"), dataIndex: "at", render: full },
          { title: t("model"), dataIndex: "model" },
          { title: t("by"), dataIndex: "by" },
          { title: t("reason-of"), dataIndex: "why" },
        ]}
      />
      <Ask
        title={asked === "" ? t("roll-back") : `${t("promote")}: ${asked}`}
        open={asked !== undefined}
        onBack={() => ask(undefined)}
        onDo={(reason) => {
          change.mutate({ model: asked!, reason });
          ask(undefined);
        }}
      >
        <p>{t("promote-how")}</p>
      </Ask>
    </Reading>
  );
}
