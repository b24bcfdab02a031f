import { Button, chakra } from "@chakra-ui/react";
import { PhaseGlyph } from "@/components/PhaseGlyph";
import { ZOOMS, type Zoom } from "../detail/release-address";

const WORDS: Record<Zoom, string> = { names: "Names", glyphs: "Glyphs", dots: "Dots" };

const Bar = chakra("div", { base: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: "2" } });

const Choices = chakra("fieldset", {
  base: { display: "flex", borderWidth: "1px", borderRadius: "md", overflow: "clip", bg: "bg.panel" },
});

const Choice = chakra("button", {
  base: {
    px: "2.5",
    height: "8",
    fontSize: "xs",
    fontWeight: "medium",
    color: "fg.muted",
    cursor: "pointer",
    focusVisibleRing: "inside",
    _hover: { bg: "bg.muted" },
    "&[aria-pressed=true]": { bg: "brand.muted", color: "fg" },
    "& + &": { borderInlineStartWidth: "1px" },
  },
});

interface BoardToolsProps {
  zoom: Zoom;
  onZoom: (zoom: Zoom) => void;
  hasTrouble: boolean;
  onNextTrouble: () => void;
}

export function BoardTools({ zoom, onZoom, hasTrouble, onNextTrouble }: BoardToolsProps) {
  return (
    <Bar role="group" aria-label="Board">
      <Choices aria-label="Zoom">
        {ZOOMS.map((each) => (
          <Choice key={each} type="button" aria-pressed={each === zoom} onClick={() => onZoom(each)}>
            {WORDS[each]}
          </Choice>
        ))}
      </Choices>
      <Button
        size="xs"
        variant="outline"
        colorPalette="gray"
        bg="bg.panel"
        title="To the next that failed or can't be read: n, and N for the one before"
        _icon={{ width: "3", height: "3" }}
        disabled={!hasTrouble}
        onClick={onNextTrouble}
      >
        <PhaseGlyph phase="failed" /> Next failure
      </Button>
    </Bar>
  );
}
