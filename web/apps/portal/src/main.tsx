import "@madoguchi/ui/tokens.css";
import "@madoguchi/ui/base.css";
import "./portal.css";
import { applyTheme } from "@madoguchi/ui";
import { createRoot } from "react-dom/client";
import { App } from "./app/App.tsx";
import { loadSettings } from "./shared/settings.ts";

const settings = loadSettings(storage());
applyTheme(settings.get().theme);
document.documentElement.lang = settings.get().language;
const root = document.getElementById("root");
if (root !== null) createRoot(root).render(<App settings={settings} />);

/** The browser's storage, or one that forgets where there is none to be had. */
function storage(): Pick<Storage, "getItem" | "setItem"> {
  try {
    return localStorage;
  } catch {
    return { getItem: () => null, setItem: () => undefined };
  }
}
