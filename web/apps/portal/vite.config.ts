import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  base: "/",
  plugins: [react()],
  build: {
    outDir: "../../../src/madoguchi/static/portal",
    emptyOutDir: true,
    // The first with light-dark() and everything else that is used.
    target: ["chrome123", "edge123", "firefox121", "safari17.5"],
    // Data URLs of small files would be one more thing for the content security policy to allow.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
