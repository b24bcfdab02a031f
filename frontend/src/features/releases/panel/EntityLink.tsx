import { chakra } from "@chakra-ui/react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { formatReleaseAddress, useReleaseAddress } from "../detail/release-address";

const Anchor = chakra(Link, {
  base: {
    color: "brand.fg",
    borderRadius: "sm",
    overflowWrap: "anywhere",
    textDecoration: "underline",
    textDecorationColor: "border",
    textUnderlineOffset: "0.2em",
    focusVisibleRing: "outside",
    _hover: { textDecorationColor: "currentcolor" },
  },
});

interface EntityLinkProps {
  path: string;
  /** Called before it leads on: what it stands in may not be there afterwards. */
  onFollow: () => void;
  children: ReactNode;
}

/** Leads to another entity's details, in the same view and under the same filter. */
export function EntityLink({ path, onFollow, children }: EntityLinkProps) {
  const [address] = useReleaseAddress();
  return (
    <Anchor to={{ search: formatReleaseAddress({ ...address, entity: path }) }} preventScrollReset onClick={onFollow}>
      {children}
    </Anchor>
  );
}
