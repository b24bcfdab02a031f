import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Suspense } from "react";
import { useRoutes } from "react-router";
import { ThemeProvider } from "@/components/theme/ThemeProvider";
import { BareFrame, FrameSkeleton } from "./AppFrame";
import { PageBoundary } from "./PageBoundary";
import { routes } from "./routes";

/** The portal, within a router. */
export function App({ queryClient }: { queryClient: QueryClient }) {
  return (
    <ThemeProvider>
      <QueryClientProvider client={queryClient}>
        <PageBoundary frame={BareFrame}>
          <Suspense fallback={<FrameSkeleton />}>{useRoutes(routes)}</Suspense>
        </PageBoundary>
      </QueryClientProvider>
    </ThemeProvider>
  );
}
