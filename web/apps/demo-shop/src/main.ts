import "./shop.css";
import { TEXTS, type Language, type TextKey } from "./messages.ts";

declare global {
  interface Window {
    Madoguchi?: { push: (order: "open" | "close") => void };
  }
}

const address = new URL(location.href);
const wanted = address.searchParams.get("language") ?? navigator.language;
const language: Language = wanted.startsWith("en") ? "en" : "ja";

document.documentElement.lang = language;
document.title = TEXTS.title[language];
for (const element of document.querySelectorAll<HTMLElement>("[data-text]")) {
  element.textContent = TEXTS[element.dataset["text"] as TextKey][language];
}
const other = document.querySelector<HTMLAnchorElement>("#language");
if (other !== null) {
  address.searchParams.set("language", language === "ja" ? "en" : "ja");
  other.href = address.search;
  other.lang = language === "ja" ? "en" : "ja";
}
document.querySelector("#contact")?.addEventListener("click", () => window.Madoguchi?.push("open"));

// The widget goes on the page as a customer would paste it, once the page's language is known.
const loader = document.createElement("script");
loader.src = "/widget/loader.js";
loader.dataset["language"] = language;
document.head.append(loader);
