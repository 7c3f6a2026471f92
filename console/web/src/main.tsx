import "@fontsource/noto-sans-sc/400.css";
import "./style.css";
import "./i18n";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { createRoot } from "react-dom/client";
import { Refused } from "./api";
import { router } from "./router";
import { Theme } from "./theme";

const cache = new QueryClient({
  defaultOptions: { queries: { retry: (n, e) => n < 2 && !(e instanceof Refused && e.status < 500), staleTime: 5_000, refetchOnWindowFocus: false } },
});

createRoot(document.getElementById("root")!).render(
  <QueryClientProvider client={cache}>
    <Theme>
      <RouterProvider router={router} />
    </Theme>
  </QueryClientProvider>,
);
