import { ApiError } from "../api/errors";
import { connect, isRefusal } from "./connection";
import { type ErrorFrame, type Frame, parseFrame, RESYNC } from "./frames";
import { type BodyKind, EMPTY_REPLICA, type Replica, type Report, receive } from "./replica";

// A socket that opens takes a fraction of a second. Past this, the page does without until it is there.
const OPENING_MS = 3_000;
const RESYNC_MS = 5_000;
const SIGNED_OUT = 4401;

/** Whether the server pushes what changes. While it does not, the page has to ask. */
export type Link = { state: "opening" } | Down | Push;

export interface Down {
  state: "down";
  /** When the server was found to have fallen silent, by this machine's clock, where it has said nothing since. */
  silentAt: number | null;
}

export interface Push extends Report {
  state: "up";
  /** When the server last said anything, by this machine's clock. */
  heardAt: number;
}

export const OPENING: Link = { state: "opening" };
export const DOWN: Link = { state: "down", silentAt: null };

/** One thing to follow, and the place where pages find it. */
export interface Feed<Body> {
  path: string;
  kind: BodyKind<Body>;
  /** Keeps a body, and returns what is kept: the same, sharing with what was there before what did not change. */
  store: (body: Body) => Body;
  /** It is not there, or not for this reader. */
  refuse: (error: ApiError) => void;
}

export interface Follower {
  onLink: (link: Link) => void;
  onSignedOut: () => void;
}

function refusal(code: number, problem: ErrorFrame | null): ApiError {
  return new ApiError({
    status: code - 4000,
    code: problem?.code ?? "socket_refused",
    detail: problem?.detail,
    requestId: problem?.request_id ?? null,
  });
}

/** Follows a feed until the returned function is called. */
export function follow<Body>(feed: Feed<Body>, { onLink, onSignedOut }: Follower): () => void {
  let replica: Replica<Body> = EMPTY_REPLICA;
  let problem: ErrorFrame | null = null;
  let silentAt: number | null = null;
  let patience: ReturnType<typeof setTimeout> | undefined;
  const opening = setTimeout(() => !replica.held && onLink(DOWN), OPENING_MS);

  function startOver() {
    clearTimeout(patience);
    replica = EMPTY_REPLICA;
    problem = null;
  }

  function askAnew() {
    connection.send(RESYNC);
    patience = setTimeout(connection.renew, RESYNC_MS);
  }

  /** What is confirmed unchanged is kept once more too: that is how old it is from now on. */
  function keep(next: Replica<Body>, frame: Frame | null): Replica<Body> {
    const { held, report } = next;
    const isConfirmed = frame?.type === "freshness" && report?.freshness !== "stale";
    if (!held || (held.body === replica.held?.body && !isConfirmed)) return next;
    return { ...next, held: { ...held, body: feed.store(held.body) } };
  }

  const connection = connect(feed.path, {
    onOpen: startOver,
    onSilence() {
      silentAt = Date.now();
      onLink({ state: "down", silentAt });
    },
    onText(text) {
      silentAt = null;
      const frame = parseFrame(text);
      if (frame?.type === "error") problem = frame;
      const { replica: next, resync } = receive(feed.kind, replica, frame);
      replica = keep(next, frame);
      if (!replica.resyncing) clearTimeout(patience);
      if (resync) askAnew();
      // Until the whole body is there, it is for the page to ask: the server may say for long why it can't tell it.
      if (replica.held && replica.report) onLink({ state: "up", ...replica.report, heardAt: Date.now() });
    },
    onDown(code) {
      const said = problem;
      startOver();
      onLink({ state: "down", silentAt });
      if (code === SIGNED_OUT) onSignedOut();
      if (isRefusal(code)) feed.refuse(refusal(code, said));
    },
  });

  return () => {
    clearTimeout(opening);
    clearTimeout(patience);
    connection.close();
  };
}
