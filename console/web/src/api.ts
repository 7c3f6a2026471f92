import { type InfiniteData, keepPreviousData, type QueryClient, useInfiniteQuery, skipToken, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import createClient from "openapi-fetch";
import type { Boxes } from "./parts/boxes";
import type { Base } from "./parts/style";
import type { components, paths } from "./schema";

type Schemas = components["schemas"];
export type Dock = Schemas["Dock"];
export type Lead = Schemas["Lead"];
export type LeadPage = Schemas["LeadPage"];
export type WholeLead = Schemas["WholeLead"];
export type Request = Schemas["RequestAnswer"];
export type Me = Schemas["Me"];
export type Plan = Schemas["Plan"];
export type PlanFlight = Schemas["PlanFlight"];
export type Account = Schemas["Account"];
export type Comparison = Schemas["ModelComparison"];
export type ConfiguredDock = Schemas["ConfiguredDock"];
export type Report = Schemas["Report"];

/** As the server sends it: its lists and pairs are never null. */
export type FootageTrack = Omit<Schemas["FootageTrack"], "boxes" | "poses"> & { poses: Schemas["PoseAt"][]; boxes: (Boxes & { t: number })[] };

export const client = createClient<paths>({ baseUrl: "/" });

/** What the server said is wrong, with its status. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** An answer of what is no operation of the API: WHEP, zips. */
export async function taken(p: Promise<Response>): Promise<Response> {
  const res = await p;
  if (!res.ok) {
    const said = (await res.json().catch(() => ({}))) as { detail?: string }; // a proxy answers otherwise
    throw new Refused(said.detail ?? `${res.status} ${res.statusText}`, res.status);
  }
  return res;
}

type Answer<T> = { data?: T; error?: { detail?: string; errors?: { message?: string; location?: string }[] | null }; response: Response };

export async function ok<T>(p: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await p;
  if (error || !response.ok) {
    const first = error?.errors?.[0];
    const more = first ? ` (${[first.location, first.message].filter(Boolean).join(": ")})` : "";
    throw new Refused((error?.detail ?? response.statusText) + more, response.status);
  }
  return data as T;
}

/** A dock of which only the place is known, as maps draw it. */
export const dockAt = (sn: string, name: string, lon: number, lat: number): Dock => ({ sn, name, lon, lat, online: false, life: "offline", why: "", blocked: [], holds: [], pilot: "", flight: "", state: "", percent: 0, battery: 0, stream: "", route: [], simulated: false });

export const useDocks = () => useQuery({ queryKey: ["docks"], queryFn: async () => (await ok(client.GET("/api/docks"))) ?? [], staleTime: Infinity });

export const useRequests = () => useQuery({ queryKey: ["requests"], queryFn: async () => (await ok(client.GET("/api/requests"))) ?? [], refetchInterval: 30_000 });

export type LeadFilter = { lead?: string; state?: string; scene?: string; subdistrict?: string; words?: string; open?: boolean };

type LeadQuery = NonNullable<paths["/api/leads"]["get"]["parameters"]["query"]>;

/** Leads page by page, the newest first. */
export const useLeads = (filter: LeadFilter, limit = 100) =>
  useInfiniteQuery({
    queryKey: ["leads", filter, limit],
    queryFn: ({ pageParam }) => ok(client.GET("/api/leads", { params: { query: { ...filter, limit, after: pageParam || undefined } as LeadQuery } })),
    initialPageParam: "",
    getNextPageParam: (last: LeadPage) => (last.more && last.leads.length > 0 ? last.leads[last.leads.length - 1].lead : undefined),
    placeholderData: keepPreviousData,
  });

type Pages = InfiniteData<LeadPage, string>;

/** Whether a lead still belongs into a list; undefined where only the server can tell. */
function belongs(l: Lead, f: LeadFilter): boolean | undefined {
  if ((f.lead && l.lead !== f.lead) || (f.state && l.state !== f.state) || (f.scene && l.scene !== f.scene) || (f.subdistrict && l.subdistrict !== f.subdistrict) || (f.open && ["rejected", "closed"].includes(l.state))) return false;
  return f.words ? undefined : true;
}

/** Takes what changed into the lists that are shown, lead by lead: pages that were scrolled through are not read again. */
export async function takeChanges(cache: QueryClient) {
  for (const [key, was] of cache.getQueriesData<Pages>({ queryKey: ["leads"] })) {
    if (!was?.pages[0]) continue;
    const filter = key[1] as LeadFilter;
    const c = await ok(client.GET("/api/leads/changes", { params: { query: { since: was.pages[0].version, limit: 500 } } })).catch(() => undefined);
    if (!c || c.reset || c.more) {
      void cache.invalidateQueries({ queryKey: key });
      continue;
    }
    const changed = new Map((c.leads ?? []).map((l) => [l.lead, l]));
    let again = false;
    cache.setQueryData<Pages>(key, (now) => {
      if (!now || now.pages[0].version !== was.pages[0].version) return now; // it was read anew meanwhile
      const known = new Set<string>();
      const pages = now.pages.map((p) => ({
        ...p,
        leads: p.leads.flatMap((l) => {
          known.add(l.lead);
          const n = changed.get(l.lead);
          return !n ? [l] : belongs(n, filter) === false ? [] : [n];
        }),
      }));
      const last = pages[0].leads[0]?.first_seen ?? "";
      const others = [...changed.values()].filter((l) => !known.has(l.lead) && belongs(l, filter) !== false);
      const added = others.filter((l) => belongs(l, filter) && l.first_seen >= last);
      // what belongs farther down, or only the server can place, and a page that is empty by now: read anew
      again = added.length < others.length || pages.some((p) => p.more && p.leads.length === 0) || (changed.size > 0 && Boolean(filter.words));
      pages[0] = { ...pages[0], leads: [...added.sort((a, b) => b.first_seen.localeCompare(a.first_seen)), ...pages[0].leads], total: c.total, version: c.version };
      return { ...now, pages };
    });
    if (again) void cache.invalidateQueries({ queryKey: key });
  }
}

export const useLead = (lead: string) => useQuery({ queryKey: ["lead", lead], queryFn: () => ok(client.GET("/api/leads/{lead}", { params: { path: { lead } } })) });

export const useNear = (lead: string | undefined) =>
  useQuery({ queryKey: ["near", lead], enabled: lead !== undefined, queryFn: async () => (await ok(client.GET("/api/leads/{lead}/near", { params: { path: { lead: lead! } } }))) ?? [] });

export type ReviewBody = paths["/api/leads/{lead}/review"]["post"]["requestBody"]["content"]["application/json"];
export type Do = ReviewBody["do"];
export type Reason = NonNullable<ReviewBody["reason"]>;
export const reasons: Reason[] = ["no-violation", "wrong-thing", "permitted", "unclear", "wrong-place", "dealt-with", "other"];

export const review = (lead: string, body: ReviewBody) => ok(client.POST("/api/leads/{lead}/review", { params: { path: { lead } }, body }));

/** Decides on a lead that somebody has looked at. One that was only seen again meanwhile, and stands as it did with the same frame, is decided on all the same. */
export const decideOn = (l: Lead, body: ReviewBody) =>
  review(l.lead, body).catch(async (e: Error) => {
    if (!(e instanceof Refused) || e.status !== 409) throw e;
    const now = await ok(client.GET("/api/leads/{lead}", { params: { path: { lead: l.lead } } }));
    if (now.state !== l.state || now.frame !== l.frame || now.revision === body.revision) throw e;
    return review(l.lead, { ...body, revision: now.revision });
  });

/** Decides on a lead, as it was seen. */
export function useReview() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ lead, ...body }: { lead: string } & ReviewBody) => review(lead, body),
    onSettled: (_d, _e, v) => {
      void cache.invalidateQueries({ queryKey: ["leads"] });
      void cache.invalidateQueries({ queryKey: ["lead", v.lead] });
    },
  });
}

