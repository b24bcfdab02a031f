import "@testing-library/jest-dom/vitest";
import "./listener-limit";
import { cleanup, configure } from "@testing-library/react";
import { afterAll, afterEach, beforeAll, beforeEach, vi } from "vitest";
import { server } from "./server";
import { sockets } from "./sockets";

// jsdom lays nothing out: what the portal asks of a screen is answered here.
const ROW_HEIGHT_PX = 37;

class NoResizes implements ResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

/** Media queries by what they look for; tests flip them. Wide and light unless said otherwise. */
export const screenIs = { wide: true, dark: false };

function matchMedia(query: string): MediaQueryList {
  const matches = query.includes("prefers-color-scheme") ? screenIs.dark : screenIs.wide;
  const list: Partial<MediaQueryList> = { matches, addEventListener: () => {}, removeEventListener: () => {} };
  return list as MediaQueryList;
}

vi.stubGlobal("matchMedia", matchMedia);
vi.stubGlobal("ResizeObserver", NoResizes);
// jsdom has no modal dialogs: these open and close, keep no focus within, and give it back.
const openers = new WeakMap<HTMLDialogElement, Element | null>();
HTMLDialogElement.prototype.showModal = function () {
  openers.set(this, document.activeElement);
  this.open = true;
  this.querySelector<HTMLElement>("button, input")?.focus();
};
HTMLDialogElement.prototype.close = function () {
  if (!this.open) return;
  this.open = false;
  const opener = openers.get(this);
  if (opener instanceof HTMLElement) opener.focus();
  this.dispatchEvent(new Event("close"));
};

vi.stubGlobal("scrollTo", () => {});
HTMLElement.prototype.scrollIntoView = () => {};
Object.defineProperty(HTMLElement.prototype, "offsetHeight", { configurable: true, get: () => ROW_HEIGHT_PX });

// Each test file loads its pages anew, which a busy machine may take seconds for.
configure({ asyncUtilTimeout: 15_000 });
// The whole page below each failed query hides what failed.
configure({ getElementError: (message) => new Error(message ?? "element not found") });

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));

beforeEach(() => {
  screenIs.wide = true;
  screenIs.dark = false;
  localStorage.clear();
  // biome-ignore lint/suspicious/noDocumentCookie: jsdom has no CookieStore, and Django sets this one by header
  document.cookie = "csrftoken=token-of-the-test";
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
  server.resetHandlers();
  sockets.reset();
});

afterAll(() => server.close());
