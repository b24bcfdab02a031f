import { chakra } from "@chakra-ui/react";
import type { ReactNode } from "react";
import { useFlash } from "../flash";

export const Facts = chakra("dl", {
  base: {
    display: "grid",
    gridTemplateColumns: "repeat(2, minmax(0, 1fr))",
    columnGap: "3",
    rowGap: "2.5",
    fontSize: "sm",
  },
});

const Frame = chakra("div", { base: { minWidth: 0, borderRadius: "sm", "&[data-wide]": { gridColumn: "1 / -1" } } });
const Term = chakra("dt", { base: { color: "fg.muted", fontSize: "xs", overflowWrap: "anywhere" } });
const Value = chakra("dd", { base: { overflowWrap: "anywhere" } });

function isAnother(before: unknown, now: unknown): boolean {
  return JSON.stringify(before) !== JSON.stringify(now);
}

interface FactProps {
  term: string;
  /** What flashes the fact when it becomes another; left out for what only follows from something else. */
  shown?: unknown;
  wide?: boolean;
  children: ReactNode;
}

export function Fact({ term, shown, wide = false, children }: FactProps) {
  const flash = useFlash(shown, isAnother);
  return (
    <Frame data-wide={wide ? "" : undefined} {...flash}>
      <Term>{term}</Term>
      <Value>{children}</Value>
    </Frame>
  );
}
