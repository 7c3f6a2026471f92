import { Alert, Button, Popconfirm } from "antd";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { client, ok } from "../api";
import { useText } from "../i18n";
import { Working } from "./Working";
import { Wrong } from "./Trouble";

const usualS = 12; // seconds that a start takes where the layers of a district are read
const giveUpS = 120;

/** Where the district is and which docks there are, as the configuration file has it. */
export const useCity = () => useQuery({ queryKey: ["city-settings"], queryFn: () => ok(client.GET("/api/settings/city")), refetchOnWindowFocus: false });

/** Starts Harrier anew with what was changed of its configuration, and waits until it is back. */
export function Restart({ onDone }: { onDone?: () => void }) {
  const { t } = useText();
  const cache = useQueryClient();
  const city = useCity();
  const [share, setShare] = useState(0); // of the usual time of a start
  const again = useMutation({
    mutationFn: async () => {
      const since = city.data!.since;
      await ok(client.POST("/api/settings/restart"));
      for (let s = 0; s < giveUpS; s++) {
        await new Promise((next) => setTimeout(next, 1000));
        const now = await ok(client.GET("/api/settings/city")).catch(() => undefined); // it is away for a moment
        if (now && now.since !== since) {
          if (now.trouble) throw new Error(now.trouble);
          return;
        }
        setShare((s + 1) / usualS);
      }
      throw new Error(t("not-back"));
    },
    onSuccess: onDone,
    onSettled: () => {
      setShare(0);
      void cache.invalidateQueries();
    },
  });
  if (!city.data) return null;
  const changed = city.data.revision !== city.data.started;
  return (
    <>
      {changed && !again.isPending && <Alert type="info" showIcon title={t("counts-after-restart")} className="wrong" />}
      {again.isPending ? (
        <Working label={t("starts-anew")} share={Math.min(share, 0.95)} />
      ) : (
        <Popconfirm title={t("restart-sure")} okText={t("restart")} cancelText={t("back")} onConfirm={() => again.mutate()}>
          <Button type={changed ? "primary" : "default"}>{t("restart")}</Button>
        </Popconfirm>
      )}
      <Wrong of={again} />
    </>
  );
}
