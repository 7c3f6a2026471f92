import { Button, Image, Input, Modal, Space } from "antd";
import { useMutation } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { type Lead, type ReviewBody, type WholeLead, taken, useLead, useLeads, useLook, useNear, useReview } from "../api";
import { useText } from "../i18n";
import { Facts, Steps } from "../parts/Facts";
import { LazyMap } from "../parts/LazyMap";
import { Picture, pictureOf } from "../parts/Picture";
import { passOf, State } from "../parts/State";
import { Reading, Wrong } from "../parts/Trouble";
import { has, useMe } from "../session";
import { full, moment } from "../time";
import { Reject } from "./Review";

/** A whole lead as a list has it, where no list holds it: nothing can be done with it then. */
function asListed(l: WholeLead): Lead {
  const [major] = l.ellipse as unknown as number[]; // it is written as its three numbers
  return {
    ...l,
    error_m: major,
    register: l.register ? `${l.register.standing} ${l.register.number ?? ""}`.trim() : "",
    since: "",
    relapse: l.relapse ? (l.earlier ?? "") : "",
    case: l.case ?? "",
    by: l.by ?? "",
    may: [],
    second: "",
    cells: l.cells ?? [],
    steps: l.steps ?? [],
    box: l.box as number[],
  } as Lead;
}

/** One lead, under an address that stays; printed, it is the sheet of its evidence. */
export function LeadPage() {
  const { t, word } = useText();
  const { lead: name } = useParams({ from: "/leads/$lead" });
  const me = useMe().data;
  const read = useLead(name);
  const listed = useLeads({ lead: name }, 1);
  const near = useNear(name);
  const decide = useReview();
  const look = useLook();
  const [zoom, setZoom] = useState(1);
  const [rejecting, setRejecting] = useState(false);
  const [opening, setOpening] = useState(false);
  const [reason, setReason] = useState("");
  const whole = read.data;
  const lead = listed.data?.pages[0]?.leads.find((l) => l.lead === name) ?? (whole && asListed(whole));
  const bundle = useMutation({
    mutationFn: async (originals: boolean) => {
      const res = await taken(fetch(`/api/leads/${name}/bundle`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(originals ? { originals, reason } : {}) }));
      const a = document.createElement("a");
      a.href = URL.createObjectURL(await res.blob());
      a.download = `${name}.zip`;
      a.click();
      URL.revokeObjectURL(a.href);
    },
    onSuccess: () => setOpening(false),
  });
  const send = (body: Omit<ReviewBody, "revision">) => lead && decide.mutate({ lead: name, revision: whole?.revision ?? lead.revision, ...body } as { lead: string } & ReviewBody);
  return (
    <main className="lead-page">
      <Reading of={read}>
        {lead && whole && (
          <>
            <div className="bar">
              <Link to="/leads">← {t("page-leads")}</Link>
              <h1>{`${word(lead.scene)} · ${name}`}</h1>
              <State of={whole.state} />
              <span className="grow" />
              <Space wrap className="no-print">
                {passOf(lead) && (
                  <Button type="primary" className="confirm" loading={decide.isPending} onClick={() => send({ do: passOf(lead)! })}>
                    {word(passOf(lead)!)}
                  </Button>
                )}
                {lead.may?.includes("reject") && <Button onClick={() => setRejecting(true)}>{t("reject")}</Button>}
                {lead.may?.includes("undo") && <Button onClick={() => send({ do: "undo" })}>{t("undo")}</Button>}
                {has(me, "operator", "analyst", "legal") && <Button onClick={() => look.mutate({ lead: name, view: "close-up", department: t("review-department") })}>{t("close-up")}</Button>}
                <Button onClick={() => print()}>{t("print")}</Button>
                {has(me, "analyst", "legal") && (
                  <Button loading={bundle.isPending} onClick={() => bundle.mutate(false)}>
                    {t("bundle")}
                  </Button>
                )}
                {has(me, "legal") && <Button onClick={() => setOpening(true)}>{t("originals")}</Button>}
              </Space>
            </div>
            <Wrong of={decide} />
            <Wrong of={look} />
            <Wrong of={bundle} />
            {look.isSuccess && <p className="hint">{t("look-asked", { id: look.data.request })}</p>}
            <div className="lead-in">
              <section>
                <Picture src={pictureOf(name, lead.frame)} box={lead.box} outline zoom={zoom} onZoom={setZoom} label={t("frame")} />
                {lead.before && lead.after && (
                  <>
                    <h2 className="small">{t("before-after")}</h2>
                    <Picture src={pictureOf(name, lead.after)} before={pictureOf(name, lead.before)} outline={false} zoom={1} onZoom={() => {}} label={t("before-after")} />
                  </>
                )}
                <Image.PreviewGroup>
                  <div className="strip">
                    {(whole.shots ?? []).map((s) => (
                      <Image key={s.frame} alt={moment(s.captured)} src={pictureOf(name, s.crop)} preview={{ src: pictureOf(name, s.frame) }} width={120} />
                    ))}
                  </div>
                </Image.PreviewGroup>
              </section>
              <section>
                <Facts lead={lead} />
                <Steps lead={lead} />
                <div className="review-map">
                  <LazyMap label={t("map-of-lead")} leads={[lead, ...(near.data ?? [])]} chosen={name} />
                </div>
                <h2 className="small">{t("history-here")}</h2>
                {(near.data ?? []).length === 0 && <p className="hint">{t("nothing-here")}</p>}
                <ul className="near">
                  {(near.data ?? []).map((n) => (
                    <li key={n.lead}>
                      <img alt="" src={pictureOf(n.lead, n.crop)} width={64} height={64} loading="lazy" />
                      <span>
                        <Link to="/leads/$lead" params={{ lead: n.lead }}>
                          {word(n.scene)}
                        </Link>{" "}
                        <State of={n.state} />
                        <br />
                        <small>{moment(n.first_seen)}</small>
                      </span>
                    </li>
                  ))}
                </ul>
              </section>
            </div>
            <p className="print-only">{t("printed", { at: full(new Date()), by: me?.name ?? "" })}</p>
          </>
        )}
      </Reading>
      <Reject open={rejecting} onBack={() => setRejecting(false)} onDo={(r, note) => (setRejecting(false), send({ do: "reject", reason: r, note: note || undefined }))} />
      <Modal open={opening} title={t("originals")} okText={t("send")} cancelText={t("back")} okButtonProps={{ disabled: !reason.trim() }} confirmLoading={bundle.isPending} onOk={() => bundle.mutate(true)} onCancel={() => setOpening(false)} destroyOnHidden>
        <p>{t("originals-how")}</p>
        <Input autoFocus value={reason} onChange={(e) => setReason(e.target.value)} placeholder={t("reason")} aria-label={t("reason")} maxLength={500} />
      </Modal>
    </main>
  );
}
