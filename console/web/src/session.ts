import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { client, type Me, ok } from "./api";
import { setZone } from "./time";

export type Role = Me["roles"] extends (infer R)[] | null ? R : never;

/** Who is at the console; name is empty for nobody. */
export const useMe = () => useQuery({ queryKey: ["me"], queryFn: async () => {
      const me = await ok(client.GET("/api/session"));
      setZone(me.zone);
      return me;
    },
    staleTime: 60_000 });

export const has = (me: Me | undefined, ...roles: string[]) => (me?.roles ?? []).some((r) => r === "admin" || roles.includes(r));

/** Logs in; everything that was read as somebody else is forgotten. */
export function useLogin() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string; password: string }) => ok(client.POST("/api/session", { body })),
    onSuccess: (me) => {
      cache.clear();
      cache.setQueryData(["me"], me);
    },
  });
}

export function useSetup() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: { code: string; name: string; password: string }) => ok(client.POST("/api/setup", { body })),
    onSuccess: (me) => cache.setQueryData(["me"], me),
  });
}

export function useLogout() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => ok(client.DELETE("/api/session")),
    onSuccess: (me) => {
      cache.clear();
      cache.setQueryData(["me"], me);
    },
  });
}
