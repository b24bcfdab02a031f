import { act } from "@testing-library/react";
import { type WebSocketHandlerConnection, ws } from "msw";
import { expect, vi } from "vitest";
import type { Freshness, Hierarchy, ReleasePage } from "@/lib/api/types";
import type { Change, FreshnessFrame, PatchFrame, SnapshotFrame } from "@/lib/realtime/frames";

type Client = WebSocketHandlerConnection["client"];

/** One connection that a page has opened, from the server's end. */
export class ServedSocket {
  readonly url: URL;
  /** What the page has sent. */
  readonly heard: unknown[] = [];
  closed = false;
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
    this.url = new URL(client.url);
    client.addEventListener("message", ({ data }) => this.heard.push(JSON.parse(String(data))));
    client.addEventListener("close", () => {
      this.closed = true;
    });
  }

  /** Sends frames, objects as JSON, and waits until the page has dealt with them. */
  async sends(...frames: (object | string)[]): Promise<void> {
    await act(async () => {
      for (const frame of frames) this.#client.send(typeof frame === "string" ? frame : JSON.stringify(frame));
      await new Promise((resolve) => setTimeout(resolve, 0));
    });
  }

  async closes(code: number): Promise<void> {
    await act(async () => {
      this.#client.close(code);
      await new Promise((resolve) => setTimeout(resolve, 0));
    });
  }
}

/** The server's sockets. Blocked unless a test lets them through, as by a proxy that knows nothing of them. */
class Sockets {
  readonly all: ServedSocket[] = [];
  #blocked = true;

  /** Each connection from now on is taken, and left for the test to talk to. */
  accept(): void {
    this.#blocked = false;
  }

  block(): void {
    this.#blocked = true;
  }

  reset(): void {
    this.block();
    this.all.length = 0;
  }

  receive(client: Client): void {
    if (this.#blocked) client.close(1006);
    else this.all.push(new ServedSocket(client));
  }

  get open(): ServedSocket[] {
    return this.all.filter(({ closed }) => !closed);
  }

  /** The one connection that is open, once there is one: the first test of a file loads its page for seconds. */
  async current(): Promise<ServedSocket> {
    await vi.waitFor(() => expect(this.open).toHaveLength(1), { timeout: 15_000 });
    return this.open[0] as ServedSocket;
  }
}

export const sockets = new Sockets();

export const socketHandler = ws
  .link("ws://*/ws/releases/*")
  .addEventListener("connection", ({ client }) => sockets.receive(client));

const AS_OF = "2025-11-22T10:00:00Z";

export function freshnessFrame(freshness: Freshness, change: Partial<FreshnessFrame> = {}): FreshnessFrame {
  return { type: "freshness", freshness, as_of: AS_OF, reason: null, period: null, ...change };
}

export function snapshotFrame(
  data: Hierarchy | ReleasePage,
  version = 1,
  freshness: Freshness = "live",
): SnapshotFrame {
  return { type: "snapshot", version, as_of: AS_OF, freshness, data };
}

export function patchFrame(version: number, ...changes: Change[]): PatchFrame {
  return { type: "patch", version, as_of: AS_OF, changes };
}
