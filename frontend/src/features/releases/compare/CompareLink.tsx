import { Button } from "@chakra-ui/react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { CompareIcon } from "@/components/icons";
import { compareHref } from "@/lib/destinations";
import { labelOf } from "@/lib/entities";
import { previousQuery } from "./compare-query";

const WORDS = "Compare with last good";

/** Leads to what changed since the last release that worked; which that is, its name says. */
export function CompareLink({ releaseId }: { releaseId: string }) {
  const { data: previous } = useQuery(previousQuery(releaseId));
  const name = previous && `${WORDS}: ${labelOf(previous)}`;
  // The page itself says so where there is none: a button that changes its words would move its neighbours.
  const title = previous === null ? "No earlier release that worked is known: choose one" : (name ?? undefined);
  return (
    <Button asChild size="xs" variant="outline" colorPalette="gray" bg="bg.panel" fontWeight="normal">
      <Link to={compareHref(releaseId)} aria-label={name ?? undefined} title={title}>
        <CompareIcon /> {WORDS}
      </Link>
    </Button>
  );
}
