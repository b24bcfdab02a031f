import { Button, chakra } from "@chakra-ui/react";
import type { ReactNode } from "react";

const Note = chakra("div", {
  base: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    columnGap: "3",
    rowGap: "1",
    px: "2",
    py: "1",
    color: "fg.muted",
    fontSize: "xs",
    overflowWrap: "anywhere",
    "&[data-failed]": { color: "phase.failed.fg" },
  },
});

/** The button that had the focus has gone with what it did; React calls this once, as the element comes. */
export function takeFocus(element: HTMLElement | null): void {
  element?.focus();
}

interface ViewNoteProps {
  words: string;
  failed?: boolean;
  children?: ReactNode;
}

/** Says what has been done to a view, or why it has not. */
export function ViewNote({ words, failed = false, children }: ViewNoteProps) {
  return (
    <Note role={failed ? "alert" : "status"} data-failed={failed ? "" : undefined}>
      <span>{words}</span>
      {children}
    </Note>
  );
}

export function UndoButton({ onUndo }: { onUndo: () => void }) {
  return (
    <Button ref={takeFocus} size="2xs" variant="outline" colorPalette="gray" onClick={onUndo}>
      Undo
    </Button>
  );
}
