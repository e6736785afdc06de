import { h, render } from "preact";
import { App } from "./App.tsx";
import { Contact } from "./contact.ts";
import { Observable } from "@madoguchi/client";
import { Memory } from "./memory.ts";
import { css } from "./styles.ts";
import { firstLanguage } from "./text.ts";

/** The widget as an element: `<madoguchi-widget server="https://…" language="ja" theme="dark" mode="page">`. */
class MadoguchiWidget extends HTMLElement {
  readonly #open = new Observable(false);
  #drawn = false;

  connectedCallback(): void {
    if (this.#drawn) return;
    this.#drawn = true;
    const page = this.getAttribute("mode") === "page";
    const memory = Memory.ofPage();
    const contact = new Contact(this.getAttribute("server") ?? location.origin, memory);
    const language = firstLanguage(this.getAttribute("language"), document.documentElement.lang, navigator.languages);
    const shadow = this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    // Not a style element: the host page's content security policy may forbid those.
    shadow.adoptedStyleSheets = [sheet];
    const root = document.createElement("div");
    root.className = page ? "root page" : "root";
    const theme = this.getAttribute("theme");
    if (theme === "light" || theme === "dark") root.dataset["theme"] = theme;
    shadow.append(root);
    if (page) this.#open.set(true);
    this.#open.subscribe(() => {
      this.dispatchEvent(new CustomEvent(this.#open.get() ? "madoguchi:opened" : "madoguchi:closed", { bubbles: true }));
    });
    // Whoever is in a call sees it, also when he has come back to it by a reload: his microphone is on.
    contact.call.subscribe(() => {
      if (contact.call.get() !== null) this.#open.set(true);
    });
    if (page || memory.ongoing) void contact.wake(language);
    addEventListener("online", () => contact.connection.nudge());
    render(h(App, { contact, opened: this.#open, firstLanguage: language, page }), root);
  }

  /** Opens or closes the panel. */
  obey(order: "open" | "close"): void {
    this.#open.set(order === "open");
  }
}

if (customElements.get("madoguchi-widget") === undefined) customElements.define("madoguchi-widget", MadoguchiWidget);
