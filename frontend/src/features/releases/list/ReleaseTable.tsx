import { chakra } from "@chakra-ui/react";
import { memo, type ReactNode } from "react";
import { ArrowDownIcon, ArrowUpIcon } from "@/components/icons";
import { nextSort, type Sort, type SortKey } from "./list-params";
import { tableStyles } from "./list-styles";
import {
  ReleaseDuration,
  ReleaseName,
  ReleaseProgress,
  type ReleaseRowProps,
  ReleaseStarted,
  ReleaseState,
  type ReleasesProps,
  ReleaseTrouble,
  useReleaseFlash,
  useRowFocus,
} from "./release-cells";

export const TableFrame = chakra("div", { base: tableStyles });

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
  /** What stands in the column beside that by which it is sorted. */
  children?: ReactNode;
}

function Sortable({ label, sortKey, sort, onSort, children }: SortableProps) {
  const isSorted = sort.key === sortKey;
  const order = sort.descending ? "descending" : "ascending";
  return (
    <th scope="col" aria-sort={isSorted ? order : "none"}>
      {children}
      <SortButton type="button" onClick={() => onSort(nextSort(sort, sortKey))}>
        {label}
        <chakra.span visibility={isSorted ? "visible" : "hidden"}>
          {sort.descending ? <ArrowDownIcon /> : <ArrowUpIcon />}
        </chakra.span>
      </SortButton>
    </th>
  );
}

const ReleaseRow = memo(function ReleaseRow(props: ReleaseRowProps) {
  const { release, progress } = props;
  const flash = useReleaseFlash(release, progress);
  return (
    <tr className="release-row" data-key={release.id} {...flash}>
      <td>
        <ReleaseName release={release} />
      </td>
      <td>
        <ReleaseState release={release} />
      </td>
      <td>
        <ReleaseProgress {...props} />
      </td>
      <td>
        <ReleaseTrouble {...props} twoLines />
      </td>
      <td>
        <ReleaseStarted release={release} />
      </td>
      <td>
        <ReleaseDuration release={release} />
      </td>
    </tr>
  );
});

export function ReleaseTable({ releases, progress, progressPending, sort, onSort }: ReleasesProps) {
  const { ref, ...heirProps } = useRowFocus<HTMLDivElement>(releases);
  return (
    <TableFrame ref={ref} {...heirProps}>
      <table aria-label="Releases" tabIndex={-1} data-rows="">
        <colgroup>
          <col data-column="name" />
          <col data-column="state" />
          <col data-column="progress" />
          <col />
          <col data-column="started" />
          <col data-column="duration" />
        </colgroup>
        <thead>
          <tr>
            <Sortable label="Release" sortKey="id" sort={sort} onSort={onSort} />
            <Sortable label="Status" sortKey="status" sort={sort} onSort={onSort}>
              State ·{" "}
            </Sortable>
            <th scope="col">Progress</th>
            <th scope="col">What holds it up</th>
            <Sortable label="Started" sortKey="started_at" sort={sort} onSort={onSort} />
            <Sortable label="Ended" sortKey="ended_at" sort={sort} onSort={onSort}>
              Duration ·{" "}
            </Sortable>
          </tr>
        </thead>
        <tbody>
          {releases.map((release) => (
            <ReleaseRow key={release.id} release={release} progress={progress[release.id]} pending={progressPending} />
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
}
