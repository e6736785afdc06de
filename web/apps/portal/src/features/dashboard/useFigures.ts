import type { FiguresAnswer, FiguresQuestion } from "@madoguchi/protocol";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useServices } from "../../shared/services.ts";

/** Figures of whole days; asked for again when `version` changes, with the old ones on screen meanwhile. */
export function useFigures(question: FiguresQuestion | null, version: string): UseQueryResult<FiguresAnswer> {
  const { api } = useServices();
  const asked = JSON.stringify(question);
  return useQuery({
    queryKey: ["figures", asked, version],
    queryFn: ({ signal }) => api.figures(JSON.parse(asked) as FiguresQuestion, signal),
    enabled: question !== null,
    placeholderData: (before, query) => (query?.queryKey[1] === asked ? before : undefined),
  });
}

const CALM_MS = 10_000;

/** The value, which changes at most every ten seconds: what is costly to ask for follows the stream at a distance. */
export function useCalm(value: string): string {
  const [calm, setCalm] = useState(value);
  const last = useRef(0);
  useEffect(() => {
    const wait = Math.max(0, last.current + CALM_MS - Date.now());
    const timer = setTimeout(() => {
      last.current = Date.now();
      setCalm(value);
    }, wait);
    return () => clearTimeout(timer);
  }, [value]);
  return calm;
}
