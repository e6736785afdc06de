/**
 * What a site pastes: `<script async src="https://…/widget/loader.js"></script>`. It puts the widget's element on the page
 * and fetches the widget when somebody is about to use it, or had something going on.
 *
 * `data-language="ja|en"` and `data-theme="light|dark"` on the script choose; `Madoguchi.push("open")` opens it by code.
 */

type Order = "open" | "close";
interface WidgetElement extends HTMLElement {
  obey?: (order: Order) => void;
}
declare global {
  interface Window {
    Madoguchi?: Order[] | { push: (order: Order) => void };
  }
}

const script = document.currentScript as HTMLScriptElement | null;
const server = new URL(script?.src ?? location.href).origin;

function start(): void {
  const element: WidgetElement = document.createElement("madoguchi-widget");
  element.setAttribute("server", server);
  for (const name of ["language", "theme"]) {
    const wanted = script?.dataset[name];
    if (wanted !== undefined) element.setAttribute(name, wanted);
  }
  document.body.append(element);

  const before = window.Madoguchi;
  let waiting: Order[] = before !== undefined && "length" in before ? before : [];
  let asked = false;
  const fetchWidget = (): void => {
    if (asked) return;
    asked = true;
    const widget = document.createElement("script");
    widget.src = `${server}/widget/widget.js`;
    widget.onload = () => {
      for (const order of waiting) element.obey?.(order);
      waiting = [];
    };
    widget.onerror = () => {
      asked = false;
      widget.remove();
    };
    document.head.append(widget);
  };
  window.Madoguchi = {
    push(order: Order) {
      if (element.obey) element.obey(order);
      else waiting.push(order);
      fetchWidget();
    },
  };
  // The widget itself draws the button, so it is fetched as soon as the page has nothing better to do.
  if (waiting.length > 0 || document.readyState === "complete") fetchWidget();
  else addEventListener("load", fetchWidget, { once: true });
}

if (document.readyState === "loading") addEventListener("DOMContentLoaded", start, { once: true });
else start();

export {};