export function useLook() {
  return useMutation({
    mutationFn: ({ lead, view, department }: { lead: string; view: "close-up" | "again"; department: string }) =>
      ok(client.POST("/api/leads/{lead}/look", { params: { path: { lead } }, body: { view, department } })),
  });
}

export type Action = paths["/api/docks/{sn}/{action}"]["post"]["parameters"]["path"]["action"];
type CommandBody = paths["/api/docks/{sn}/{action}"]["post"]["requestBody"]["content"]["application/json"];

/** Asks a dock, or all of them, for something, for a reason. */
export function useCommand() {
  return useMutation({
    mutationFn: ({ sn, action, ...body }: { sn: string; action: Action } & CommandBody) =>
      ok(client.POST("/api/docks/{sn}/{action}", { params: { path: { sn, action }, header: { "Idempotency-Key": crypto.randomUUID() } }, body })),
  });
}

/** Where the ground is that a dock's live video shows at x, y: from 0, 0 to 1, 1. */
export const useGround = () => useMutation({ mutationFn: ({ sn, x, y }: { sn: string; x: number; y: number }) => ok(client.GET("/api/docks/{sn}/ground", { params: { path: { sn }, query: { x, y } } })) });

/** Flights whose video is kept, page by page, the last one first. */
export const useFlights = () =>
  useInfiniteQuery({
    queryKey: ["flights"],
    queryFn: ({ pageParam }) => ok(client.GET("/api/flights", { params: { query: { after: pageParam || undefined } } })),
    initialPageParam: "",
    getNextPageParam: (last) => (last.more ? last.flights?.at(-1)?.id : undefined),
  });

