import { chakra } from "@chakra-ui/react";
import { memo } from "react";
import { ArrowDownIcon, ArrowUpIcon } from "@/components/icons";
import { RelativeTime } from "@/components/RelativeTime";
import { RUN_STATUS_WORDS } from "@/lib/run-status";
import { nextSort, type Sort, type SortKey } from "./list-params";
import {
  ReleaseName,
  ReleaseProgress,
  type ReleaseRowProps,
  ReleaseState,
  type ReleasesProps,
  useReleaseFlash,
  useRowFocus,
} from "./release-cells";

export const TableFrame = chakra("div", {
  base: { bg: "bg.panel", borderWidth: "1px", borderRadius: "lg", overflowX: "auto" },
});

const Table = chakra("table", { base: { width: "100%", borderCollapse: "collapse", fontSize: "sm" } });

const HeadCell = chakra("th", {
  base: {
    px: "3",
    py: "2",
    textAlign: "start",
    fontWeight: "medium",
    color: "fg.muted",
    whiteSpace: "nowrap",
    borderBottomWidth: "1px",
  },
});

const Cell = chakra("td", {
  base: { px: "3", py: "1.5", height: "3.25rem", verticalAlign: "middle", whiteSpace: "nowrap" },
});

const Row = chakra("tr", {
  base: {
    borderBottomWidth: "1px",
    borderColor: "border.muted",
    _last: { borderBottomWidth: 0 },
    _hover: { bg: "bg.canvas" },
  },
});

const SortButton = chakra("button", {
  base: {
    display: "inline-flex",
    alignItems: "center",
    gap: "1",
    cursor: "pointer",
    borderRadius: "sm",
    fontWeight: "inherit",
    focusVisibleRing: "outside",
    _hover: { color: "fg" },
  },
});

interface SortableProps {
  label: string;
  sortKey: SortKey;
  sort: Sort;
  onSort: (sort: Sort) => void;
}

function Sortable({ label, sortKey, sort, onSort }: SortableProps) {
  const isSorted = sort.key === sortKey;
  const order = sort.descending ? "descending" : "ascending";
  return (
    <HeadCell scope="col" aria-sort={isSorted ? order : "none"} color={isSorted ? "fg" : undefined}>
      <SortButton type="button" onClick={() => onSort(nextSort(sort, sortKey))}>
        {label}
        <chakra.span visibility={isSorted ? "visible" : "hidden"}>
          {sort.descending ? <ArrowDownIcon /> : <ArrowUpIcon />}
        </chakra.span>
      </SortButton>
    </HeadCell>
  );
}

const ReleaseRow = memo(function ReleaseRow({ release, rollup, rollupPending }: ReleaseRowProps) {
  const flash = useReleaseFlash(release, rollup);
  return (
    <Row data-key={release.id} {...flash}>
      <Cell whiteSpace="normal" minWidth="56">
        <ReleaseName release={release} />
      </Cell>
      <Cell whiteSpace="normal" maxWidth="80">
        <ReleaseState release={release} />
      </Cell>
      <Cell width="72">
        <ReleaseProgress release={release} rollup={rollup} pending={rollupPending} />
      </Cell>
      <Cell>{RUN_STATUS_WORDS[release.status]}</Cell>
      <Cell>
        <RelativeTime at={release.started_at} />
      </Cell>
      <Cell>
        <RelativeTime at={release.updated_at} />
      </Cell>
      <Cell>
        <RelativeTime at={release.ended_at} />
      </Cell>
    </Row>
  );
});

export function ReleaseTable({ releases, rollups, rollupsPending, sort, onSort }: ReleasesProps) {
  const { ref, ...heirProps } = useRowFocus<HTMLDivElement>(releases);
  return (
    <TableFrame ref={ref} {...heirProps}>
      <Table aria-label="Releases">
        <thead>
          <tr>
            <Sortable label="Release" sortKey="id" sort={sort} onSort={onSort} />
            <HeadCell scope="col">State</HeadCell>
            <HeadCell scope="col">Apps</HeadCell>
            <HeadCell scope="col">Temporal status</HeadCell>
            <Sortable label="Started" sortKey="started_at" sort={sort} onSort={onSort} />
            <HeadCell scope="col">Updated</HeadCell>
            <Sortable label="Ended" sortKey="ended_at" sort={sort} onSort={onSort} />
          </tr>
        </thead>
        <tbody>
          {releases.map((release) => (
            <ReleaseRow
              key={release.id}
              release={release}
              rollup={rollups[release.id]}
              rollupPending={rollupsPending}
            />
          ))}
        </tbody>
      </Table>
    </TableFrame>
  );
}
