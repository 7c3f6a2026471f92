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

export function useReturnHome(by: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (sn: string) => ok(client.POST("/api/docks/{sn}/return-home", { params: { path: { sn } }, body: { by, reason: "console" } })),
    onSettled: () => cache.invalidateQueries({ queryKey: ["docks"] }),
  });
}
