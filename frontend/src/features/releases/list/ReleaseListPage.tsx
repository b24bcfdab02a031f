import { chakra, Heading } from "@chakra-ui/react";
import { Link, useSearchParams } from "react-router";
import { Notice } from "@/components/Notice";
import { PageTitle } from "@/components/PageTitle";
import { StaleBanner } from "@/components/StaleBanner";
import { useLastError } from "@/lib/api/use-last-error";
import { compareHref } from "@/lib/destinations";
import { LastKnown } from "@/lib/last-known";
import { hasNoRole, useMe } from "@/lib/session";
import { useConnectionToasts } from "../freshness/connection-toasts";
import { FreshnessMark } from "../freshness/FreshnessMark";
import { lapseOf, useStanding } from "../freshness/standing";
import { useCounts } from "./counts";
import { ListToolbar } from "./ListToolbar";
import { formatListParams, type ListParams, parseListParams } from "./list-params";
import { useLiveList } from "./live-list";
import { ReleaseListBody } from "./ReleaseListBody";

const Top = chakra("div", {
  base: { display: "flex", flexWrap: "wrap", alignItems: "baseline", columnGap: "3", mb: "4" },
});

const Count = chakra("span", { base: { color: "fg.muted", fontSize: "sm" } });
const CompareLink = chakra(Link, {
  base: {
    color: "brand.fg",
    fontSize: "sm",
    borderRadius: "sm",
    focusVisibleRing: "outside",
    textDecoration: "underline",
  },
});
const Freshness = chakra("span", { base: { color: "fg.muted", fontSize: "sm", marginInlineStart: "auto" } });

/** `replace` for what is typed: each letter is no step to go back to. */
export type ChangeView = (params: ListParams, options?: { replace: boolean }) => void;

function NoRole({ email }: { email: string }) {
  return (
    <>
      <PageTitle>Releases</PageTitle>
      <Notice mark="○" title="You have no role yet.">
        Your account {email} is not a member of any group that may see releases. Ask an administrator to give you a
        role; this page will show your releases as soon as they have.
      </Notice>
    </>
  );
}

function countInWords(count: number): string {
  return count === 1 ? "1 release" : `${count.toLocaleString("en")} releases`;
}

function ReleaseList() {
  const [address, setAddress] = useSearchParams();
  const params = parseListParams(address);
  const live = useLiveList(params);
  const { list, link } = live;
  const { counts, areOld } = useCounts(params, list.isPlaceholderData ? undefined : list.data);
  const error = useLastError(list);
  const answeredAt = list.dataUpdatedAt;
  const { standing, reason } = useStanding({ link, freshness: "polled", error, answeredAt });
  const asOf = (link.state === "up" && link.asOf) || answeredAt;
  // What still shows the page before this one is marked as such, which says enough.
  const isCurrent = list.data !== undefined && !list.isPlaceholderData;
  useConnectionToasts(isCurrent ? standing : null);
  const banner = isCurrent && reason && <StaleBanner since={asOf} reason={reason} onRetry={list.refetch} />;
  const changeView: ChangeView = (view, options) => setAddress(formatListParams(view), options);

  return (
    <>
      <PageTitle lapse={isCurrent ? lapseOf(standing) : null}>Releases</PageTitle>
      <Top>
        <Heading as="h1" size="xl">
          Releases
        </Heading>
        <Count aria-live="polite">{list.data && countInWords(list.data.count)}</Count>
        <CompareLink to={compareHref()}>Compare two</CompareLink>
        {isCurrent && (
          <Freshness>
            <FreshnessMark standing={standing} link={link} asOf={asOf} />
          </Freshness>
        )}
      </Top>
      <ListToolbar params={params} counted={{ counts, areOld: areOld || Boolean(banner) }} onChange={changeView} />
      <LastKnown until={asOf} reason={isCurrent ? reason : null}>
        <ReleaseListBody params={params} live={live} error={error} banner={banner} onChange={changeView} />
      </LastKnown>
    </>
  );
}

export function ReleaseListPage() {
  const me = useMe();
  return hasNoRole(me) ? <NoRole email={me.email} /> : <ReleaseList />;
}
