import { CSPProvider } from "@base-ui/react/csp-provider";
import type { Observable } from "@madoguchi/client";
import { applyDensity, applyTheme, ToastProvider } from "@madoguchi/ui";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect, type ReactNode } from "react";
import { useValue } from "../shared/hooks.ts";
import type { Settings } from "../shared/settings.ts";
import { TextProvider, useT } from "../shared/text.tsx";
import { router } from "./router.tsx";
import { SessionProvider } from "./session.tsx";

const queries = new QueryClient({
  defaultOptions: { queries: { retry: 1, staleTime: 2_000, refetchOnWindowFocus: false } },
});

export function App({ settings }: { settings: Observable<Settings> }): ReactNode {
  const { language, theme, density } = useValue(settings);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  useEffect(() => applyTheme(theme), [theme]);
  useEffect(() => applyDensity(density), [density]);
  return (
    <CSPProvider disableStyleElements>
      <TextProvider language={language}>
        <QueryClientProvider client={queries}>
          <Toasts>
            <SessionProvider settings={settings}>
              <RouterProvider router={router} />
            </SessionProvider>
          </Toasts>
        </QueryClientProvider>
      </TextProvider>
    </CSPProvider>
  );
}

function Toasts({ children }: { children: ReactNode }): ReactNode {
  const t = useT();
  return (
    <ToastProvider closeLabel={t("action.close")} label={t("toast.region")}>
      {children}
    </ToastProvider>
  );
}
