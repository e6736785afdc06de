import { asProblem, type ProblemError } from "@madoguchi/client";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

export interface Player {
  /** What is being made ready or heard; null where nothing is. */
  active: { id: string; busy: boolean } | null;
  /** Plays the sound that `load` gives, or stops it where it is the one that is heard. */
  toggle: (id: string, load: () => Promise<Blob | string>) => void;
  stop: () => void;
}

/** One loudspeaker for a page: what is played next stops what was played before. */
export function usePlayer(onProblem: (problem: ProblemError, id: string) => void): Player {
  const [active, setActive] = useState<Player["active"]>(null);
  const current = useRef<{ id: string; end: () => void } | null>(null);
  const report = useRef(onProblem);
  useEffect(() => {
    report.current = onProblem;
  });

  const stop = useCallback(() => {
    current.current?.end();
    current.current = null;
    setActive(null);
  }, []);
  useEffect(() => stop, [stop]);

  const toggle = useCallback(
    (id: string, load: () => Promise<Blob | string>) => {
      const same = current.current?.id === id;
      stop();
      if (same) return;
      const audio = new Audio();
      let url: string | null = null;
      const turn = {
        id,
        end: () => {
          audio.pause();
          audio.removeAttribute("src");
          if (url !== null) URL.revokeObjectURL(url);
        },
      };
      const over = (): void => {
        if (current.current === turn) stop();
      };
      const failed = (error: unknown): void => {
        if (current.current !== turn) return;
        stop();
        report.current(asProblem(error), id);
      };
      current.current = turn;
      setActive({ id, busy: true });
      audio.addEventListener("ended", over);
      load()
        .then(async (sound) => {
          if (current.current !== turn) return;
          if (typeof sound === "string") audio.src = sound;
          else audio.src = url = URL.createObjectURL(sound);
          await audio.play();
          if (current.current === turn) setActive({ id, busy: false });
        })
        .catch(failed);
    },
    [stop],
  );
  return useMemo(() => ({ active, toggle, stop }), [active, toggle, stop]);
}
