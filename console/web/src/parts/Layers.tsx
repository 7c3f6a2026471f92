import { Alert, Button, Select, Table, Upload } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { client, ok, taken } from "../api";
import { useText } from "../i18n";
import { moment } from "../time";
import { LazyMap } from "./LazyMap";
import { useCity } from "./Restart";
import { Reading, Wrong } from "./Trouble";
import { Working } from "./Working";

type Taken = { layer: string; file: string; sum: string; warnings: string[]; warnings_in_all: number; shown: GeoJSON.FeatureCollection };
const datums = ["WGS-84", "CGCS2000", "GCJ-02"];

/** Sends a file, and says which share of it has been sent. */
const send = (to: string, file: File, onSent: (share: number) => void) =>
  new Promise<Response>((done, failed) => {
    const x = new XMLHttpRequest(); // fetch does not say how far it is
    x.open("PUT", to);
    x.upload.onprogress = (e) => onSent(e.loaded / Math.max(e.total, 1));
    x.onload = () => done(new Response(x.responseText, { status: x.status, statusText: x.statusText }));
    x.onerror = () => failed(new Error(`${file.name}: ${x.statusText || "network"}`));
    x.send(file);
  });

/** The layers of the ground: the files that a bureau has of its district, taken as they are. */
export function Layers() {
  const { t, word } = useText();
  const cache = useQueryClient();
  const city = useCity();
  const [datum, setDatum] = useState<string>();
  const [sent, setSent] = useState(0);
  const settled = () => cache.invalidateQueries({ queryKey: ["city-settings"] });
  const take = useMutation({
    mutationFn: async ({ layer, file }: { layer: string; file: File }): Promise<Taken> => {
      setSent(0);
      const query = new URLSearchParams({ name: file.name, ...(datum ? { datum } : {}) });
      return (await taken(send(`/api/settings/layers/${layer}?${query}`, file, setSent))).json() as Promise<Taken>;
    },
    onSettled: settled,
  });
  const leave = useMutation({ mutationFn: (layer: "grid") => ok(client.DELETE("/api/settings/layers/{layer}", { params: { path: { layer } } })), onSettled: settled });
  return (
    <>
      <p className="hint">{t("layers-how")}</p>
      <div className="bar">
        <Select allowClear aria-label={t("datum")} placeholder={t("datum-of-file")} value={datum} onChange={setDatum} options={datums.map((d) => ({ value: d, label: d }))} className="datum" />
        <span className="hint">{t("datum-how")}</span>
      </div>
      <Reading of={city}>
        <Table
          size="small"
          rowKey="layer"
          pagination={false}
          scroll={{ x: true }}
          dataSource={city.data?.layers ?? []}
          columns={[
            { title: t("layer"), dataIndex: "layer", render: (l: string) => <b>{word(`layer-${l}`)}</b> },
            { title: t("is-now"), render: (_, l) => (l.file ? `${l.file}${l.changed ? ` · ${moment(l.changed)}` : ""}` : t(l.layer === "grid" ? "grid-made-up" : "no-layer")) },
            {
              title: "",
              render: (_, l) => (
                <span className="buttons">
                  <Upload
                    accept=".geojson,.json,.gpkg,.kml,.csv,.zip"
                    showUploadList={false}
                    beforeUpload={(file) => {
                      take.mutate({ layer: l.layer, file });
                      return false;
                    }}
                  >
                    <Button size="small" disabled={take.isPending}>
                      {t("choose-file")}
                    </Button>
                  </Upload>
                  {l.file && (
                    <Button size="small" onClick={() => leave.mutate(l.layer as "grid")}>
                      {t("leave-out")}
                    </Button>
                  )}
                </span>
              ),
            },
          ]}
        />
      </Reading>
      {take.isPending && <Working label={t(sent < 1 ? "being-sent" : "being-checked", { file: take.variables.file.name })} share={sent * 0.9} />}
      {take.isSuccess && <Alert type="success" showIcon className="wrong" title={`${word(`layer-${take.data.layer}`)}: ${take.data.sum}`} description={take.data.warnings_in_all > 0 && `${t("warnings", { n: take.data.warnings_in_all })}: ${take.data.warnings.slice(0, 3).join("; ")}`} />}
      <Wrong of={take} />
      <Wrong of={leave} />
      <div className="sheet-map">
        <LazyMap label={t("map-of-layers")} areas={take.data?.shown} fitAreas />
      </div>
    </>
  );
}
