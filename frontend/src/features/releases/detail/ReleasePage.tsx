import { useParams } from "react-router";
import { ErrorNotice } from "@/components/ErrorNotice";
import { PageTitle } from "@/components/PageTitle";
import type { Retry } from "@/components/RetryButton";
import { StaleBanner } from "@/components/StaleBanner";
import { categoryOf } from "@/lib/api/errors";
import { useLastError } from "@/lib/api/use-last-error";
import { LastKnown } from "@/lib/last-known";
import type { Link } from "@/lib/realtime/follow";
import { useConnectionToasts } from "../freshness/connection-toasts";
import { FreshnessMark } from "../freshness/FreshnessMark";
import { lapseOf, useStanding } from "../freshness/standing";
import { useLiveTree } from "./live-tree";
import { ReleaseHeader } from "./ReleaseHeader";
import { ReleaseSkeleton } from "./ReleaseSkeleton";
import { ReleaseView } from "./ReleaseView";
import type { TreeSnapshot } from "./release-query";

interface ReleaseProps {
  snapshot: TreeSnapshot;
  link: Link;
  error: Error | null;
  answeredAt: number;
  onRetry: Retry;
}

function Release({ snapshot: { tree, asOf }, link, error, answeredAt, onRetry }: ReleaseProps) {
  const { standing, reason } = useStanding({ link, freshness: tree.freshness, error, answeredAt });
  useConnectionToasts(standing);
  return (
    <>
      <PageTitle phase={tree.phase} lapse={lapseOf(standing)}>
        {tree.name || tree.id}
      </PageTitle>
      <LastKnown until={asOf} reason={reason}>
        <ReleaseHeader release={tree} freshness={<FreshnessMark standing={standing} link={link} asOf={asOf} />} />
        <ReleaseView release={tree} banner={reason && <StaleBanner since={asOf} reason={reason} onRetry={onRetry} />} />
      </LastKnown>
    </>
  );
}

function ReleaseById({ releaseId }: { releaseId: string }) {
  const { query, link } = useLiveTree(releaseId);
  const error = useLastError(query);
  const { data, dataUpdatedAt, refetch } = query;

  // What was shown before a role was taken away is no longer this reader's to see.
  if (error && (!data || categoryOf(error) === "forbidden")) return <ErrorNotice error={error} onRetry={refetch} />;
  if (!data) return <ReleaseSkeleton releaseId={releaseId} />;
  return <Release snapshot={data} link={link} error={error} answeredAt={dataUpdatedAt} onRetry={refetch} />;
}

export function ReleasePage() {
  const { releaseId = "" } = useParams();
  // Which branches are open is remembered for one release, not carried to the next.
  return (
    // In all views, so that nothing above them moves from one to another; said here, so that nothing moves when they
    // arrive.
    <div data-fills-screen="">
      <ReleaseById key={releaseId} releaseId={releaseId} />
    </div>
  );
}
