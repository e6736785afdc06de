import { useEffect, useRef, type ReactNode } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

export interface Line {
  label: string;
  values: readonly number[];
  /** A colour token, e.g. `--ok`. */
  colour: string;
  dash?: number[];
}

const HEIGHT = 190;

/** Lines over intervals, drawn on a canvas; what they say is in the table beside it. */
export function Plot(props: { labels: readonly string[]; lines: readonly Line[] }): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const { labels, lines } = props;
  useEffect(() => {
    const box = place.current;
    if (box === null) return undefined;
    let plot: uPlot | null = null;
    const draw = (): void => {
      plot?.destroy();
      plot = new uPlot(optionsOf(box, labels, lines), [labels.map((_, index) => index), ...lines.map((line) => [...line.values])], box);
    };
    draw();
    const size = new ResizeObserver(() => plot?.setSize({ width: box.clientWidth, height: HEIGHT }));
    size.observe(box);
    // A canvas does not follow the theme by itself.
    const theme = new MutationObserver(draw);
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "lang"] });
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", draw);
    return () => {
      size.disconnect();
      theme.disconnect();
      dark.removeEventListener("change", draw);
      plot?.destroy();
    };
  }, [labels, lines]);
  return <div className="plot" ref={place} aria-hidden="true" />;
}

function optionsOf(box: HTMLElement, labels: readonly string[], lines: readonly Line[]): uPlot.Options {
  const muted = colour(box, "--muted");
  const grid = { stroke: colour(box, "--line"), width: 1 };
  const font = `12px ${getComputedStyle(box).fontFamily}`;
  const most = Math.max(1, ...lines.flatMap((line) => line.values));
  return {
    width: box.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false, range: [-0.5, labels.length - 0.5] }, y: { range: [0, most * 1.1] } },
    axes: [
      {
        stroke: muted,
        font,
        grid: { show: false },
        ticks: { show: false },
        size: 30,
        space: 56,
        incrs: [1, 2, 3, 4, 6, 12, 24, 48],
        values: (_plot, places) => places.map((place) => labels[place] ?? ""),
      },
      { stroke: muted, font, grid, ticks: { show: false }, size: 44, space: 34, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000] },
    ],
    series: [
      {},
      ...lines.map((line) => ({
        stroke: colour(box, line.colour),
        width: 2,
        ...(line.dash === undefined ? {} : { dash: line.dash }),
        points: { show: labels.length < 2, size: 6 },
      })),
    ],
  };
}

/** A token's colour as the theme has it now: a canvas knows no `light-dark()`. */
function colour(box: HTMLElement, token: string): string {
  const probe = document.createElement("i");
  probe.style.color = `var(${token})`;
  box.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}
