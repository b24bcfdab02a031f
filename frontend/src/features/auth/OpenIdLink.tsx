import { Button, chakra } from "@chakra-ui/react";
import { useQuery } from "@tanstack/react-query";
import { optionsQuery } from "./openid";

const Or = chakra("p", {
  base: {
    display: "flex",
    alignItems: "center",
    gap: "3",
    color: "fg.muted",
    fontSize: "sm",
    _before: { content: '""', flex: "1", borderTopWidth: "1px" },
    _after: { content: '""', flex: "1", borderTopWidth: "1px" },
  },
});

interface OpenIdLinkProps {
  /** Where to go afterwards: a page of this portal. */
  next: string;
}

/** The way to sign in by the company's accounts, where there is one. */
export function OpenIdLink({ next }: OpenIdLinkProps) {
  const { data } = useQuery(optionsQuery);
  if (!data?.openid_connect) return null;
  const { name, url } = data.openid_connect;
  return (
    <>
      <Or>or</Or>
      <Button asChild variant="outline" colorPalette="gray" height="auto" minHeight="10" py="2" whiteSpace="normal">
        <a href={`${url}?next=${encodeURIComponent(next)}`}>Sign in with {name}</a>
      </Button>
    </>
  );
}
