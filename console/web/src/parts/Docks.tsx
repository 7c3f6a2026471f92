import { Button, Form, Input, InputNumber, Select, Table } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { client, type ConfiguredDock, dockAt, ok } from "../api";
import { useText } from "../i18n";
import { LazyMap } from "./LazyMap";
import { useCity } from "./Restart";
import { Reading, Wrong } from "./Trouble";

const models = ["M4D", "M4TD", "M3D", "M3TD", "M30", "M30T"];
const empty: Partial<ConfiguredDock> = { sn: "", aircraft: "", name: "", model: "M4D", lon: undefined, lat: undefined, certificate: "" };

/** Which docks there are: each is entered with its place, which a click on the map gives, too. */
export function Docks() {
  const { t } = useText();
  const cache = useQueryClient();
  const city = useCity();
  const [form] = Form.useForm<ConfiguredDock>();
  const [changing, change] = useState<string>(); // serial number of the dock in the form; none: a new one
  const all = city.data?.docks ?? [];
  const save = useMutation({
    mutationFn: (docks: ConfiguredDock[]) => ok(client.PUT("/api/settings/docks", { body: { docks, revision: city.data!.revision } })),
    onSuccess: () => {
      form.setFieldsValue(empty as ConfiguredDock);
      change(undefined);
    },
    onSettled: () => cache.invalidateQueries({ queryKey: ["city-settings"] }),
  });
  const serial = { pattern: /^[A-Za-z0-9]{4,32}$/, message: t("serial-how") };
  return (
    <>
      <p className="hint">{t("docks-how")}</p>
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={empty}
        onFinish={(v) => {
          const d = { ...v, aircraft: v.aircraft ?? "", name: v.name ?? "", certificate: v.certificate ?? "" };
          save.mutate(changing ? all.map((x) => (x.sn === changing ? d : x)) : [...all, d]);
        }}
      >
        <div className="form-row">
          <Form.Item name="sn" label={t("dock-serial")} rules={[{ required: true, message: t("needed") }, serial]}>
            <Input autoComplete="off" />
          </Form.Item>
          <Form.Item name="aircraft" label={t("aircraft-serial")} rules={[serial]}>
            <Input autoComplete="off" />
          </Form.Item>
          <Form.Item name="name" label={t("name")}>
            <Input autoComplete="off" />
          </Form.Item>
          <Form.Item name="model" label={t("aircraft-model")}>
            <Select options={models.map((m) => ({ value: m, label: m }))} />
          </Form.Item>
          <Form.Item name="lon" label={t("longitude")} rules={[{ required: true, message: t("needed") }]}>
            <InputNumber min={-180} max={180} step={0.0001} />
          </Form.Item>
          <Form.Item name="lat" label={t("latitude")} rules={[{ required: true, message: t("needed") }]}>
            <InputNumber min={-90} max={90} step={0.0001} />
          </Form.Item>
          <Form.Item name="certificate" label={t("certificate")} tooltip={t("certificate-how")}>
            <Input autoComplete="off" />
          </Form.Item>
          <Form.Item label=" " colon={false}>
            <Button type="primary" htmlType="submit" loading={save.isPending}>
              {changing ? t("save") : t("add-dock")}
            </Button>
          </Form.Item>
        </div>
      </Form>
      <Wrong of={save} />
      <div className="sheet-map">
        <LazyMap label={t("map-of-docks")} docks={all.map((d) => dockAt(d.sn, d.name, d.lon, d.lat))} onPlace={(lon, lat) => form.setFieldsValue({ lon: Math.round(lon * 1e6) / 1e6, lat: Math.round(lat * 1e6) / 1e6 })} />
      </div>
      <Reading of={city} empty={all.length === 0 ? t("no-docks-yet") : undefined}>
        <Table
          size="small"
          rowKey="sn"
          dataSource={all}
          pagination={all.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
          scroll={{ x: true }}
          columns={[
            { title: t("dock-serial"), dataIndex: "sn" },
            { title: t("name"), dataIndex: "name" },
            { title: t("aircraft-model"), dataIndex: "model" },
            { title: t("aircraft-serial"), dataIndex: "aircraft" },
            { title: t("place"), render: (_, d) => `${d.lon}, ${d.lat}` },
            {
              title: "",
              render: (_, d) => (
                <span className="buttons">
                  <Button
                    size="small"
                    onClick={() => {
                      change(d.sn);
                      form.setFieldsValue(d);
                    }}
                  >
                    {t("change")}
                  </Button>
                  <Button size="small" danger onClick={() => save.mutate(all.filter((x) => x.sn !== d.sn))}>
                    {t("leave-out")}
                  </Button>
                </span>
              ),
            },
          ]}
        />
      </Reading>
    </>
  );
}
