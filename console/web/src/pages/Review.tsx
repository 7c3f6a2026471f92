import { Button, Empty, Input, Modal, Select, Space, Tag } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { client, type Lead, decideOn, ok, reasons, type Reason, type ReviewBody, useLead, useLook, useNear } from "../api";
import { useText } from "../i18n";
import { Facts, Steps } from "../parts/Facts";
import { LazyMap } from "../parts/LazyMap";
import { scenes } from "../parts/NewRequest";
import { Picture, pictureOf } from "../parts/Picture";
import { inks, Mark, passOf, State } from "../parts/State";
import { Wrong } from "../parts/Trouble";
import { moment } from "../time";

const fewLeft = 4; // from here on more are fetched
const ahead = 4; // whose pictures are loaded already

type Done = { lead: Lead; now: Promise<Lead> };

/** One lead at a time, by keys. What was decided is sent while the next one is shown; what is refused comes back. */
export function Review() {
  const { t, word } = useText();
  const cache = useQueryClient();
  const [queue, setQueue] = useState<Lead[]>([]);
  const [done, setDone] = useState<Done[]>([]);
  const [failed, setFailed] = useState<{ lead: Lead; message: string }[]>([]);
  const [skipped, setSkipped] = useState<Lead[]>([]);
  const [scene, setScene] = useState<string>();
  const [subdistrict, setSubdistrict] = useState("");
  const [rejecting, setRejecting] = useState<Lead>();
  const [merging, setMerging] = useState<Lead>();
  const [help, setHelp] = useState(false);
  const [zoom, setZoom] = useState(1);
  const [outline, setOutline] = useState(true);
  const [shot, setShot] = useState(0);
  const [paired, pair] = useState<string>(); // the lead whose place is shown before and after
  const look = useLook();
  const lead = queue[0];
  const whole = useLead(lead?.lead ?? "");
  const near = useNear(lead?.lead);
  const state = useRef({ queue, skipped, asking: false });
  state.current = { queue, skipped, asking: rejecting !== undefined || merging !== undefined || help };
  const sent = useRef<string[]>([]); // decided on, which the server may not know yet

  const fetchMore = useMutation({
    mutationFn: (back: string[]) => ok(client.POST("/api/desk", { body: { scene, subdistrict: subdistrict || undefined, back, besides: [...sent.current, ...[...state.current.queue, ...state.current.skipped].map((l) => l.lead)].slice(-100) } })),
    onSuccess: (got) => setQueue((q) => [...q, ...(got ?? []).filter((l) => !q.some((x) => x.lead === l.lead) && !sent.current.includes(l.lead) && !state.current.skipped.some((x) => x.lead === l.lead))]),
  });
  const more = fetchMore.mutate;
  // another filter: what is on the desk goes back
  useEffect(() => {
    const back = state.current.queue.map((l) => l.lead);
    setQueue([]);
    state.current.queue = [];
    more(back);
  }, [scene, subdistrict, more]);
  useEffect(
    () => () => {
      if (state.current.queue.length > 0) void client.POST("/api/desk", { body: { back: state.current.queue.map((l) => l.lead), leave: true } });
    },
    [],
  );
  // the next ones are there before they are wanted
  useEffect(() => {
    for (const l of queue.slice(1, 1 + ahead)) new Image().src = pictureOf(l.lead, l.frame);
  }, [queue]);

  const decide = useCallback(
    (l: Lead, body: Omit<ReviewBody, "revision">) => {
      const whole = { ...body, revision: l.revision } as ReviewBody;
      setQueue((q) => q.filter((x) => x.lead !== l.lead));
      sent.current = [...sent.current, l.lead].slice(-30);
      setZoom(1);
      setShot(0);
      const now = decideOn(l, whole);
      setDone((d) => [...d.slice(-49), { lead: l, now }]);
      now.then(
        () => void cache.invalidateQueries({ queryKey: ["leads"], refetchType: "none" }),
        (e: Error) => {
          setDone((d) => d.filter((x) => x.now !== now));
          setFailed((f) => [...f, { lead: l, message: e.message }]);
        },
      );
      if (state.current.queue.length - 1 <= fewLeft) more([]);
    },
    [cache, more],
  );
  const undo = useCallback(() => {
    const last = done[done.length - 1];
    if (!last) return;
    setDone((d) => d.slice(0, -1));
    const back = last.now.then((l) => decideOn(l, { do: "undo", revision: l.revision }));
    back.then(
      (l) => {
        sent.current = sent.current.filter((x) => x !== l.lead);
        setQueue((q) => [l, ...q]);
      },
      (e: Error) => setFailed((f) => [...f, { lead: last.lead, message: e.message }]),
    );
  }, [done]);
  const skip = useCallback(() => {
    const l = state.current.queue[0];
    if (!l) return;
    setSkipped((s) => [...s, l]);
    setQueue((q) => q.slice(1));
    setZoom(1);
    setShot(0);
    if (state.current.queue.length - 1 <= fewLeft) more([]);
  }, [more]);
  const before = useCallback(() => {
    const last = state.current.skipped[state.current.skipped.length - 1];
    if (!last) return;
    setSkipped((s) => s.slice(0, -1));
    setQueue((q) => [last, ...q]);
    setZoom(1);
    setShot(0);
  }, []);

  useEffect(() => {
    const onKey = (e: KeyboardEvent) => {
      if (e.target instanceof HTMLInputElement || e.target instanceof HTMLTextAreaElement || e.ctrlKey || e.metaKey || e.altKey) return;
      if (state.current.asking) return;
      const l = state.current.queue[0];
      const key = e.key.toLowerCase();
      if (key === "?") setHelp(true);
      else if (key === "z") undo();
      else if (!l) return;
      else if (key === "c" && passOf(l)) decide(l, { do: passOf(l)! });
      else if (key === "x" && l.may?.includes("reject")) setRejecting(l);
      else if (key === "j" || key === "arrowdown") skip();
      else if (key === "b") pair((was) => (was === l.lead || !l.before ? undefined : l.lead));
      else if (key === "k" || key === "arrowup") before();
      else if (key === "+" || key === "=") setZoom((n) => Math.min(8, n * 1.5));
      else if (key === "-") setZoom((n) => Math.max(1, n / 1.5));
      else if (key === "o") setOutline((o) => !o);
      else if (key === "f") setShot((n) => n + 1);
      else if (key === "m") setMerging(l);
      else if (key === "u") look.mutate({ lead: l.lead, view: "close-up", department: t("review-department") });
      else return;
      e.preventDefault();
    };
    // before a dialog that is closing takes them
    window.addEventListener("keydown", onKey, true);
    return () => window.removeEventListener("keydown", onKey, true);
  }, [decide, undo, skip, before, look, t]);

  const shots = (whole.data?.lead === lead?.lead ? whole.data?.shots : undefined) ?? [];
  const shown = shots.length > 0 ? shots[shot % shots.length] : undefined;
  const main = !shown || shown.frame === lead?.frame;
  return (
    <main className="review">
      <div className="bar review-bar">
        <Select allowClear className="scene" aria-label={t("scene")} placeholder={t("all-scenes")} value={scene} onChange={setScene} options={scenes.map((s) => ({ value: s, label: word(s) }))} />
        <Input className="subdistrict" allowClear aria-label={t("subdistrict")} placeholder={t("subdistrict")} value={subdistrict} onChange={(e) => setSubdistrict(/^[0-9]{0,9}$/.test(e.target.value) ? e.target.value : subdistrict)} />
        <Tag>{t("on-desk", { n: queue.length })}</Tag>
        <Mark ink={inks.green}>{t("decided-now", { n: done.length })}</Mark>
        <span className="grow" />
        <Button onClick={undo} disabled={done.length === 0}>
          {`${t("undo")} (Z)`}
        </Button>
        <Button aria-label={t("keys-help")} onClick={() => setHelp(true)}>
          ?
        </Button>
      </div>
      {failed.map((f) => (
        <div key={f.lead.lead} role="alert" className="error">
          {`${f.lead.lead}: ${f.message}`}
          <Button
            size="small"
            className="again"
            onClick={() => {
              setFailed((all) => all.filter((x) => x !== f));
              sent.current = sent.current.filter((x) => x !== f.lead.lead);
              more([]); // as it is now
            }}
          >
            {t("look-again")}
          </Button>
        </div>
      ))}
      <Wrong of={fetchMore} />
      {!lead ? (
        <Empty description={fetchMore.isPending ? t("loading") : t("nothing-waits")}>
          <Button onClick={() => (setSkipped([]), (state.current.skipped = []), more([]))}>{t("look-for-more")}</Button>
        </Empty>
      ) : (
        <div className="review-in" data-lead={lead.lead}>
          <section className="review-evidence">
            {paired === lead.lead && lead.before && lead.after ? (
              <Picture key={`${lead.lead} pair`} src={pictureOf(lead.lead, lead.after)} before={pictureOf(lead.lead, lead.before)} outline={false} zoom={zoom} onZoom={setZoom} label={t("before-after")} />
            ) : (
              <Picture key={lead.lead} src={pictureOf(lead.lead, shown?.frame ?? lead.frame)} box={main ? lead.box : undefined} outline={outline} zoom={zoom} onZoom={setZoom} label={t("frame")} />
            )}
            <div className="strip">
              {lead.before && (
                <button type="button" className="pair" aria-pressed={paired === lead.lead} onClick={() => pair((was) => (was === lead.lead ? undefined : lead.lead))}>
                  <img alt={t("before-after")} src={pictureOf(lead.lead, lead.before)} width={54} height={54} loading="lazy" />
                </button>
              )}
              {shots.map((s, i) => (
                <button key={s.frame} type="button" aria-pressed={i === shot % shots.length} onClick={() => (setShot(i), pair(undefined))}>
                  <img alt={moment(s.captured)} src={pictureOf(lead.lead, s.crop)} width={96} height={54} loading="lazy" />
                </button>
              ))}
            </div>
          </section>
          <section className="review-facts">
            <Space wrap className="review-hand">
              {passOf(lead) && (
                <Button type="primary" size="large" className="confirm" onClick={() => decide(lead, { do: passOf(lead)! })}>
                  {`${word(passOf(lead)!)} (C)`}
                </Button>
              )}
              {lead.may?.includes("reject") && (
                <Button size="large" className="reject" onClick={() => setRejecting(lead)}>
                  {`${t("reject")} (X)`}
                </Button>
              )}
              <Button size="large" onClick={skip}>
                {`${t("later")} (J)`}
              </Button>
            </Space>
            <Facts lead={lead} />
            <div className="review-map">
              <LazyMap label={t("map-of-lead")} leads={[lead, ...(near.data ?? [])]} chosen={lead.lead} />
            </div>
            <h2 className="small">{t("history-here")}</h2>
            {(near.data ?? []).length === 0 ? (
              <p className="hint">{t("nothing-here")}</p>
            ) : (
              <ul className="near">
                {(near.data ?? []).slice(0, 6).map((n) => (
                  <li key={n.lead}>
                    <img alt="" src={pictureOf(n.lead, n.crop)} width={64} height={64} loading="lazy" />
                    <span>
                      {word(n.scene)} <State of={n.state} />
                      <br />
                      <small>{moment(n.first_seen)}</small>
                    </span>
                  </li>
                ))}
              </ul>
            )}
            <Steps lead={lead} />
            {look.isSuccess && <p className="hint">{t("look-asked", { id: look.data.request })}</p>}
            <Wrong of={look} />
          </section>
        </div>
      )}
      <Reject open={rejecting !== undefined} onBack={() => setRejecting(undefined)} onDo={(reason, note) => (setRejecting(undefined), rejecting && decide(rejecting, { do: "reject", reason, note: note || undefined }))} />
      <Modal open={merging !== undefined} title={t("merge-into")} footer={null} onCancel={() => setMerging(undefined)} destroyOnHidden>
        {(near.data ?? []).filter((n) => n.scene === lead?.scene).length === 0 ? (
          <p>{t("nothing-here")}</p>
        ) : (
          <ul className="near">
            {(near.data ?? [])
              .filter((n) => n.scene === lead?.scene)
              .map((n) => (
                <li key={n.lead}>
                  <Button onClick={() => (setMerging(undefined), merging && decide(merging, { do: "merge", into: n.lead }))}>
                    {n.lead} · {moment(n.first_seen)}
                  </Button>
                </li>
              ))}
          </ul>
        )}
      </Modal>
      <Modal open={help} title={t("keys-help")} footer={null} onCancel={() => setHelp(false)}>
        <dl className="keys">
          {(
            [
              ["C", "key-c"],
              ["X", "key-x"],
              ["J ↓", "key-j"],
              ["K ↑", "key-k"],
              ["Z", "key-z"],
              ["+ −", "key-zoom"],
              ["O", "key-o"],
              ["F", "key-f"],
              ["B", "key-b"],
              ["M", "key-m"],
              ["U", "key-u"],
            ] as const
          ).map(([k, text]) => (
            <div key={k}>
              <dt>
                <kbd>{k}</kbd>
              </dt>
              <dd>{t(text)}</dd>
            </div>
          ))}
        </dl>
      </Modal>
    </main>
  );
}

/** Why a lead is rejected: by a digit, or a click. */
export function Reject({ open, onBack, onDo }: { open: boolean; onBack: () => void; onDo: (reason: Reason, note: string) => void }) {
  const { t, word } = useText();
  const [note, setNote] = useState("");
  useEffect(() => {
    if (!open) return;
    const onKey = (e: KeyboardEvent) => {
      if (e.target instanceof HTMLInputElement) return;
      const r = reasons[Number(e.key) - 1];
      if (r) {
        e.preventDefault();
        onDo(r, note);
      }
    };
    window.addEventListener("keydown", onKey, true);
    return () => window.removeEventListener("keydown", onKey, true);
  }, [open, note, onDo]);
  return (
    <Modal open={open} title={t("why")} footer={null} onCancel={onBack} destroyOnHidden transitionName="" maskTransitionName="">
      <Space orientation="vertical" className="reasons">
        {reasons.map((r, i) => (
          <Button key={r} block onClick={() => onDo(r, note)}>
            {`${i + 1} ${word(r)}`}
          </Button>
        ))}
        <Input value={note} onChange={(e) => setNote(e.target.value)} placeholder={t("remark")} aria-label={t("remark")} maxLength={500} />
      </Space>
    </Modal>
  );
}
