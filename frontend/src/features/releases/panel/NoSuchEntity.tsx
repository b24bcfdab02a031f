import { chakra } from "@chakra-ui/react";
import { labelOf, type TreeEntity, wayTo } from "@/lib/entities";
import { EntityLink } from "./EntityLink";

const Words = chakra("p", { base: { p: "4", fontSize: "sm" } });

/** The nearest of what an absent entity's path leads through that is there. */
function nearest(release: TreeEntity, path: string): TreeEntity {
  const above = path.slice(0, Math.max(0, path.lastIndexOf("/")));
  return wayTo(release, above)?.at(-1) ?? (above === "" ? release : nearest(release, above));
}

interface NoSuchEntityProps {
  release: TreeEntity;
  path: string;
  onFollow: () => void;
}

/** In place of the details of what is not, or no longer, in the release. */
export function NoSuchEntity({ release, path, onFollow }: NoSuchEntityProps) {
  const there = nearest(release, path);
  return (
    <Words>
      This release does not hold it. It may have been removed, or the address was mistyped. The nearest to it that is
      there is{" "}
      <EntityLink path={there.path} onFollow={onFollow}>
        {labelOf(there)}
      </EntityLink>
      .
    </Words>
  );
}
