import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  build: { outDir: "../../../src/madoguchi/static/demo-shop", emptyOutDir: true, modulePreload: { polyfill: false } },
});
