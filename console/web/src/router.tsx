import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { Shell } from "./Shell";

const root = createRootRoute({ component: Shell });

const page = <P extends string>(path: P, load: () => Promise<Record<string, unknown>>, name: string) =>
  createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load as never, name) });

export type LeadSearch = { state?: string; scene?: string; subdistrict?: string; words?: string; open?: boolean; lead?: string };
const text = (v: unknown) => (typeof v === "string" && v !== "" ? v : typeof v === "number" ? String(v) : undefined);

const leads = createRoute({
  getParentRoute: () => root,
  path: "/leads",
  validateSearch: (s: Record<string, unknown>): LeadSearch => ({
    state: text(s.state),
    scene: text(s.scene),
    subdistrict: text(s.subdistrict),
    words: text(s.words),
    open: s.open === true || s.open === "true" || undefined,
    lead: text(s.lead),
  }),
  component: lazyRouteComponent(() => import("./pages/Leads"), "Leads"),
});

const lead = createRoute({ getParentRoute: () => root, path: "/leads/$lead", component: lazyRouteComponent(() => import("./pages/Lead"), "LeadPage") });

const plan = createRoute({
  getParentRoute: () => root,
  path: "/plan",
  validateSearch: (s: Record<string, unknown>): { date?: string } => ({ date: text(s.date) }),
  component: lazyRouteComponent(() => import("./pages/Plan"), "PlanPage"),
});

const tree = root.addChildren([
  createRoute({
    getParentRoute: () => root,
    path: "/",
    beforeLoad: () => {
      throw redirect({ to: "/fleet" });
    },
  }),
  page("/login", () => import("./pages/Login"), "Login"),
  page("/setup", () => import("./pages/Setup"), "Setup"),
  page("/start", () => import("./pages/Start"), "Start"),
  page("/fleet", () => import("./pages/Fleet"), "Fleet"),
  page("/flights", () => import("./pages/Flights"), "Flights"),
  createRoute({ getParentRoute: () => root, path: "/flights/$id", component: lazyRouteComponent(() => import("./pages/Flight"), "FlightPage") }),
  plan,
  page("/review", () => import("./pages/Review"), "Review"),
  leads,
  lead,
  page("/register", () => import("./pages/Register"), "Register"),
  page("/index", () => import("./pages/Order"), "Order"),
  page("/system", () => import("./pages/System"), "System"),
]);

export const router = createRouter({ routeTree: tree, defaultPreload: "intent", defaultPendingMs: 300 });

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
