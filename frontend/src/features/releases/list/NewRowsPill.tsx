import { Button, chakra } from "@chakra-ui/react";
import { useMemo } from "react";
import { ArrowUpIcon } from "@/components/icons";
import { useShortcuts } from "@/components/shortcuts/shortcuts";

// Takes no room: it lies over the list's upper edge, and stays in sight however far that is scrolled away.
const Anchor = chakra("div", {
  base: {
    position: "sticky",
    top: "6",
    zIndex: "docked",
    height: 0,
    display: "flex",
    justifyContent: "center",
    alignItems: "center",
  },
});

function Keys({ onShow }: { onShow: () => void }) {
  const group = useMemo(
    () => ({ title: "The list", shortcuts: [{ keys: ".", does: "Show what has come in", run: onShow }] }),
    [onShow],
  );
  useShortcuts(group);
  return null;
}

interface NewRowsPillProps {
  /** What has come in, such as "3 new releases"; null where nothing has. */
  words: string | null;
  onShow: () => void;
}

/** Offers rows that would push away what somebody reads. */
export function NewRowsPill({ words, onShow }: NewRowsPillProps) {
  return (
    <>
      {/* Stands there before it says anything: what comes together with its region is not announced. */}
      <div role="status" className="visually-hidden">
        {words}
      </div>
      {words && (
        <Anchor data-offers-rows="">
          <Button
            size="xs"
            borderRadius="full"
            boxShadow="md"
            title="Shows what has come in (key .)"
            aria-keyshortcuts="."
            onClick={onShow}
          >
            <ArrowUpIcon /> {words}
          </Button>
          <Keys onShow={onShow} />
        </Anchor>
      )}
    </>
  );
}
