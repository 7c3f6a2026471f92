import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

export type Dock = components["schemas"]["Dock"];
export type Lead = components["schemas"]["Lead"];
export type Request = components["schemas"]["RequestAnswer"];

const client = createClient<paths>({ baseUrl: "/" });

async function ok<T>(p: Promise<{ data?: T; error?: { detail?: string } }>): Promise<T> {
  const { data, error } = await p;
  if (error || data === undefined) throw new Error(error?.detail ?? "the server does not answer");
  return data;
}

export const useDocks = () =>
  useQuery({ queryKey: ["docks"], queryFn: async () => (await ok(client.GET("/api/docks"))) ?? [], refetchInterval: 500 });

export const useRequests = () =>
  useQuery({ queryKey: ["requests"], queryFn: async () => (await ok(client.GET("/api/requests"))) ?? [], refetchInterval: 15000 });

export type LeadList = { leads: Lead[]; total: number; version: string; more: boolean };

// As many leads are held as a person looks through; what changes among all of them comes as it changes.
const held = 500;
const pageSize = 100;

const newestFirst = (a: Lead, b: Lead) => b.first_seen.localeCompare(a.first_seen) || a.lead.localeCompare(b.lead);

function joined(old: Lead[], changed: Lead[]): Lead[] {
  const by = new Map(old.map((l) => [l.lead, l]));
  for (const l of changed) by.set(l.lead, l);
  return [...by.values()].sort(newestFirst).slice(0, held);
}

async function nextLeads(was?: LeadList): Promise<LeadList> {
  if (!was) return { ...(await ok(client.GET("/api/leads", { params: { query: { limit: pageSize } } }))) };
  const c = await ok(client.GET("/api/leads/changes", { params: { query: { since: was.version } } }));
  if (c.reset) return nextLeads();
  let { leads, more } = was;
  if (c.leads.length > 0) leads = joined(leads, c.leads);
  else if (more && leads.length < held) {
    const older = await ok(client.GET("/api/leads", { params: { query: { limit: pageSize, after: leads[leads.length - 1].lead } } }));
    leads = joined(leads, older.leads);
    more = older.more;
  }
  return { leads, more, total: c.total, version: c.version };
}

export function useLeads() {
  const cache = useQueryClient();
  return useQuery({ queryKey: ["leads"], queryFn: () => nextLeads(cache.getQueryData<LeadList>(["leads"])), refetchInterval: 1000, structuralSharing: false });
}

type ReviewBody = paths["/api/leads/{lead}/review"]["post"]["requestBody"]["content"]["application/json"];
export type Do = ReviewBody["do"];
export type Reason = NonNullable<ReviewBody["reason"]>;

/** Decides on a lead, as it was seen, in somebody's name. */
export function useReview(by: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ lead, todo, reason, note }: { lead: Lead; todo: Do; reason?: Reason; note?: string }) =>
      ok(client.POST("/api/leads/{lead}/review", { params: { path: { lead: lead.lead } }, body: { do: todo, revision: lead.revision, by, reason, note } })),
    onSettled: () => cache.invalidateQueries({ queryKey: ["leads"] }),
  });
}

export type Action = paths["/api/docks/{sn}/{action}"]["post"]["parameters"]["path"]["action"];

/** Asks a dock, or all of them, for something, in somebody's name and for a reason. */
export function useCommand(by: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ sn, action, reason }: { sn: string; action: Action; reason: string }) =>
      ok(client.POST("/api/docks/{sn}/{action}", { params: { path: { sn, action } }, body: { by, reason, key: crypto.randomUUID() } })),
    onSettled: () => cache.invalidateQueries({ queryKey: ["docks"] }),
  });
}
