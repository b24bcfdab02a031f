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

  const rowOf = (element) => element?.closest("[data-key]");

  /** What must stay as it is while the tree changes. */
  function standing() {
    const row = rowOf(document.activeElement);
    const chosen = document.querySelector('[role="treeitem"][aria-selected="true"]');
    return {
      focus: row?.dataset.key,
      top: row?.getBoundingClientRect().top ?? 0,
      choice: `${location.search} ${chosen?.dataset.key}`,
    };
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

    /** Looks each frame until `stop` is called, which says how many frames were left out, how far the row with the
     * focus moved in the window, and in how many frames the focus or the choice was another. */
    watch() {
      const seen = { dropped: 0, moved: 0, lost: 0 };
      const before = standing();
      let running = true;
      let last = performance.now();
      const look = (now) => {
        seen.dropped += Math.max(0, Math.round((now - last) / FRAME_MS) - 1);
        last = now;
        const { focus, top, choice } = standing();
        if (focus !== before.focus || choice !== before.choice) seen.lost += 1;
        else seen.moved = Math.max(seen.moved, Math.abs(top - before.top));
        if (running) requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
      this.stop = () => {
        running = false;
        return { ...seen, before };
      };
    },

    /** Where in the window the first of these stands below its middle; undefined where none does. */
    middleOf(selector) {
      const rects = [...document.querySelectorAll(selector)].map((each) => each.getBoundingClientRect());
      const found = rects.find(({ top, bottom }) => top > innerHeight / 2 && bottom < innerHeight);
      return found && { x: found.x + 200, y: found.y + found.height / 2 };
    },

    /** The key and the text of each row that is drawn. */
    rows() {
      const rows = document.querySelectorAll('[role="treeitem"]');
      return [...rows].map((row) => [row.dataset.key, row.textContent]);
    },
  };
})();