/** Opens the video of a flight, for a reason. */
export const useOpenFlight = (id: string) => useMutation({ mutationFn: (reason: string) => ok(client.POST("/api/flights/{id}/open", { params: { path: { id } }, body: { reason } })) as Promise<FootageTrack> });

/** What lies under the map; nothing where that cannot be told. */
export const useBase = () =>
  useQuery({
    queryKey: ["base"],
    queryFn: async () => ((await (await taken(fetch("/map/base.json"))).json()) as { kind: Base }).kind,
    staleTime: Infinity,
    retry: false,
  });

export const usePlan = (date: string) => useQuery({ queryKey: ["plan", date], queryFn: () => ok(client.GET("/api/plans/{date}", { params: { path: { date } } })) });

type MakeBody = paths["/api/plans/{date}"]["post"]["requestBody"]["content"]["application/json"];
type ChangeBody = paths["/api/plans/{date}/flights/{flight}"]["post"]["requestBody"]["content"]["application/json"];

export const makePlan = (date: string, body: MakeBody) => ok(client.POST("/api/plans/{date}", { params: { path: { date } }, body }));
export const changePlan = (date: string, flight: string, body: ChangeBody) => ok(client.POST("/api/plans/{date}/flights/{flight}", { params: { path: { date, flight } }, body }));

/** Something that takes long, as the server tells of it: a plan of a day, a comparison with a model. */
export type Work = { id: string; kind: "plan" | "compare"; of: string; by: string; began: string; share: number };

/** What is being worked on just now: what listens to the server (live.ts) keeps it. */
export const useWorks = (kind: Work["kind"]) => (useQuery<Work[]>({ queryKey: ["works"], queryFn: skipToken }).data ?? []).filter((w) => w.kind === kind);

/** Gives up what takes long: one's own, or as an administrator another's. */
export const useGiveUp = () => useMutation({ mutationFn: (id: string) => ok(client.DELETE("/api/works/{id}", { params: { path: { id } } })) });

/** Makes, changes or approves the plan of a day, and shows it as it is then. A plan that is being made can be given up. */
export function usePlanning(date: string) {
  const cache = useQueryClient();
  const after = { onSettled: () => cache.invalidateQueries({ queryKey: ["plan", date] }) };
  const make = useMutation({ mutationFn: (body: MakeBody) => makePlan(date, body), ...after });
  const change = useMutation({ mutationFn: ({ flight, ...body }: { flight: string } & ChangeBody) => changePlan(date, flight, body), ...after });
  const approve = useMutation({ mutationFn: (version: number) => ok(client.POST("/api/plans/{date}/approve", { params: { path: { date } }, body: { version } })), ...after });
  return { make, change, approve };
}

export const useReport = (report: "order" | "register" | "completion" | "agreement", simulated: boolean, period: "day" | "week" | "month" = "month", from?: string) =>
  useQuery({ queryKey: ["report", report, simulated, period, from], queryFn: () => ok(client.GET("/api/reports/{report}", { params: { path: { report }, query: { simulated, period, from } } })) });

export const usePrecision = (simulated: boolean) =>
  useQuery({ queryKey: ["precision", simulated], queryFn: async () => (await ok(client.GET("/api/precision", { params: { query: { simulated } } }))) ?? [] });
