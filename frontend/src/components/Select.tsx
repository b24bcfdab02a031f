import { chakra, type HTMLChakraProps } from "@chakra-ui/react";
import { ChevronDownIcon } from "./icons";

const Frame = chakra("div", {
  base: { position: "relative", display: "flex", width: "fit-content" },
});

const Box = chakra("select", {
  base: {
    minWidth: 0,
    appearance: "none",
    bg: "bg.panel",
    borderWidth: "1px",
    borderRadius: "l2",
    lineHeight: "normal",
    focusVisibleRing: "inside",
    "& > option": { bg: "bg" },
  },
  variants: {
    size: {
      xs: { height: "8", ps: "2", pe: "6", textStyle: "xs" },
      sm: { height: "9", ps: "2.5", pe: "8", textStyle: "sm" },
    },
  },
});

const Mark = chakra("span", {
  base: {
    position: "absolute",
    insetBlock: 0,
    insetInlineEnd: "2",
    display: "flex",
    alignItems: "center",
    pointerEvents: "none",
    color: "fg.muted",
  },
});

interface SelectProps extends Omit<HTMLChakraProps<"select">, "size"> {
  size: "xs" | "sm";
}

/** The browser's own choice of one of several options, in the portal's looks. `hideFrom` and the like hide it whole. */
export function Select({ size, hideFrom, ...props }: SelectProps) {
  return (
    <Frame {...(hideFrom && { hideFrom })}>
      <Box size={size} {...props} />
      <Mark>
        <ChevronDownIcon />
      </Mark>
    </Frame>
  );
}
