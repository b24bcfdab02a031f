import { Button, chakra, Heading, Skeleton } from "@chakra-ui/react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorNotice } from "@/components/ErrorNotice";
import { PageHead } from "@/components/PageHead";
import { RelativeTime } from "@/components/RelativeTime";
import type { ServiceToken } from "@/lib/api/types";
import { useClock } from "@/lib/clock";
import { formatExact, parseMoment } from "@/lib/time";
import { NewTokenForm } from "./NewTokenForm";
import { refusalOf, tokensQuery, useRevokeToken } from "./token-queries";

const Page = chakra("div", { base: { display: "flex", flexDirection: "column", gap: "6" } });
const Empty = chakra("p", { base: { color: "fg.muted" } });
const List = chakra("ul", { base: { listStyle: "none", display: "flex", flexDirection: "column", gap: "3" } });
const Item = chakra("li", {
  base: {
    display: "flex",
    flexWrap: "wrap",
    gap: "3",
    alignItems: "center",
    justifyContent: "space-between",
    p: "4",
    borderWidth: "1px",
    borderRadius: "md",
    bg: "bg.panel",
  },
});
const Words = chakra("div", { base: { minWidth: 0, flex: "1 1 16rem", overflowWrap: "anywhere" } });
const Name = chakra("div", { base: { fontWeight: "medium" } });
const Detail = chakra("div", { base: { color: "fg.muted", fontSize: "sm", fontVariantNumeric: "tabular-nums" } });
const Actions = chakra("div", { base: { display: "flex", gap: "2", flexWrap: "wrap" } });
const Failure = chakra("p", { base: { color: "phase.failed.fg", fontSize: "sm" } });

function Expiry({ at }: { at: string }) {
  const moment = parseMoment(at) ?? 0;
  const isOver = useClock((now) => moment <= now);
  return (
    <>
      {isOver ? "Expired" : "Good until"} {formatExact(moment)}
    </>
  );
}

function Revoke({ token }: { token: ServiceToken }) {
  const [asks, setAsks] = useState(false);
  const revoking = useRevokeToken();
  if (!asks) {
    return (
      <Button size="sm" variant="outline" colorPalette="gray" onClick={() => setAsks(true)}>
        Revoke<span className="visually-hidden"> {token.name}</span>
      </Button>
    );
  }
  return (
    <Actions role="group" aria-label={`Revoke ${token.name}?`}>
      <Button size="sm" autoFocus loading={revoking.isPending} onClick={() => revoking.mutate(token)}>
        Revoke it for good
      </Button>
      <Button size="sm" variant="ghost" colorPalette="gray" onClick={() => setAsks(false)}>
        Keep it
      </Button>
      {revoking.error && <Failure role="alert">{refusalOf(revoking.error)}</Failure>}
    </Actions>
  );
}

function TokenLine({ token }: { token: ServiceToken }) {
  return (
    <Item>
      <Words>
        <Name>{token.name}</Name>
        <Detail>
          <code>{token.prefix}…</code> · {[...token.roles, ...token.patterns].join(", ") || "shows nothing"}
        </Detail>
        <Detail>
          <Expiry at={token.expires_at} /> · {token.last_used_at ? "last used " : "never used"}
          {token.last_used_at && <RelativeTime at={token.last_used_at} />}
        </Detail>
      </Words>
      <Revoke token={token} />
    </Item>
  );
}

function Tokens() {
  const { data: tokens, error, refetch } = useQuery(tokensQuery);
  if (error && !tokens) return <ErrorNotice error={error} onRetry={refetch} />;
  if (!tokens) return <Skeleton height="24" />;
  if (tokens.length === 0) return <Empty>You have no service tokens.</Empty>;
  return (
    <List aria-label="Your service tokens">
      {tokens.map((token) => (
        <TokenLine key={token.id} token={token} />
      ))}
    </List>
  );
}

/** The reader's own service tokens: made, looked at and revoked. */
export function TokensPage() {
  return (
    <Page>
      <PageHead title="Service tokens">
        For dashboards and CI jobs, sent as “Authorization: Bearer …”. A token reads releases and nothing else, never
        more than you see yourself.
      </PageHead>
      <Tokens />
      <Heading as="h2" size="lg">
        New token
      </Heading>
      <NewTokenForm />
    </Page>
  );
}
