import { chakra } from "@chakra-ui/react";
import { useState } from "react";
import type { SavedView } from "@/lib/api/types";
import { UndoButton, ViewNote } from "./ViewNote";
import { refusalOf, useCreateView } from "./view-queries";

// As high as the view's own line: those below stay where they are.
const Line = chakra("li", { base: { display: "flex", alignItems: "center", minHeight: "3.25rem" } });

interface DeletedLineProps {
  view: SavedView;
  onRestored: () => void;
}

/** Stands where the view stood, with the way back. */
export function DeletedLine({ view: { name, query }, onRestored }: DeletedLineProps) {
  const { mutateAsync: create } = useCreateView();
  const [refusal, setRefusal] = useState<string | null>(null);

  async function restore() {
    try {
      await create({ name, query });
      onRestored();
    } catch (error) {
      setRefusal(refusalOf(error));
    }
  }

  return (
    <Line>
      <ViewNote
        failed={refusal !== null}
        words={refusal === null ? `“${name}” is deleted.` : `“${name}” is still deleted. ${refusal}`}
      >
        <UndoButton onUndo={restore} />
      </ViewNote>
    </Line>
  );
}
