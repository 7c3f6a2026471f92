import { Button, Checkbox, Dropdown, Input, Select, Space, Tag } from "antd";
import { useVirtualizer } from "@tanstack/react-virtual";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { type Lead, decideOn, type ReviewBody, useLeads } from "../api";
import { useText } from "../i18n";
import { useWhat } from "../parts/Facts";
import { LazyMap } from "../parts/LazyMap";
import { scenes } from "../parts/NewRequest";
import { pictureOf } from "../parts/Picture";
import { passOf, State } from "../parts/State";
import { Reading, Wrong } from "../parts/Trouble";
import { Working } from "../parts/Working";
import type { LeadSearch } from "../router";
import { moment } from "../time";
import { Reject } from "./Review";

const states = ["candidate", "checked", "confirmed", "rejected", "handed-over", "accepted", "returned", "closed"];
const rowHeight = 68;
const viewsKey = "lead-views";

type View = { name: string; search: LeadSearch };
const savedViews = (): View[] => JSON.parse(localStorage.getItem(viewsKey) ?? "[]") as View[];

/** All leads, as a table and on the map together; what is filtered by stands in the address. */
export function Leads() {
  const { t, word } = useText();
  const what = useWhat();
  const search = useSearch({ from: "/leads" });
  const go = useNavigate({ from: "/leads" });
  const { lead: chosen, ...filter } = search;
  const list = useLeads(filter);
  const cache = useQueryClient();
  const [words, setWords] = useState(filter.words ?? "");
  const [marked, mark] = useState<Set<string>>(new Set());
  const [views, setViews] = useState(savedViews);
  const [rejecting, setRejecting] = useState(false);
  const [undoable, setUndoable] = useState<Lead[]>([]);
  const [done, setDone] = useState<{ n: number; of: number }>(); // of many that are being decided
  const stopped = useRef(false);
  const all = useMemo(() => list.data?.pages.flatMap((p) => p.leads) ?? [], [list.data]);
  const total = list.data?.pages[0]?.total ?? 0;
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({ count: all.length, getScrollElement: () => box.current, estimateSize: () => rowHeight, overscan: 12 });
  const shown = rows.getVirtualItems();
  const end = shown[shown.length - 1]?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  useEffect(() => {
    if (end >= all.length - 30 && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [end, all.length, hasNextPage, isFetchingNextPage, fetchNextPage]);
  const set = (next: Partial<LeadSearch>) => go({ search: { ...search, ...next }, replace: true });
  useEffect(() => {
    const wait = setTimeout(() => (filter.words ?? "") !== words && set({ words: words || undefined }), 300);
    return () => clearTimeout(wait);
    // only what is typed counts
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [words]);
  const many = useMutation({
    // one after the other: of each it is told what became of it
    mutationFn: async ({ leads, decide, undoes }: { leads: Lead[]; decide: (l: Lead) => ReviewBody | undefined; undoes?: boolean }) => {
      const out: Lead[] = [];
      const wrong: string[] = [];
      const todo = leads.flatMap((lead) => {
        const body = decide(lead);
        return body ? [{ lead, body }] : [];
      });
      stopped.current = false;
      for (const [done, { lead, body }] of todo.entries()) {
        if (stopped.current) break;
        setDone({ n: done, of: todo.length });
        await decideOn(lead, body).then(
          (n) => out.push(n),
          (e: Error) => wrong.push(`${lead.lead}: ${e.message}`),
        );
      }
      setDone(undefined);
      const left = todo.slice(out.length + wrong.length).map((x) => x.lead); // what was not come to, where it was given up
      setUndoable(undoes ? left : out);
      mark(new Set(undoes ? [] : left.map((l) => l.lead)));
      if (wrong.length > 0) throw new Error(wrong.slice(0, 3).join("; "));
    },
    onSettled: () => cache.invalidateQueries({ queryKey: ["leads"] }),
  });
  const picked = all.filter((l) => marked.has(l.lead));
  // the map has all leads by itself; of those of the list it is told for the chosen one, and at first to know where to look
  const onMap = useMemo(() => (chosen ? all.filter((l) => l.lead === chosen) : all.slice(0, 50)), [all, chosen]);
  const query = new URLSearchParams(Object.entries(filter).flatMap(([k, v]) => (v === undefined ? [] : [[k, String(v)]]))).toString();
  return (
    <main className="split leads-page">
      <section className="leads-list">
        <div className="bar">
          <Input.Search className="words" allowClear aria-label={t("search")} placeholder={t("search")} value={words} onChange={(e) => setWords(e.target.value)} />
          <Select allowClear aria-label={t("state")} placeholder={t("all-states")} value={filter.state} onChange={(state) => set({ state })} options={states.map((s) => ({ value: s, label: word(s) }))} />
          <Select allowClear aria-label={t("scene")} placeholder={t("all-scenes")} value={filter.scene} onChange={(scene) => set({ scene })} options={scenes.map((s) => ({ value: s, label: word(s) }))} />
          <Checkbox checked={filter.open ?? false} onChange={(e) => set({ open: e.target.checked || undefined })}>
            {t("open-only")}
          </Checkbox>
          <Dropdown
            trigger={["click"]}
            menu={{
              items: [
                ...views.map((v, i) => ({ key: `v${i}`, label: v.name, onClick: () => go({ search: v.search }) })),
                {
                  key: "save",
                  label: t("save-view"),
                  onClick: () => {
                    const name = [filter.state && word(filter.state), filter.scene && word(filter.scene), filter.words].filter(Boolean).join(" · ") || t("all");
                    const next = [...views.filter((v) => v.name !== name), { name, search: filter }].slice(-20);
                    localStorage.setItem(viewsKey, JSON.stringify(next));
                    setViews(next);
                  },
                },
                ...(views.length > 0 ? [{ key: "forget", label: t("forget-views"), onClick: () => (localStorage.removeItem(viewsKey), setViews([])) }] : []),
              ],
            }}
          >
            <Button>{t("views")}</Button>
          </Dropdown>
          <Dropdown
            trigger={["click"]}
            menu={{
              items: [
                { key: "csv", label: <a href={`/api/export/leads/csv?${query}`}>CSV</a> },
                { key: "geojson", label: <a href={`/api/export/leads/geojson?${query}`}>GeoJSON</a> },
              ],
            }}
          >
            <Button>{t("export")}</Button>
          </Dropdown>
          <span className="grow" />
          <Tag>{t("leads-in-all", { n: total })}</Tag>
        </div>
        {picked.length > 0 && (
          <Space wrap className="bar">
            <b>{t("marked", { n: picked.length })}</b>
            <Button size="small" type="primary" loading={many.isPending} disabled={!picked.some(passOf)} onClick={() => many.mutate({ leads: picked, decide: (l) => (passOf(l) ? { do: passOf(l)!, revision: l.revision } : undefined) })}>
              {t("pass-all")}
            </Button>
            <Button size="small" disabled={!picked.some((l) => l.may?.includes("reject"))} onClick={() => setRejecting(true)}>
              {t("reject")}
            </Button>
            <Button size="small" onClick={() => mark(new Set())}>
              {t("unmark")}
            </Button>
          </Space>
        )}
        {done && <Working label={t("deciding-many", done)} share={done.n / done.of} onCancel={() => (stopped.current = true)} />}
        {undoable.length > 0 && !many.isPending && (
          <div className="bar">
            {t("decided-many", { n: undoable.length })}{" "}
            <Button size="small" onClick={() => many.mutate({ leads: undoable, decide: (l) => ({ do: "undo", revision: l.revision }), undoes: true })}>
              {t("undo")}
            </Button>
          </div>
        )}
        <Wrong of={many} />
        <Reading of={list} empty={all.length === 0 ? (Object.values(filter).some(Boolean) ? t("nothing-found") : t("empty")) : undefined}>
          <div ref={box} className="rows" tabIndex={0} role="table" aria-label={t("page-leads")} aria-rowcount={total}>
            <div style={{ height: rows.getTotalSize(), position: "relative" }}>
              {shown.map((r) => {
                const l = all[r.index];
                return (
                  <div key={l.lead} role="row" aria-rowindex={r.index + 1} className={`row${l.lead === chosen ? " chosen" : ""}`} data-lead={l.lead} data-state={l.state} style={{ transform: `translateY(${r.start}px)`, height: rowHeight }}>
                    <span role="cell">
                      <Checkbox
                        aria-label={t("mark-lead", { lead: l.lead })}
                        checked={marked.has(l.lead)}
                        onChange={(e) =>
                          mark((m) => {
                            const n = new Set(m);
                            if (e.target.checked) n.add(l.lead);
                            else n.delete(l.lead);
                            return n;
                          })
                        }
                      />
                    </span>
                    <button type="button" role="cell" className="row-in" onClick={() => set({ lead: l.lead })}>
                      <img alt="" src={pictureOf(l.lead, l.crop)} width={56} height={56} loading="lazy" />
                      <span className="row-what">
                        <b>{word(l.scene)}</b> · {what(l)}
                        <br />
                        <small>{`${l.cell || "–"} · ±${l.error_m.toFixed(1)} m · ${(l.score * 100).toFixed(0)} %`}</small>
                      </span>
                      <span className="row-when">
                        <State of={l.state} />
                        <br />
                        <small>{moment(l.first_seen)}</small>
                      </span>
                    </button>
                    <span role="cell">
                      <Link to="/leads/$lead" params={{ lead: l.lead }} aria-label={t("open-lead", { lead: l.lead })}>
                        {t("open-it")}
                      </Link>
                    </span>
                  </div>
                );
              })}
            </div>
          </div>
        </Reading>
      </section>
      <div className="split-map">
        <LazyMap label={t("map-of-leads")} leads={onMap} places={`/api/leads/places?${query}`} chosen={chosen} onChoose={(lead) => set({ lead })} />
      </div>
      <Reject open={rejecting} onBack={() => setRejecting(false)} onDo={(reason, note) => (setRejecting(false), many.mutate({ leads: picked, decide: (l) => (l.may?.includes("reject") ? { do: "reject", reason, note: note || undefined, revision: l.revision } : undefined) }))} />
    </main>
  );
}
