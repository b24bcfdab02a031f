import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useLayoutEffect } from "react";
import { MemoryRouter, type NavigateFunction, useLocation, useNavigate } from "react-router";
import { vi } from "vitest";
import { App } from "@/app/App";
import { createQueryClient } from "@/app/query-client";

interface TestRouter {
  state: { location: { pathname: string; search: string } };
  navigate: NavigateFunction;
}

/** Tells where the portal is, and leads it elsewhere as the browser's own buttons would. */
function RouterProbe({ router }: { router: TestRouter }) {
  const location = useLocation();
  const navigate = useNavigate();
  useLayoutEffect(() => {
    router.state = { location };
    router.navigate = navigate;
  });
  return null;
}

/** The whole portal at an address, with only the network replaced. */
export function renderApp(address: string) {
  const queryClient = createQueryClient();
  const router: TestRouter = { state: { location: { pathname: address, search: "" } }, navigate: () => {} };
  render(
    <MemoryRouter initialEntries={[address]}>
      <RouterProbe router={router} />
      <App queryClient={queryClient} />
    </MemoryRouter>,
  );
  const user = userEvent.setup({ advanceTimers: (ms) => vi.isFakeTimers() && vi.advanceTimersByTime(ms) });
  const currentAddress = () => router.state.location.pathname + router.state.location.search;
  return { user, router, queryClient, currentAddress };
}

/** Lets polls happen without waiting for them: time runs by itself, and can be pushed. */
export function useSwiftTime(): void {
  vi.useFakeTimers({ shouldAdvanceTime: true });
}
