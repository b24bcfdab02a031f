import { chakra, Skeleton } from "@chakra-ui/react";
import { TableFrame } from "./ReleaseTable";

// As many as fill a screen: more would only lengthen the page's scroll bar for a moment.
const MOST_ROWS = 20;

const Row = chakra("div", {
  base: {
    display: "flex",
    alignItems: "center",
    gap: "6",
    px: "3",
    height: { base: "32", lg: "53px" },
    borderBottomWidth: "1px",
    borderColor: "border.muted",
    _last: { borderBottomWidth: 0 },
  },
});

export function ReleaseTableSkeleton({ rows }: { rows: number }) {
  const indices = Array.from({ length: Math.min(rows, MOST_ROWS) }, (_, index) => index);
  return (
    <TableFrame role="status" aria-label="Loading releases">
      <Row height="37px" hideBelow="lg" />
      {indices.map((index) => (
        <Row key={index}>
          <Skeleton height="4" flex="2" maxWidth="72" />
          <Skeleton height="5" width="24" />
          <Skeleton height="2" flex="1" hideBelow="lg" />
          <Skeleton height="4" width="16" hideBelow="lg" />
        </Row>
      ))}
    </TableFrame>
  );
}
