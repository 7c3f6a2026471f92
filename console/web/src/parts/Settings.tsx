import { Alert, Button, Input } from "antd";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { client, ok } from "../api";
import { useText } from "../i18n";
import { Restart } from "./Restart";
import { Reading, Wrong } from "./Trouble";

/** The configuration file: read without its secrets, checked, and changed for the next start. */
export function Settings() {
  const { t } = useText();
  const cache = useQueryClient();
  const file = useQuery({ queryKey: ["settings"], queryFn: () => ok(client.GET("/api/settings")), refetchOnWindowFocus: false });
  const [text, setText] = useState<string>(); // as it is being written
  const check = useMutation({ mutationFn: (of: string) => ok(client.POST("/api/settings/check", { body: { text: of } })) });
  const save = useMutation({
    mutationFn: (of: string) => ok(client.PUT("/api/settings", { body: { text: of, revision: file.data!.revision } })),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: ["settings"] });
      void cache.invalidateQueries({ queryKey: ["city-settings"] });
    },
  });
  useEffect(() => setText(undefined), [file.data?.revision]);
  const now = text ?? file.data?.text ?? "";
  return (
    <>
      <p className="hint">{t("settings-how")}</p>
      <Reading of={file}>
        <Input.TextArea
          className="settings"
          aria-label={t("settings")}
          spellCheck={false}
          autoSize={{ minRows: 16, maxRows: 40 }}
          value={now}
          onChange={(e) => {
            check.reset();
            save.reset();
            setText(e.target.value);
          }}
        />
        <div className="bar">
          <Button loading={check.isPending} onClick={() => check.mutate(now)}>
            {t("check-settings")}
          </Button>
          <Button type="primary" disabled={text === undefined || text === file.data?.text} loading={save.isPending} onClick={() => save.mutate(now)}>
            {t("save")}
          </Button>
          {text !== undefined && <Button onClick={() => setText(undefined)}>{t("undo-settings")}</Button>}
        </div>
        {check.isSuccess && <Alert type="success" showIcon title={t("settings-good")} />}
        <Wrong of={check} />
        <Wrong of={save} />
        <Restart />
      </Reading>
    </>
  );
}
