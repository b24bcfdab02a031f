import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";
import { App } from "@/app/App";
import { preloadPage } from "@/app/pages";
import { createQueryClient } from "@/app/query-client";

import { startColorMode } from "@/lib/color-mode";
import { sessionQuery } from "@/lib/session";

startColorMode();

const queryClient = createQueryClient();
// Both at once: neither has to wait for the other.
void queryClient.prefetchQuery(sessionQuery);
preloadPage(window.location.pathname);

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root element.");
createRoot(root).render(
  <StrictMode>
    <BrowserRouter>
      <App queryClient={queryClient} />
    </BrowserRouter>
  </StrictMode>,
);
