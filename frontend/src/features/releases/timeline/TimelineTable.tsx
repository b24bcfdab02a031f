import { Button, chakra } from "@chakra-ui/react";
import { useMemo, useState } from "react";
import { ArrowDownIcon, ArrowUpIcon, ChevronLeftIcon, ChevronRightIcon } from "@/components/icons";
import { PhaseBadge } from "@/components/PhaseBadge";
import type { Hierarchy } from "@/lib/api/types";
import { labelOf, type TreeEntity, wayTo } from "@/lib/entities";
import { formatCount } from "@/lib/numbers";
import { formatClock, formatExact } from "@/lib/time";
import type { ViewProps } from "../detail/views";
import type { TreeRow } from "../tree/rows";
import { nextSort, type Sort, type SortKey, sorted } from "./sorting";
import { tableStyles } from "./table-styles";
import { surroundingsIn, type Times, timesOf } from "./times";
import { timelineName, tookInWords } from "./words";

/** Rows of a page. Not drawn as they are scrolled to, as the bars are: whoever hears a table goes through it row by row. */
const PAGE_ROWS = 50;
/** How often what goes on is sorted anew: rows that change places each second can't be read. */
const RESORT_MS = 10_000;

const Frame = chakra("div", { base: tableStyles });

const COLUMNS: readonly [key: SortKey | null, label: string][] = [
  [null, "Name"],
  [null, "Level"],
  [null, "State"],
  ["started", "Started"],
  ["ended", "Ended"],
  ["took", "Took"],
];

interface HeadProps {
  sort: Sort;
  onSort: (sort: Sort) => void;
}

function Head({ sort, onSort }: HeadProps) {
  return (
    <tr aria-rowindex={1}>
      {COLUMNS.map(([key, label]) =>
        key === null ? (
          <th key={label} scope="col">
            {label}
          </th>
        ) : (
          <SortableHead key={label} sortKey={key} label={label} sort={sort} onSort={onSort} />
        ),
      )}
    </tr>
  );
}

function SortableHead({ sortKey, label, sort, onSort }: HeadProps & { sortKey: SortKey; label: string }) {
  const order = sort?.descending ? "descending" : "ascending";
  const isSorted = sort?.key === sortKey;
  return (
    <th scope="col" aria-sort={isSorted ? order : "none"}>
      <button type="button" className="timeline-sort" onClick={() => onSort(nextSort(sort, sortKey))}>
        {label}
        <span className="timeline-sort-order" data-sorted={isSorted ? "" : undefined}>
          {order === "descending" ? <ArrowDownIcon /> : <ArrowUpIcon />}
        </span>
      </button>
    </th>
  );
}

function Moment({ at, now }: { at: number; now: number }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={formatExact(at)}>
      {formatClock(at, now)}
    </time>
  );
}

function Started({ times, now }: { times: Times; now: number }) {
  if (times.kind === "span") return <Moment at={times.from} now={now} />;
  return times.kind === "none" ? times.why : "not given";
}

function Ended({ times, now }: { times: Times; now: number }) {
  if (times.kind === "none") return "–";
  if (times.kind === "span") return times.goesOn ? "going on" : <Moment at={times.to} now={now} />;
  return (
    <>
      changed <Moment at={times.at} now={now} />
    </>
  );
}

interface RowProps extends Pick<ViewProps, "release" | "selected" | "onSelect"> {
  entity: TreeEntity;
  index: number;
  now: number;
}

function placeOf(release: Hierarchy, { path }: TreeEntity): string {
  const way = wayTo(release, path)?.slice(1, -1) ?? [];
  return way.map(labelOf).join(" › ");
}

function Row({ release, entity, index, selected, onSelect, now }: RowProps) {
  const times = timesOf(surroundingsIn(release), entity, now);
  const place = placeOf(release, entity);
  return (
    <tr aria-rowindex={index + 2}>
      <th scope="row">
        <button
          type="button"
          className="timeline-entity"
          aria-current={entity.path === selected ? "true" : undefined}
          onClick={() => onSelect(entity.path)}
        >
          {labelOf(entity)}
        </button>
        {place && <span className="timeline-place">{place}</span>}
      </th>
      <td>{entity.type}</td>
      <td>
        <PhaseBadge phase={entity.phase} state={entity.state} />
        {entity.error_message && <span className="timeline-message">{entity.error_message}</span>}
        {entity.problem && <span className="timeline-message">{entity.problem.detail}</span>}
      </td>
      <td>
        <Started times={times} now={now} />
      </td>
      <td>
        <Ended times={times} now={now} />
      </td>
      <td>{tookInWords(times) || "–"}</td>
    </tr>
  );
}

interface PagesProps {
  page: number;
  count: number;
  onPage: (page: number) => void;
}

function Pages({ page, count, onPage }: PagesProps) {
  const last = Math.max(0, Math.ceil(count / PAGE_ROWS) - 1);
  const look = { size: "xs", variant: "outline", colorPalette: "gray" } as const;
  const [from, to] = [page * PAGE_ROWS + 1, Math.min((page + 1) * PAGE_ROWS, count)];
  return (
    <nav className="timeline-pages" aria-label="Pages of the table">
      <span>
        {formatCount(from)}–{formatCount(to)} of {formatCount(count)}
      </span>
      <Button {...look} disabled={page <= 0} onClick={() => onPage(page - 1)}>
        <ChevronLeftIcon /> Previous
      </Button>
      <Button {...look} disabled={page >= last} onClick={() => onPage(page + 1)}>
        Next <ChevronRightIcon />
      </Button>
    </nav>
  );
}

interface TimelineTableProps extends Pick<ViewProps, "release" | "selected" | "onSelect"> {
  rows: readonly TreeRow[];
  now: number;
}

function useSorted({ release, rows, now }: Pick<TimelineTableProps, "release" | "rows" | "now">, sort: Sort) {
  const sortedAt = Math.ceil(now / RESORT_MS) * RESORT_MS;
  return useMemo(
    () =>
      sorted(
        rows.map(({ entity }) => entity),
        sort,
        { release, now: sortedAt },
      ),
    [rows, sort, release, sortedAt],
  );
}

/** The same rows as a table, which can be heard as well as seen, and sorted. */
export function TimelineTable({ release, rows, now, selected, onSelect }: TimelineTableProps) {
  const [sort, setSort] = useState<Sort>(null);
  const [asked, setPage] = useState(0);
  const entities = useSorted({ release, rows, now }, sort);
  // Fewer rows, as under a filter, may leave no such page.
  const page = Math.min(asked, Math.max(0, Math.ceil(entities.length / PAGE_ROWS) - 1));
  const first = page * PAGE_ROWS;

  return (
    <Frame>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <section className="timeline-scroll" aria-label="Table" tabIndex={0}>
        <table aria-label={timelineName(release)} aria-rowcount={entities.length + 1}>
          <thead>
            <Head
              sort={sort}
              onSort={(next) => {
                setSort(next);
                setPage(0);
              }}
            />
          </thead>
          <tbody>
            {entities.slice(first, first + PAGE_ROWS).map((entity, index) => (
              <Row
                // biome-ignore lint/suspicious/noArrayIndexKey: a broken tree may hold a path twice
                key={`${entity.path} ${index}`}
                release={release}
                entity={entity}
                index={first + index}
                selected={selected}
                onSelect={onSelect}
                now={now}
              />
            ))}
          </tbody>
        </table>
      </section>
      {entities.length > PAGE_ROWS && <Pages page={page} count={entities.length} onPage={setPage} />}
    </Frame>
  );
}
