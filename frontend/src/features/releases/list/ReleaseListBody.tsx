import { Button, chakra } from "@chakra-ui/react";
import type { ReactNode } from "react";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Notice } from "@/components/Notice";
import { categoryOf } from "@/lib/api/errors";
import type { ReleasePage } from "@/lib/api/types";
import { useMe, useSessionAskedAnew } from "@/lib/session";
import { isFiltered, type ListParams, withoutFilters } from "./list-params";
import type { LiveList } from "./live-list";
import { Pager } from "./Pager";
import type { ChangeView } from "./ReleaseListPage";
import { ReleaseRows } from "./ReleaseRows";
import { ReleaseTableSkeleton } from "./ReleaseTableSkeleton";
import { filtersInWords } from "./view-words";

const Results = chakra("div", {
  base: {
    display: "flex",
    flexDirection: "column",
    gap: "3",
    position: "relative",
    // Of the page before, while the next is on the way. Not dimmed: it can still be read, and its links followed.
    "&[aria-busy=true]": {
      cursor: "progress",
      _before: {
        content: '""',
        position: "absolute",
        insetInline: 0,
        top: "-2px",
        height: "2px",
        bg: "brand.solid",
        animation: "pulse 1s ease-in-out infinite",
      },
    },
    // What is stale must not pass for live.
    "&[data-stale] > :not([role=status])": { filter: "saturate(0.35)" },
  },
});

interface BodyProps {
  params: ListParams;
  live: LiveList;
  error: Error | null;
  /** Says why the list is not current. */
  banner: ReactNode;
  onChange: ChangeView;
}

function NoMatch({ params, onChange }: Pick<BodyProps, "params" | "onChange">) {
  const clear = () => onChange(withoutFilters(params));
  return (
    <Notice mark="○" title="No release matches." actions={<Button onClick={clear}>Clear filters</Button>}>
      None of the releases that you may see fits {filtersInWords(params)}.
      {params.search && " The search looks for a part of the ID."}
    </Notice>
  );
}

/** Where releases are looked for, for whoever expected some: as far as this reader can change it. */
function WhereFrom() {
  const { is_staff: isStaff, sees_all: seesAll, scopes } = useMe();
  if (isStaff) return <p>Expected some? The settings TEMPORAL_NAMESPACE and RELEASE_LIST_QUERY say which they are.</p>;
  if (seesAll) return null;
  return <p>Expected some? Your roles let you see {scopes.join(", ")}; an administrator can change that.</p>;
}

function NoReleases() {
  return (
    <Notice mark="○" title="There are no releases yet.">
      <p>As soon as a release's workflow starts in Temporal, it appears here by itself.</p>
      <WhereFrom />
    </Notice>
  );
}

/** The API answers a page beyond the last with an empty one, and with the count of all the same. */
function hasOthersOnly({ results, count }: ReleasePage): boolean {
  return results.length === 0 && count > 0;
}

function isBeyondLastPage(data: ReleasePage, { page }: ListParams): boolean {
  return hasOthersOnly(data) && page > 1;
}

function BeyondLastPage({ params, onChange }: Pick<BodyProps, "params" | "onChange">) {
  const toFirst = () => onChange({ ...params, page: 1 });
  return (
    <Notice mark="○" title={`There is no page ${params.page}.`} actions={<Button onClick={toFirst}>First page</Button>}>
      There are fewer releases than that, or some have been removed since.
    </Notice>
  );
}

function Nothing({ data, params, onChange }: Pick<BodyProps, "params" | "onChange"> & { data: ReleasePage }) {
  // Who has just lost all roles is to be told so: "nothing matches" would have them look for a mistake of theirs.
  useSessionAskedAnew();
  if (isBeyondLastPage(data, params)) return <BeyondLastPage params={params} onChange={onChange} />;
  return isFiltered(params) ? <NoMatch params={params} onChange={onChange} /> : <NoReleases />;
}

export function ReleaseListBody({ params, live, error, banner, onChange }: BodyProps) {
  const { list, progress, link } = live;
  const { data, refetch } = list;
  // A page is read from its top.
  const turn: ChangeView = (view) => {
    onChange(view);
    window.scrollTo({ top: 0 });
  };

  // What was shown before a role was taken away is no longer this reader's to see.
  if (error && (!data || categoryOf(error) === "forbidden")) {
    return <ErrorNotice error={error} onRetry={refetch} />;
  }
  // On the way back from beyond the last page there is nothing of before to show meanwhile.
  if (!data || (list.isPlaceholderData && hasOthersOnly(data))) return <ReleaseTableSkeleton rows={params.pageSize} />;
  return (
    <Results aria-busy={list.isPlaceholderData} data-stale={banner ? "" : undefined}>
      {banner}
      {data.results.length === 0 && <Nothing data={data} params={params} onChange={onChange} />}
      {data.results.length > 0 && (
        <>
          <ReleaseRows
            page={data}
            params={params}
            isOfBefore={list.isPlaceholderData}
            progress={progress.data ?? {}}
            progressPending={link.state === "up" || progress.isPending || progress.isPlaceholderData}
            onChange={onChange}
          />
          <Pager params={params} count={data.count} onChange={turn} />
        </>
      )}
    </Results>
  );
}
