import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createMemoryRouter } from "react-router";
import { vi } from "vitest";
import { App } from "@/app/App";
import { createQueryClient } from "@/app/query-client";
import { routes } from "@/app/routes";

/** The whole portal at an address, with only the network replaced. */
export function renderApp(address: string) {
  const queryClient = createQueryClient();
  const router = createMemoryRouter(routes, { initialEntries: [address] });
  render(<App queryClient={queryClient} router={router} />);
  const user = userEvent.setup({ advanceTimers: (ms) => vi.isFakeTimers() && vi.advanceTimersByTime(ms) });
  const currentAddress = () => router.state.location.pathname + router.state.location.search;
  return { user, router, queryClient, currentAddress };
}

/** Lets polls happen without waiting for them: time runs by itself, and can be pushed. */
export function useSwiftTime(): void {
  vi.useFakeTimers({ shouldAdvanceTime: true });
}
