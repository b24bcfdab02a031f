import { Button, chakra } from "@chakra-ui/react";

const Frame = chakra("div", {
  base: { p: "8", display: "flex", flexDirection: "column", alignItems: "center", gap: "3", color: "fg.muted" },
});

interface NothingMatchesProps {
  /** Whether failures alone are asked for, of all that the release holds. */
  failures: boolean;
  onClear: () => void;
}

/** In place of a view in which the filter leaves nothing to see. */
export function NothingMatches({ failures, onClear }: NothingMatchesProps) {
  return (
    <Frame>
      <p>{failures ? "Nothing in this release has failed." : "Nothing in this release matches."}</p>
      <Button size="sm" variant="outline" onClick={onClear}>
        Show all
      </Button>
    </Frame>
  );
}
