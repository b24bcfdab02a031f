import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createBrowserRouter } from "react-router";
import { App } from "@/app/App";
import { createQueryClient } from "@/app/query-client";
import { routes } from "@/app/routes";
import { startColorMode } from "@/lib/color-mode";
import { sessionQuery } from "@/lib/session";

startColorMode();

const queryClient = createQueryClient();
// Asked while the page's own script is still on its way.
void queryClient.prefetchQuery(sessionQuery);

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root element.");
createRoot(root).render(
  <StrictMode>
    <App queryClient={queryClient} router={createBrowserRouter(routes)} />
  </StrictMode>,
);
