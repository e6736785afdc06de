import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const folders = (names, message) => ({ patterns: [{ group: names, message }] });

export default tseslint.config(
  { ignores: ["**/dist/**", "**/node_modules/**", "packages/protocol/src/openapi.d.ts", "eslint.config.js"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: "error",
      "no-console": "error",
      "no-restricted-globals": [
        "error",
        { name: "setInterval", message: "Take repetition from the Clock; a hidden tab throttles intervals." },
      ],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    },
  },
  { files: ["scripts/**"], rules: { "no-console": "off" } },
  {
    files: ["packages/protocol/**"],
    rules: { "no-restricted-imports": ["error", folders(["@madoguchi/*"], "protocol depends on nothing.")] },
  },
  {
    files: ["packages/client/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        folders(["react", "react-dom", "preact", "@madoguchi/ui"], "client is free of frameworks."),
      ],
    },
  },
  {
    files: ["packages/ui/**"],
    rules: {
      "no-restricted-imports": ["error", folders(["@madoguchi/protocol", "@madoguchi/client"], "ui knows no domain words.")],
    },
  },
  {
    files: ["apps/portal/src/features/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ regex: "^\\.\\./(?!\\.\\./shared/)", message: "Features import neither features nor the app." }] },
      ],
    },
  },
  {
    files: ["apps/portal/src/shared/**"],
    rules: { "no-restricted-imports": ["error", folders(["**/features/*", "**/app/*"], "shared is below features and the app.")] },
  },
  {
    files: ["apps/portal/**/*.tsx", "packages/ui/**/*.tsx", "apps/portal/**/*.ts"],
    plugins: { "react-hooks": reactHooks },
    rules: { "react-hooks/rules-of-hooks": "error", "react-hooks/exhaustive-deps": "error" },
  },
  { files: ["**/*.test.{ts,tsx}"], rules: { "@typescript-eslint/no-non-null-assertion": "off", "@typescript-eslint/unbound-method": "off" } },
);
