import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

export type Dock = components["schemas"]["Dock"];
export type Lead = components["schemas"]["Lead"];

const client = createClient<paths>({ baseUrl: "/" });

async function ok<T>(p: Promise<{ data?: T; error?: { detail?: string } }>): Promise<T> {
  const { data, error } = await p;
  if (error || data === undefined) throw new Error(error?.detail ?? "the server does not answer");
  return data;
}

export const useDocks = () =>
  useQuery({ queryKey: ["docks"], queryFn: async () => (await ok(client.GET("/api/docks"))) ?? [], refetchInterval: 500 });

export const useLeads = () =>
  useQuery({ queryKey: ["leads"], queryFn: async () => (await ok(client.GET("/api/leads"))) ?? [], refetchInterval: 1000 });

export function useReview(by: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ lead, state }: { lead: string; state: "confirmed" | "rejected" }) =>
      ok(client.POST("/api/leads/{lead}/review", { params: { path: { lead } }, body: { state, by } })),
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
