import { Input, Modal } from "antd";
import { type ReactNode, useEffect, useState } from "react";
import { useText } from "../i18n";

/** Asks for a reason before something is done that is logged with it. */
export function Ask({ title, open, onDo, onBack, children }: { title: string; open: boolean; onDo: (reason: string) => void; onBack: () => void; children?: ReactNode }) {
  const { t } = useText();
  const [reason, setReason] = useState("");
  useEffect(() => {
    if (open) setReason("");
  }, [open]);
  const send = () => reason.trim() && onDo(reason.trim());
  return (
    <Modal open={open} title={title} okText={t("send")} cancelText={t("back")} onOk={send} okButtonProps={{ disabled: !reason.trim() }} onCancel={onBack} destroyOnHidden>
      {children}
      <Input autoFocus placeholder={t("reason")} aria-label={t("reason")} value={reason} onChange={(e) => setReason(e.target.value)} onPressEnter={send} maxLength={200} />
    </Modal>
  );
}
