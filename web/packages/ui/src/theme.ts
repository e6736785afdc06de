export type Theme = "system" | "light" | "dark";
export type Density = "compact" | "default" | "comfortable";

/** Sets the page's theme; `system` follows the machine. */
export function applyTheme(theme: Theme, root: HTMLElement = document.documentElement): void {
  if (theme === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = theme;
}

export function applyDensity(density: Density, root: HTMLElement = document.documentElement): void {
  if (density === "default") delete root.dataset["density"];
  else root.dataset["density"] = density;
}
