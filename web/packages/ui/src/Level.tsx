import { useEffect, useRef, type ReactNode } from "react";

const BARS = 6;

/** How loud it is just now, read about 15 times a second without drawing the page anew. */
export function Level({ read, label }: { read: () => number; label: string }): ReactNode {
  const box = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    let frame = 0;
    let last = 0;
    const draw = (at: number): void => {
      frame = requestAnimationFrame(draw);
      if (at - last < 66) return;
      last = at;
      const level = read();
      const bars = box.current?.children ?? [];
      for (let index = 0; index < bars.length; index++) {
        const bar = bars[index] as HTMLElement;
        const shape = 0.55 + 0.45 * Math.sin((index + 1) * 1.9);
        bar.style.height = `${4 + Math.round(14 * Math.min(1, level * 1.25) * shape)}px`;
      }
    };
    frame = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(frame);
  }, [read]);
  return (
    <span className="level" ref={box} role="img" aria-label={label}>
      {Array.from({ length: BARS }, (_, index) => (
        <i key={index} />
      ))}
    </span>
  );
}
