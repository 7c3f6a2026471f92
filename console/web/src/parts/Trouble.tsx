import { Alert, Button, Empty, Spin } from "antd";
import type { ReactNode } from "react";
import { useText } from "../i18n";

type Read = { isPending: boolean; isError: boolean; error: Error | null; refetch: () => unknown };

/** What stands where something is still read, cannot be, or is not there. */
export function Reading({ of, empty, children }: { of: Read; empty?: string; children: ReactNode }) {
  const { t } = useText();
  if (of.isPending) return <Spin className="reading" description={t("loading")} />;
  if (of.isError) return <Alert type="error" showIcon title={of.error?.message} action={<Button onClick={() => of.refetch()}>{t("try-again")}</Button>} />;
  if (empty) return <Empty description={empty} />;
  return children;
}

/** What went wrong with something that was sent. */
export const Wrong = ({ of }: { of: { isError: boolean; error: Error | null } }) => (of.isError ? <Alert type="error" showIcon className="wrong" title={of.error?.message} /> : null);
