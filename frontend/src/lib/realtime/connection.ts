import ReconnectingWebSocket, { type Options } from "partysocket/ws";

// The server says something every 10 s at least, be it only that nothing has changed.
const HEARTBEAT_MS = 10_000;
const LATE_MS = 2_000;
const QUIET_MS = 15_000;
// No sooner, and with it the connection is given up: a server that is slow for a moment must not have all come back.
const SILENCE_MS = 25_000;
// What has come while a page slept is delivered to it only after its timers.
const WAKING_MS = 3_000;
const CONNECT_TIMEOUT_MS = 5_000;

/** Close codes after which the same request would only be refused again. */
const REFUSALS: readonly number[] = [4400, 4403, 4404];

export function isRefusal(code: number): boolean {
  return REFUSALS.includes(code);
}

function between(least: number, most: number): number {
  return least + Math.random() * (most - least);
}

const OPTIONS: Options = {
  // Getters, since partysocket reads them before each attempt and knows no jitter itself: the many whom one restart
  // cuts off must not come back all at once.
  get minReconnectionDelay() {
    return between(500, 1_500);
  },
  get maxReconnectionDelay() {
    return between(7_000, 13_000);
  },
  reconnectionDelayGrowFactor: 1.7,
  connectionTimeout: CONNECT_TIMEOUT_MS,
  shouldReconnectOnClose: ({ code }) => !isRefusal(code),
};

export interface ConnectionEvents {
  onOpen: () => void;
  onText: (text: string) => void;
  /** Nothing has been heard for longer than the server is ever silent. It may be heard again all the same. */
  onSilence: () => void;
  /** At the end of each connection and of each attempt that fails. Another follows, unless it was a refusal. */
  onDown: (code: number) => void;
}

export interface Connection {
  send: (text: string) => void;
  /** Gives the present connection up and tries another at once, whatever pause was due. */
  renew: () => void;
  close: () => void;
}

function socketUrl(path: string): string {
  const scheme = window.location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${window.location.host}${path}`;
}

/** Browsers complain in their console of a socket that is closed before it is open. It has a URL once it was made. */
function isHandshaking({ readyState, url }: ReconnectingWebSocket): boolean {
  return readyState === ReconnectingWebSocket.CONNECTING && url !== "";
}

/** Keeps a socket to this origin open until it is closed, or refused. */
export function connect(path: string, events: ConnectionEvents): Connection {
  let heardAt = 0;
  let watchdog: ReturnType<typeof setTimeout> | undefined;
  let socket = open();
  window.addEventListener("focus", wake);
  // A browser may call itself offline and reach a portal on the same machine all the same: another attempt tells.
  window.addEventListener("offline", renew);
  window.addEventListener("online", renew);
  document.addEventListener("visibilitychange", wake);

  function open(): ReconnectingWebSocket {
    const opened = new ReconnectingWebSocket(socketUrl(path), undefined, OPTIONS);
    opened.onopen = () => {
      hear();
      events.onOpen();
    };
    opened.onmessage = ({ data }) => {
      hear();
      events.onText(String(data));
    };
    opened.onclose = ({ code }) => {
      if (isRefusal(code)) close();
      clearTimeout(watchdog);
      events.onDown(code);
    };
    return opened;
  }

  function hear() {
    heardAt = Date.now();
    clearTimeout(watchdog);
    const due = heardAt + QUIET_MS;
    watchdog = setTimeout(() => {
      const hasSlept = Date.now() - due > LATE_MS;
      if (hasSlept) watchdog = setTimeout(fallSilent, WAKING_MS);
      else fallSilent();
    }, QUIET_MS);
  }

  function fallSilent() {
    watchdog = setTimeout(renew, SILENCE_MS - QUIET_MS);
    events.onSilence();
  }

  function drop() {
    clearTimeout(watchdog);
    const dropped = socket;
    dropped.onopen = dropped.onmessage = dropped.onclose = null;
    if (isHandshaking(dropped)) dropped.onopen = dropped.onerror = () => dropped.close();
    else dropped.close();
  }

  // A new one rather than partysocket's own reconnect(), which a pause under way would hold up.
  function renew() {
    drop();
    events.onDown(1000);
    socket = open();
  }

  function wake() {
    if (document.visibilityState === "hidden" || socket.readyState === ReconnectingWebSocket.CONNECTING) return;
    const speaks = socket.readyState === ReconnectingWebSocket.OPEN && Date.now() - heardAt < HEARTBEAT_MS + LATE_MS;
    if (!speaks) renew();
  }

  function close() {
    window.removeEventListener("focus", wake);
    window.removeEventListener("offline", renew);
    window.removeEventListener("online", renew);
    document.removeEventListener("visibilitychange", wake);
    drop();
  }

  return { send: (text) => socket.send(text), renew, close };
}
