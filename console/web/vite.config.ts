import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// One bundle for an intranet: nothing is fetched from elsewhere.
export default defineConfig({
  plugins: [react()],
  // the page's Content-Security-Policy takes no fonts out of data: addresses
  build: { chunkSizeWarningLimit: 4000, sourcemap: false, assetsInlineLimit: 0 },
  server: { proxy: { "/api": "http://127.0.0.1:8080", "/map": "http://127.0.0.1:8080", "/evidence": "http://127.0.0.1:8080" } },
});
