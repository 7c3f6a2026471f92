import { Button, Table } from "antd";
import { Link } from "@tanstack/react-router";
import { useFlights } from "../api";
import { useText } from "../i18n";
import { Reading } from "../parts/Trouble";
import { full } from "../time";

/** Flights whose video is kept. */
export function Flights() {
  const { t } = useText();
  const flights = useFlights();
  const all = flights.data?.pages.flatMap((p) => p.flights ?? []) ?? [];
  return (
    <main className="sheet">
      <h2>{t("past-flights")}</h2>
      <p className="hint">{t("past-flights-how")}</p>
      <Reading of={flights} empty={all.length === 0 ? t("no-past-flights") : undefined}>
        <Table
          size="small"
          rowKey="id"
          dataSource={all}
          scroll={{ x: true }}
          pagination={false}
          columns={[
            { title: t("began"), dataIndex: "began", render: full },
            { title: t("dock"), render: (_, f) => f.dock_name || f.dock },
            { title: t("minutes"), dataIndex: "seconds", align: "right", render: (s: number) => (s / 60).toFixed(1) },
            {
              title: t("flight"),
              dataIndex: "id",
              render: (id: string) => (
                <Link to="/flights/$id" params={{ id }}>
                  {id}
                </Link>
              ),
            },
          ]}
        />
        {flights.hasNextPage && (
          <Button loading={flights.isFetchingNextPage} onClick={() => flights.fetchNextPage()}>
            {t("older")}
          </Button>
        )}
      </Reading>
    </main>
  );
}
