import { defineConfig, type Plugin } from "vite";

const out = "../../../src/madoguchi/static/widget";

/** Leaves out of the style sheet what only people need who read it. The sheet is a text in a script, so that nobody else does. */
const terseStyles: Plugin = {
  name: "terse-styles",
  transform: (code, id) =>
    id.endsWith("/src/styles.ts")
      ? code.replace(/`[^`]*`/, (sheet) => sheet.replace(/\s+/g, " ").replace(/ ?([{};,]) ?/g, "$1").replace(/: /g, ":").replaceAll(";}", "}"))
      : undefined,
};

/** Has the keys of the texts once, and not once for each language: a test sees to it that all have the same in the same order. */
const sharedKeys: Plugin = {
  name: "shared-keys",
  enforce: "pre",
  transform: (code, id) =>
    id.endsWith("/src/messages/ja.json")
      ? {
          code: `import en from "./en.json";
const said = ${JSON.stringify(Object.values(JSON.parse(code) as Record<string, string>))};
export default Object.fromEntries(Object.keys(en).map((key, place) => [key, said[place]]));`,
          moduleType: "js",
        }
      : undefined,
};

/** One script a mode: `loader` is what customers paste, `widget` is what it fetches, `page` is the widget on a page of its own. */
export default defineConfig(({ mode }) => {
  if (mode === "page") {
    return { root: "page", base: "./", build: { outDir: `../${out}/page`, emptyOutDir: true } };
  }
  return {
    plugins: [terseStyles, sharedKeys],
    build: {
      outDir: out,
      emptyOutDir: false,
      target: "es2022",
      lib: { entry: `src/${mode}.${mode === "widget" ? "tsx" : "ts"}`, formats: ["iife"], name: `Madoguchi_${mode}`, fileName: () => `${mode}.js` },
    },
  };
});
