import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type Dock, takeChanges, type Work } from "./api";

const againAfter = 3000; // milliseconds until it is listened again
const docksAtMostEvery = 500; // milliseconds between two drawings of docks that changed
const leadsAtMostEvery = 1000; // milliseconds between two readings of lists that changed

/** Takes in what the server tells as it happens: docks as they change, and that leads did. Says whether it hears the server. */
export function useLive(on: boolean) {
  const cache = useQueryClient();
  const [heard, setHeard] = useState(true);
  useEffect(() => {
    if (!on) return;
    let events: EventSource;
    let again: ReturnType<typeof setTimeout> | undefined;
    let waiting: ReturnType<typeof setTimeout> | undefined;
    let changed = new Map<string, Dock>();
    let drawing: ReturnType<typeof setTimeout> | undefined;
    const listen = () => {
      events = new EventSource("/api/events");
      events.addEventListener("dock", (e) => {
        const d = JSON.parse(e.data) as Dock;
        changed.set(d.sn, d);
        // what comes within a moment is taken in together
        drawing ??= setTimeout(() => {
            drawing = undefined;
            const now = changed;
            changed = new Map();
            cache.setQueryData<Dock[]>(["docks"], (was = []) => {
              const out = was.map((x) => now.get(x.sn) ?? x);
              for (const [sn, x] of now) if (!was.some((w) => w.sn === sn)) out.push(x);
              return out;
            });
          }, docksAtMostEvery);
      });
      events.addEventListener("leads", () => {
        waiting ??= setTimeout(() => {
          waiting = undefined;
          void takeChanges(cache);
          void cache.invalidateQueries({ queryKey: ["lead"] });
        }, leadsAtMostEvery);
      });
      events.addEventListener("works", (e) => cache.setQueryData<Work[]>(["works"], JSON.parse(e.data) as Work[]));
      events.addEventListener("out", () => cache.invalidateQueries({ queryKey: ["me"] }));
      events.onopen = () => {
        setHeard(true);
        void cache.invalidateQueries({ queryKey: ["docks"] }); // of those that are gone nothing is told
      };
      events.onerror = () => {
        setHeard(false);
        void cache.invalidateQueries({ queryKey: ["me"] });
        // a browser gives up after an answer that is no stream of events
        if (events.readyState === EventSource.CLOSED) {
          clearTimeout(again);
          again = setTimeout(listen, againAfter);
        }
      };
    };
    listen();
    return () => {
      events.close();
      clearTimeout(again);
      clearTimeout(waiting);
      clearTimeout(drawing);
    };
  }, [on, cache]);
  return heard;
}
