import { Alert, Button, Form, Input, InputNumber, Modal, Radio, Select, Upload } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Map as GLMap } from "maplibre-gl";
import { useRef, useState } from "react";
import { client, ok } from "../api";
import { useText } from "../i18n";
import { LazyMap } from "./LazyMap";
import { Wrong } from "./Trouble";

type Body = Parameters<typeof send>[0];
type Geometry = Record<string, unknown>;
type Fields = { id: string; department: string; scenes: string[]; where: "draw" | "code" | "file"; code?: string; gsd_cm?: number; every_days?: number; by?: string; priority?: number; text?: string };

const send = (body: { id: string; department: string; scenes: string[]; code?: string; geometry?: Geometry; gsd_cm?: number; every_days?: number; by?: string; priority?: number; text?: string }) => ok(client.POST("/api/requests", { body }));

export const scenes = ["illegal-structure", "street-stall", "muck-truck"];

/** Asks for something to be looked at: drawn on the map, by a code, or the features of a GeoJSON file. */
export function NewRequest() {
  const { t, word } = useText();
  const [open, setOpen] = useState(false);
  const [form] = Form.useForm<Fields>();
  const where = Form.useWatch("where", form);
  const [drawn, setDrawn] = useState<Geometry>();
  const [features, setFeatures] = useState<{ geometry: Geometry; properties: Record<string, unknown> }[]>();
  const [bad, setBad] = useState<string>();
  const stop = useRef<() => void>(undefined);
  const cache = useQueryClient();
  const ask = useMutation({
    mutationFn: async (v: Fields) => {
      const { where: how, by, id, ...more } = v;
      const due = by ? new Date(by).toISOString() : undefined;
      if (how === "file") {
        for (const [i, f] of (features ?? []).entries()) await send({ ...more, by: due, id: String(f.properties.id ?? f.properties.number ?? `${id}-${i + 1}`), geometry: f.geometry } as Body);
        return;
      }
      await send({ ...more, by: due, id, ...(how === "code" ? {} : { geometry: drawn, code: undefined }) } as Body);
    },
    onSuccess: () => {
      setOpen(false);
      form.resetFields();
      void cache.invalidateQueries({ queryKey: ["requests"] });
    },
  });
  const draw = async (map: GLMap) => {
    const [{ TerraDraw, TerraDrawPolygonMode, TerraDrawLineStringMode, TerraDrawPointMode }, { TerraDrawMapLibreGLAdapter }] = await Promise.all([import("terra-draw"), import("terra-draw-maplibre-gl-adapter")]);
    const d = new TerraDraw({ adapter: new TerraDrawMapLibreGLAdapter({ map }), modes: [new TerraDrawPolygonMode(), new TerraDrawLineStringMode(), new TerraDrawPointMode()] });
    d.start();
    d.setMode("polygon");
    d.on("finish", (id) => {
      const f = d.getSnapshotFeature(id);
      for (const other of d.getSnapshot()) if (other.id !== id && other.id !== undefined) d.removeFeatures([other.id]);
      setDrawn(f?.geometry as unknown as Geometry);
    });
    stop.current = () => d.stop();
    modes.current = (m) => d.setMode(m);
  };
  const modes = useRef<(mode: "polygon" | "linestring" | "point") => void>(undefined);
  return (
    <>
      <Button type="primary" onClick={() => setOpen(true)}>
        {t("new-request")}
      </Button>
      <Modal
        open={open}
        width={760}
        title={t("new-request")}
        okText={t("send")}
        cancelText={t("back")}
        confirmLoading={ask.isPending}
        okButtonProps={{ disabled: (where === "draw" && !drawn) || (where === "file" && !features) }}
        onCancel={() => setOpen(false)}
        onOk={async () => ask.mutate(await form.validateFields())}
        afterClose={() => stop.current?.()}
        destroyOnHidden
      >
        <Form form={form} layout="vertical" requiredMark={false} initialValues={{ where: "draw", scenes: ["illegal-structure"], priority: 0 }}>
          <div className="form-row">
            <Form.Item name="id" label={t("request-id")} rules={[{ required: true, pattern: /^[^\s*>]{1,100}$/, message: t("request-id-how") }]}>
              <Input />
            </Form.Item>
            <Form.Item name="department" label={t("department")} rules={[{ required: true, message: t("needed") }]}>
              <Input />
            </Form.Item>
            <Form.Item name="scenes" label={t("scenes")} rules={[{ required: true, message: t("needed") }]}>
              <Select mode="multiple" options={scenes.map((s) => ({ value: s, label: word(s) }))} />
            </Form.Item>
          </div>
          <div className="form-row">
            <Form.Item name="gsd_cm" label={t("resolution")}>
              <InputNumber min={0.5} max={30} placeholder={t("as-scene")} />
            </Form.Item>
            <Form.Item name="every_days" label={t("every-days")}>
              <InputNumber min={0.1} max={3660} placeholder={t("once")} />
            </Form.Item>
            <Form.Item name="by" label={t("by-when")}>
              <Input type="datetime-local" />
            </Form.Item>
            <Form.Item name="priority" label={t("priority")}>
              <InputNumber min={-100} max={99} />
            </Form.Item>
          </div>
          <Form.Item name="where" label={t("where")}>
            <Radio.Group
              optionType="button"
              options={[
                { value: "draw", label: t("draw") },
                { value: "code", label: t("by-code") },
                { value: "file", label: t("by-file") },
              ]}
            />
          </Form.Item>
          {where === "code" && (
            <Form.Item name="code" label={t("code-how")} rules={[{ required: true, pattern: /^([0-9]{9}|[0-9]{12}|[0-9]{15})$/, message: t("code-how") }]}>
              <Input />
            </Form.Item>
          )}
          {where === "draw" && (
            <>
              <Radio.Group
                size="small"
                optionType="button"
                defaultValue="polygon"
                onChange={(e) => modes.current?.(e.target.value)}
                options={[
                  { value: "polygon", label: t("area") },
                  { value: "linestring", label: t("line") },
                  { value: "point", label: t("point") },
                ]}
              />
              <div className="draw">
                <LazyMap label={t("draw-how")} onMap={(m) => void draw(m)} />
              </div>
              <p className="hint">{drawn ? t("drawn") : t("draw-how")}</p>
            </>
          )}
          {where === "file" && (
            <Upload
              accept=".geojson,.json"
              maxCount={1}
              beforeUpload={async (f) => {
                setBad(undefined);
                setFeatures(undefined);
                try {
                  const fc = JSON.parse(await f.text()) as { type?: string; features?: { geometry: Geometry; properties: Record<string, unknown> | null }[] };
                  if (fc.type !== "FeatureCollection" || !fc.features?.length) throw new Error(t("no-features"));
                  if (fc.features.length > 500) throw new Error(t("many-features"));
                  setFeatures(fc.features.map((x) => ({ geometry: x.geometry, properties: x.properties ?? {} })));
                } catch (e) {
                  setBad((e as Error).message);
                }
                return false;
              }}
            >
              <Button>{t("choose-file")}</Button> {features && t("features", { n: features.length })}
            </Upload>
          )}
          {bad && <Alert type="error" showIcon title={bad} />}
          <Form.Item name="text" label={t("remark")}>
            <Input maxLength={500} />
          </Form.Item>
        </Form>
        <Wrong of={ask} />
      </Modal>
    </>
  );
}
