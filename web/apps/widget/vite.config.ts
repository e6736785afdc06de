import { defineConfig } from "vite";

const out = "../../../src/madoguchi/static/widget";

/** One script a mode: `loader` is what customers paste, `widget` is what it fetches, `page` is the widget on a page of its own. */
export default defineConfig(({ mode }) => {
  if (mode === "page") {
    return { root: "page", base: "./", build: { outDir: `../${out}/page`, emptyOutDir: true } };
  }
  return {
    build: {
      outDir: out,
      emptyOutDir: false,
      target: "es2022",
      lib: { entry: `src/${mode}.${mode === "widget" ? "tsx" : "ts"}`, formats: ["iife"], name: `Madoguchi_${mode}`, fileName: () => `${mode}.js` },
    },
  };
});
