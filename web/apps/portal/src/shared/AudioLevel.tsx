import { LevelMeter } from "@madoguchi/client";
import { Level } from "@madoguchi/ui";
import { useCallback, useEffect, useRef, type ReactNode } from "react";

/** Moving bars for a stream; flat while there is none. */
export function AudioLevel({ stream, label }: { stream: MediaStream | null; label: string }): ReactNode {
  const meter = useRef<LevelMeter | null>(null);
  useEffect(() => {
    if (stream === null || typeof AudioContext === "undefined") return undefined;
    const mine = new LevelMeter(stream);
    meter.current = mine;
    return () => {
      meter.current = null;
      mine.close();
    };
  }, [stream]);
  const read = useCallback(() => meter.current?.level() ?? 0, []);
  return <Level read={read} label={label} />;
}
