import { chakra, Heading, Skeleton } from "@chakra-ui/react";
import { useQuery } from "@tanstack/react-query";
import { ErrorNotice } from "@/components/ErrorNotice";
import { RefreshIcon } from "@/components/icons";
import { Notice } from "@/components/Notice";
import { PageTitle } from "@/components/PageTitle";
import { RetryButton } from "@/components/RetryButton";
import { StaleBanner } from "@/components/StaleBanner";
import { ApiError, sentenceOf } from "@/lib/api/errors";
import type { Comparison } from "@/lib/api/types";
import { useLastError } from "@/lib/api/use-last-error";
import { useClock } from "@/lib/clock";
import { labelOf } from "@/lib/entities";
import { hasNoRole, useMe } from "@/lib/session";
import { formatClock, formatExact } from "@/lib/time";
import { ComparandPickers } from "./ComparandPickers";
import { ComparisonView } from "./ComparisonView";
import { type ChangeAddress, type CompareAddress, useCompareAddress } from "./compare-address";
import { comparisonQuery, isMoving, PERIOD_MS, type Reading } from "./compare-query";

const Top = chakra("div", {
  base: { display: "flex", flexWrap: "wrap", alignItems: "center", columnGap: "3", rowGap: "1", mb: "4" },
});
const AsOf = chakra("div", {
  base: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    columnGap: "2",
    minHeight: "8",
    marginInlineStart: "auto",
    color: "fg.muted",
    fontSize: "sm",
  },
});
const Banner = chakra("div", { base: { mb: "3" } });

type Query = ReturnType<typeof useComparison>;

function useComparison({ a, b, kinds }: CompareAddress) {
  const isWhole = kinds.includes("unchanged");
  // Nothing is asked about one release alone, or about one and itself.
  const isChosen = b !== null && a !== b;
  return useQuery({ ...comparisonQuery({ a, b: b ?? "" }, isWhole), enabled: isChosen });
}

function moves({ a, b }: Comparison): boolean {
  return isMoving(a) || isMoving(b);
}

/** It is a reading of a moment: of when, and the way to another. */
function AsOfNote({ reading, query }: { reading: Reading; query: Query }) {
  const { asOf, comparison } = reading;
  const clock = useClock((now) => formatClock(asOf, now));
  return (
    <AsOf>
      <span title={formatExact(asOf)}>
        as of <time dateTime={new Date(asOf).toISOString()}>{clock}</time>
        {moves(comparison) && `, read again every ${PERIOD_MS / 1_000} s`}
      </span>
      <RetryButton size="xs" variant="outline" colorPalette="gray" onRetry={query.refetch}>
        <RefreshIcon /> Refresh
      </RetryButton>
    </AsOf>
  );
}

function titleOf({ a, b }: CompareAddress, comparison: Comparison | undefined): string {
  if (comparison) return `${labelOf(comparison.b)} compared with ${labelOf(comparison.a)}`;
  return a || b ? `Compare ${[a, b].filter(Boolean).join(" with ")}` : "Compare releases";
}

function Unchosen({ address: { a, b } }: { address: CompareAddress }) {
  if (a !== null && a === b) {
    return (
      <Notice mark="=" title="This is one release twice.">
        Choose another one above to see what differs.
      </Notice>
    );
  }
  return (
    <Notice mark="⇄" title="Choose the releases to compare.">
      {a === null
        ? "Choose one under B: it is compared with the last one before it that worked, or with what you choose under A."
        : "Choose what to compare it with under B."}
    </Notice>
  );
}

function Failed({ error, query }: { error: Error; query: Query }) {
  if (error instanceof ApiError && error.code === "previous_release_not_found") {
    return (
      <Notice mark="○" title="There is none before it that worked.">
        No release that you may see started before this one and succeeded. Choose under A what to compare it with.
      </Notice>
    );
  }
  return <ErrorNotice error={error} onRetry={query.refetch} />;
}

function ComparisonSkeleton() {
  return (
    <div role="status" aria-label="Comparing">
      <Skeleton height="6" width="48" mb="4" />
      <Skeleton height="8" mb="3" />
      <Skeleton height="72" />
    </div>
  );
}

interface ComparisonBodyProps {
  address: CompareAddress;
  query: Query;
  error: Error | null;
  onChange: ChangeAddress;
}

/** Why what is shown may not hold: it could not be read this time, or one of the two can't be read by the portal. */
function lapseOf({ comparison: { a, b } }: Reading, error: Error | null): string | null {
  if (error) return sentenceOf(error);
  if (a.freshness !== "stale" && b.freshness !== "stale") return null;
  return "Temporal can't be read at the moment. This is the last known state.";
}

function ComparisonBody({ address, query, error, onChange }: ComparisonBodyProps) {
  if (!query.isEnabled) return <Unchosen address={address} />;
  const reading = query.data;
  if (!reading) return error ? <Failed error={error} query={query} /> : <ComparisonSkeleton />;
  const lapse = lapseOf(reading, error);
  return (
    <>
      {lapse && (
        <Banner>
          <StaleBanner since={reading.asOf} reason={lapse} onRetry={query.refetch} />
        </Banner>
      )}
      <ComparisonView comparison={reading.comparison} address={address} stale={lapse !== null} onChange={onChange} />
    </>
  );
}

function Compare() {
  const [address, change] = useCompareAddress();
  const query = useComparison(address);
  const error = useLastError(query);
  const reading = query.isEnabled ? query.data : undefined;
  return (
    <>
      <PageTitle>{titleOf(address, reading?.comparison)}</PageTitle>
      <Top>
        <Heading as="h1" size="xl">
          Compare releases
        </Heading>
        {reading && <AsOfNote reading={reading} query={query} />}
      </Top>
      <ComparandPickers
        address={address}
        comparison={reading?.comparison}
        isLoading={query.isEnabled && !error}
        onChange={change}
      />
      <ComparisonBody address={address} query={query} error={error} onChange={change} />
    </>
  );
}

function NoRole({ email }: { email: string }) {
  return (
    <>
      <PageTitle>Compare releases</PageTitle>
      <Notice mark="○" title="You have no role yet.">
        Your account {email} is not a member of any group that may see releases. Ask an administrator to give you a
        role.
      </Notice>
    </>
  );
}

export function ComparePage() {
  const me = useMe();
  return hasNoRole(me) ? <NoRole email={me.email} /> : <Compare />;
}
