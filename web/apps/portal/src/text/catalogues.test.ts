import { placeholders } from "@madoguchi/client";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import en from "./en.json";
import ja from "./ja.json";

const texts = { en: en as Record<string, string>, ja: ja as Record<string, string> };

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.includes(".test."))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
}

/** Beginnings of keys that are put together, from a state, a status or a code of the server. */
const BUILT = [
  String.raw`audit\.(?:subject|action|field|part|scope)`,
  String.raw`boards\.recording`,
  String.raw`call`,
  String.raw`canned\.(?:text|variable)`,
  String.raw`chat`,
  String.raw`deflection\.(?:kind|fault|place|step|condition|page|enable|transfers|ground)`,
  String.raw`density`,
  String.raw`disposition`,
  String.raw`dispositions\.(?:name|up|down)`,
  String.raw`doctor\.(?:what|why|whom|do|asks)`,
  String.raw`embedding\.fault`,
  String.raw`event`,
  String.raw`filter`,
  String.raw`hours\.(?:wrong|step|day|nth|mode|part|cell)`,
  String.raw`ledger\.(?:fault|mode|as)`,
  String.raw`medium`,
  String.raw`messages\.(?:name|when|way|group|variable|fault)`,
  String.raw`monitor\.(?:mode|doing)`,
  String.raw`people\.part`,
  String.raw`people\.status`,
  String.raw`problem`,
  String.raw`queues\.(channel|section|field|choice|error|member)`,
  String.raw`queues_live\.(?:policy|spread)`,
  String.raw`reason`,
  String.raw`receipt`,
  String.raw`recording\.state`,
  String.raw`role`,
  String.raw`roles\.colour`,
  String.raw`roles\.default`,
  String.raw`roles\.edit`,
  String.raw`roles\.page`,
  String.raw`roles\.scope`,
  String.raw`roles\.view`,
  String.raw`sms\.(?:fault|field|carrier|trouble)`,
  String.raw`status`,
  String.raw`statuses\.colour`,
  String.raw`story\.started`,
  String.raw`theme`,
  String.raw`timeline`,
  String.raw`voice`,
  String.raw`welcome\.strength`,
  String.raw`why\.outcome`,
  String.raw`why\.reason`,
  String.raw`why\.rule`,
];

describe("text", () => {
  it("has the same keys in both languages", () => {
    expect(Object.keys(ja)).toEqual(Object.keys(en));
  });

  it("has the same placeholders in both languages", () => {
    for (const key of Object.keys(en)) {
      expect([key, placeholders(texts.ja[key] ?? "")]).toEqual([key, placeholders(texts.en[key] ?? "")]);
    }
  });

  it("is never empty, and Japanese is Japanese", () => {
    const same = new Set(["app.name", "audit.comma", "consumer.id", "medium.sms", "sms.title", "sms.carrier.smpp"]);
    for (const key of Object.keys(en)) {
      expect(texts.en[key]?.trim()).not.toBe("");
      if (!same.has(key)) expect([key, /[぀-ヿ一-鿿]/.test(texts.ja[key] ?? "")]).toEqual([key, true]);
    }
  });

  it("never calls a transfer by the word that is an insult", () => {
    expect(Object.values(ja).filter((text) => text.includes("たらい回し"))).toEqual([]);
  });

  it("has no key that nothing uses", () => {
    const code = sources(join(import.meta.dirname, "..")).join("\n");
    // Keys that are put together from a state, a status or a code of the server.
      const built = new RegExp(`^(?:${BUILT.join("|")})[._]`);
    const unused = Object.keys(en).filter((key) => !built.test(key) && !code.includes(`"${key}"`));
    expect(unused).toEqual([]);
  });
});
