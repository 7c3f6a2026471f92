import { Button, Table } from "antd";
import { useInfiniteQuery } from "@tanstack/react-query";
import { client, ok } from "../api";
import { useText } from "../i18n";
import { full } from "../time";
import { Reading } from "./Trouble";

const pageSize = 100;

/** What people changed, the newest first. */
export function Audit() {
  const { t } = useText();
  const log = useInfiniteQuery({
    queryKey: ["audit"],
    queryFn: async ({ pageParam }) => (await ok(client.GET("/api/audit", { params: { query: { limit: pageSize, before: pageParam || undefined } } }))) ?? [],
    initialPageParam: "",
    getNextPageParam: (last) => (last.length === pageSize ? last[last.length - 1].at : undefined),
  });
  const all = log.data?.pages.flat() ?? [];
  return (
    <Reading of={log} empty={all.length === 0 ? t("no-audit") : undefined}>
      <Table
        size="small"
        rowKey={(d) => d.at + d.do + d.by}
        dataSource={all}
        pagination={false}
        scroll={{ x: true }}
        columns={[
          { title: t("at"), dataIndex: "at", render: full },
          { title: t("name"), render: (_, d) => (d.by || "–") + (d.token ? ` (${d.token})` : "") },
          { title: t("did"), dataIndex: "do" },
          { title: t("with"), dataIndex: "what", render: (w: unknown) => <code className="one-line">{w ? JSON.stringify(w) : ""}</code> },
          { title: t("outcome"), dataIndex: "status", align: "right" },
          { title: t("from-where"), dataIndex: "from" },
        ]}
      />
      {log.hasNextPage && (
        <Button loading={log.isFetchingNextPage} onClick={() => log.fetchNextPage()}>
          {t("older")}
        </Button>
      )}
    </Reading>
  );
}
