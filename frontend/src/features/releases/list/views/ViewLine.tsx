import { chakra, IconButton } from "@chakra-ui/react";
import { type ReactNode, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { Link } from "react-router";
import { CheckIcon, PencilIcon, SaveIcon, TrashIcon } from "@/components/icons";
import type { SavedView } from "@/lib/api/types";
import { HOME } from "@/lib/destinations";
import { parseListParams } from "../list-params";
import { viewInWords } from "../view-words";
import { NameForm } from "./NameForm";
import { takeFocus, UndoButton, ViewNote } from "./ViewNote";
import { refusalOf, useChangeView, useDeleteView } from "./view-queries";

const Line = chakra("div", {
  base: {
    display: "flex",
    alignItems: "center",
    gap: "1",
    px: "1",
    borderRadius: "sm",
    _hover: { bg: "bg.muted" },
    "&[data-current]": { bg: "brand.subtle" },
  },
});

const Choice = chakra(Link, {
  base: {
    flex: "1 1 auto",
    minWidth: 0,
    display: "grid",
    gridTemplateColumns: "1.25rem minmax(0, 1fr)",
    px: "1",
    py: "1.5",
    borderRadius: "sm",
    focusVisibleRing: "inside",
  },
});

const Tick = chakra("span", { base: { color: "brand.fg", pt: "1" } });
const Name = chakra("span", { base: { fontWeight: "medium", overflowWrap: "anywhere" } });
const Words = chakra("span", {
  base: {
    gridColumn: 2,
    color: "fg.muted",
    fontSize: "xs",
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
  },
});

interface ActionProps {
  label: string;
  icon: ReactNode;
  onPress: () => void;
}

function Action({ label, icon, onPress }: ActionProps) {
  return (
    <IconButton size="xs" variant="ghost" colorPalette="gray" aria-label={label} title={label} onClick={onPress}>
      {icon}
    </IconButton>
  );
}

interface Said {
  words: string;
  failed?: boolean;
  /** What it showed before. */
  before?: string;
}

interface ViewLineProps {
  view: SavedView;
  isCurrent: boolean;
  /** Whether it was deleted, and is back: then it has the focus of what brought it back. */
  isRestored: boolean;
  /** What the page shows, as a query. */
  present: string;
  onChosen: () => void;
  onDeleted: () => void;
}

/** One saved view: a link, so that it can be opened in another tab, and what can be done to it. */
export function ViewLine({ view, isCurrent, isRestored, present, onChosen, onDeleted }: ViewLineProps) {
  const { id, name } = view;
  const [isRenamed, setRenamed] = useState(false);
  const [said, setSaid] = useState<Said | null>(null);
  const { mutateAsync: change } = useChangeView();
  const { mutateAsync: remove } = useDeleteView();
  const line = useRef<HTMLLIElement>(null);

  /** To the link: what had the focus goes. */
  function handFocusBack() {
    line.current?.querySelector("a")?.focus();
  }

  async function attempt(deed: () => Promise<unknown>, failure: string, done: () => void) {
    try {
      await deed();
      done();
    } catch (error) {
      setSaid({ words: `${failure} ${refusalOf(error)}`, failed: true });
    }
  }

  const replace = () =>
    attempt(
      () => change({ id, query: present }),
      "It shows what it did.",
      () => setSaid({ words: "It shows the present view now.", before: view.query }),
    );
  const takeBack = (query: string) =>
    attempt(
      () => change({ id, query }),
      "That can't be taken back.",
      () => {
        setSaid(null);
        handFocusBack();
      },
    );
  const discard = () => attempt(() => remove({ id }), "It could not be deleted.", onDeleted);

  function leaveName() {
    // At once: an animation frame may come before React has drawn the link, and the focus would be nobody's.
    flushSync(() => setRenamed(false));
    handFocusBack();
  }

  if (isRenamed) {
    return (
      <li ref={line}>
        <NameForm
          label={`New name of “${name}”`}
          initial={name}
          action="Rename"
          onName={(changed) => change({ id, name: changed })}
          onDone={leaveName}
          onCancel={leaveName}
        />
      </li>
    );
  }
  return (
    <li ref={line}>
      <Line data-current={isCurrent ? "" : undefined}>
        <ViewLink view={view} isCurrent={isCurrent} isRestored={isRestored} onChosen={onChosen} />
        {!isCurrent && <Action label={`Have “${name}” show the present view`} icon={<SaveIcon />} onPress={replace} />}
        <Action label={`Rename “${name}”`} icon={<PencilIcon />} onPress={() => setRenamed(true)} />
        <Action label={`Delete “${name}”`} icon={<TrashIcon />} onPress={discard} />
      </Line>
      {said && (
        <ViewNote words={said.words} failed={said.failed ?? false}>
          {said.before !== undefined && <UndoButton onUndo={() => takeBack(said.before ?? "")} />}
        </ViewNote>
      )}
    </li>
  );
}

function ViewLink({ view, isCurrent, isRestored, onChosen }: Omit<ViewLineProps, "present" | "onDeleted">) {
  const { name, query } = view;
  const words = viewInWords(parseListParams(new URLSearchParams(query)));
  return (
    <Choice
      ref={isRestored ? takeFocus : undefined}
      to={query ? `${HOME}?${query}` : HOME}
      aria-current={isCurrent ? "true" : undefined}
      onClick={onChosen}
    >
      <Tick>{isCurrent && <CheckIcon />}</Tick>
      <Name>{name}</Name>
      <Words title={words}>{words}</Words>
    </Choice>
  );
}
