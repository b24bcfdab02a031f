/** Starts something, and returns what ends it. */
type Start = () => () => void;

/** Browsers lock in secure contexts only. Where they don't, the tab that is looked at does it. */
function leadInSight(start: Start): () => void {
  let end: (() => void) | null = null;

  function look() {
    const isInSight = document.visibilityState === "visible";
    if (isInSight) end ??= start();
    else {
      end?.();
      end = null;
    }
  }

  look();
  document.addEventListener("visibilitychange", look);
  return () => {
    document.removeEventListener("visibilitychange", look);
    end?.();
  };
}

/**
 * Does in one of the browser's tabs what all of them offer to do; when that tab closes, another takes over.
 *
 * The returned function withdraws the offer.
 */
export function lead(name: string, start: Start): () => void {
  if (!navigator.locks) return leadInSight(start);
  const withdrawal = new AbortController();
  const withdrawn = new Promise<void>((resolve) => withdrawal.signal.addEventListener("abort", () => resolve()));

  async function hold() {
    const end = start();
    await withdrawn;
    end();
  }

  // Rejects where the offer is withdrawn before its turn comes.
  navigator.locks.request(name, { signal: withdrawal.signal }, hold).catch(() => {});
  return () => withdrawal.abort();
}
