// Runs before a page's own scripts, and notes what happens to the page by its own clock. It looks once a frame, at
// little enough that nobody would feel it.
(() => {
  const FRAME_MS = 1000 / 60;
  const MESSAGE = /^\{"type":"(snapshot|patch)","version":(\d+)/;

  const frame = () => new Promise(requestAnimationFrame);
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  let longTasks = [];
  const note = (entries) => longTasks.push(...entries.map(({ duration }) => duration));
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  observer.observe({ type: "longtask", buffered: true });

  const told = { snapshots: 0, patches: 0, version: 0, resyncs: 0, first: Number.POSITIVE_INFINITY };

  function hear({ data }) {
    const [, type, version] = MESSAGE.exec(data.slice(0, 60)) ?? [];
    if (!type) return;
    told[type === "patch" ? "patches" : "snapshots"] += 1;
    told.version = Number(version);
    told.first = Math.min(told.first, performance.now());
  }

  window.WebSocket = class extends window.WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", hear);
    }
    send(data) {
      told.resyncs += 1;
      super.send(data);
    }
  };

  /** What stands for an entity each: a row of the tree or of the timeline, a cell of the board. */
  const rows = () => [...document.querySelectorAll("[data-key]")];
  const rowOf = (key) => rows().find((row) => row.dataset.key === key);

  const SAID = /(?:, |\()(pending|active|succeeded|failed|stopped|unknown)\b/;

  /** A row's phase, by what it bears or holds; else by what it says of itself. */
  function phaseOf(row) {
    const shown = row.dataset.phase ? row : row.querySelector("[data-phase]");
    return shown?.dataset.phase ?? SAID.exec(row.ariaLabel ?? "")?.[1];
  }

  /** The topmost row that nothing stands before. */
  function firstInSight() {
    return rows().find((row) => {
      const { x, y } = row.getBoundingClientRect();
      return row.contains(document.elementFromPoint(x + 1, y + 1));
    });
  }

  /** What must stay as it is while the tree changes: what has the focus, what is chosen. */
  function kept() {
    const chosen = document.querySelector('[aria-selected="true"], [data-selected]');
    return [document.activeElement.closest("[data-key]")?.dataset.key, location.search, chosen?.dataset.key].join(" ");
  }

  window.bench = {
    told,

    /** When this became true, as the page was drawn. */
    async until(isSo) {
      while (!isSo()) await frame();
      await pause(0);
      return performance.now();
    },

    /** When the whole tree arrived, by whichever way it came first. */
    arrivedAt() {
      const [answer] = performance.getEntriesByType("resource").filter(({ name }) => name.endsWith("/hierarchy/"));
      return Math.min(answer?.responseEnd || Number.POSITIVE_INFINITY, told.first);
    },

    /** The longest task since this was asked last, in milliseconds; 0 where none took more than 50. */
    async longestTask() {
      await frame();
      await pause(200);
      note(observer.takeRecords());
      const longest = Math.max(0, ...longTasks);
      longTasks = [];
      return longest;
    },

    /** Looks each frame until `stop` is called, which says how many frames were left out, how far the topmost row in
     * sight moved in the window, and in how many frames the focus or the choice was another. */
    watch() {
      const seen = { dropped: 0, moved: 0, lost: 0 };
      const first = firstInSight().dataset.key;
      const topOfFirst = () => rowOf(first)?.getBoundingClientRect().top ?? Number.POSITIVE_INFINITY;
      const before = { top: topOfFirst(), kept: kept() };
      let running = true;
      let last = performance.now();
      const look = (now) => {
        seen.dropped += Math.max(0, Math.round((now - last) / FRAME_MS) - 1);
        last = now;
        seen.moved = Math.max(seen.moved, Math.abs(topOfFirst() - before.top));
        if (kept() !== before.kept) seen.lost += 1;
        if (running) requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
      this.stop = () => {
        running = false;
        return seen;
      };
    },

    viewIs(name) {
      const current = document.querySelector('[aria-label="Views"] [aria-current]');
      return current.textContent === name && rows().length > 0;
    },

    /** Where in the window the button or the link is that begins so; undefined where there is none. */
    placeOf(name) {
      const named = [...document.querySelectorAll("a, button")].filter((each) =>
        each.textContent.trim().startsWith(name),
      );
      const found = named.map((each) => each.getBoundingClientRect()).find(({ width }) => width > 0);
      return found && { x: found.x + found.width / 2, y: found.y + found.height / 2 };
    },

    /** The first of these that stands below the window's middle; undefined where none does. */
    inMiddle(selector) {
      return [...document.querySelectorAll(selector)].find((each) => {
        const { top, bottom } = each.getBoundingClientRect();
        return top > innerHeight / 2 && bottom < innerHeight;
      });
    },

    /** Where in the window that is, to be clicked. */
    middleOf(selector) {
      const rect = this.inMiddle(selector)?.getBoundingClientRect();
      return rect && { x: rect.x + 200, y: rect.y + rect.height / 2 };
    },

    /** The key and the phase of each row that is drawn and shows or says one, which the heading of a wave leaves to
     * what stands beside it. */
    phases: () => rows().flatMap((row) => (phaseOf(row) ? [[row.dataset.key, phaseOf(row)]] : [])),
  };
})();
