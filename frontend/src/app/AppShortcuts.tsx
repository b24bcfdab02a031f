import { type ComponentType, useEffect, useMemo, useState } from "react";
import { useMatch, useNavigate } from "react-router";
import { listenToKeys, type ShortcutGroup, useShortcuts } from "@/components/shortcuts/shortcuts";
import { toast } from "@/components/toasts/toast";
import { compareHref, HOME } from "@/lib/destinations";

/** The search of the page in sight, which bears this mark. */
const SEARCHES = "[data-shortcut=search]";

function focusSearch(): boolean {
  const searches = [...document.querySelectorAll<HTMLInputElement>(SEARCHES)];
  // Not every browser knows of it yet: then the first one will do.
  const search = searches.find((candidate) => candidate.checkVisibility?.() ?? true);
  search?.focus();
  search?.select();
  return search !== undefined;
}

type KeyList = ComponentType<{ onClose: () => void }>;

async function loadKeyList(): Promise<KeyList | null> {
  try {
    return (await import("@/components/shortcuts/KeyListDialog")).KeyListDialog;
  } catch {
    toast("The list of keys could not be loaded. The connection may be gone.", { tone: "warning" });
    return null;
  }
}

interface AppShortcutsProps {
  showsKeys: boolean;
  onShowKeys: (shows: boolean) => void;
}

/** The keys that mean the same everywhere in the portal, and the list of all keys. */
export function AppShortcuts({ showsKeys, onShowKeys }: AppShortcutsProps) {
  const navigate = useNavigate();
  // Where a release is in sight, that is the one to be compared.
  const releaseId = useMatch("/releases/:releaseId")?.params.releaseId ?? null;
  const [KeyList, setKeyList] = useState<KeyList | null>(null);

  const group = useMemo<ShortcutGroup>(
    () => ({
      title: "Everywhere",
      shortcuts: [
        { keys: "/", does: "Search on this page", run: focusSearch },
        { keys: "g l", does: "Go to the list of releases", run: () => navigate(HOME) },
        { keys: "g c", does: "Compare releases", run: () => navigate(compareHref(releaseId)) },
        { keys: "?", does: "Show this list", run: () => onShowKeys(true) },
      ],
    }),
    [navigate, onShowKeys, releaseId],
  );
  useShortcuts(group);
  useEffect(listenToKeys, []);

  useEffect(() => {
    if (!showsKeys || KeyList) return;
    void loadKeyList().then((loaded) => (loaded ? setKeyList(() => loaded) : onShowKeys(false)));
  }, [showsKeys, KeyList, onShowKeys]);

  return showsKeys && KeyList ? <KeyList onClose={() => onShowKeys(false)} /> : null;
}
