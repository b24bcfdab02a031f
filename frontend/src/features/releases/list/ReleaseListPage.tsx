import { chakra, Heading } from "@chakra-ui/react";
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { Notice } from "@/components/Notice";
import { PageTitle } from "@/components/PageTitle";
import { hasNoRole, useMe } from "@/lib/session";
import { ListToolbar } from "./ListToolbar";
import { formatListParams, type ListParams, parseListParams } from "./list-params";
import { listQuery, rollupsQuery } from "./list-queries";
import { ReleaseListBody } from "./ReleaseListBody";

const Top = chakra("div", {
  base: { display: "flex", alignItems: "baseline", gap: "3", mb: "4" },
});

const Count = chakra("span", { base: { color: "fg.muted", fontSize: "sm" } });

/** `replace` for what is typed: each letter is no step to go back to. */
export type ChangeView = (params: ListParams, options?: { replace: boolean }) => void;

function NoRole({ email }: { email: string }) {
  return (
    <Notice mark="○" title="You have no role yet.">
      Your account {email} is not a member of any group that may see releases. Ask an administrator to give you a role;
      this page will show your releases as soon as they have.
    </Notice>
  );
}

function countInWords(count: number): string {
  return count === 1 ? "1 release" : `${count.toLocaleString("en")} releases`;
}

function ReleaseList() {
  const [address, setAddress] = useSearchParams();
  const params = parseListParams(address);
  const list = useQuery(listQuery(params));
  const rollups = useQuery({ ...rollupsQuery(params), enabled: list.isSuccess });
  const changeView: ChangeView = (view, options) => setAddress(formatListParams(view), options);

  return (
    <>
      <Top>
        <Heading as="h1" size="xl">
          Releases
        </Heading>
        <Count aria-live="polite">{list.data && countInWords(list.data.count)}</Count>
      </Top>
      <ListToolbar params={params} onChange={changeView} />
      <ReleaseListBody params={params} list={list} rollups={rollups} onChange={changeView} />
    </>
  );
}

export function ReleaseListPage() {
  const me = useMe();
  return (
    <>
      <PageTitle>Releases</PageTitle>
      {hasNoRole(me) ? <NoRole email={me.email} /> : <ReleaseList />}
    </>
  );
}
