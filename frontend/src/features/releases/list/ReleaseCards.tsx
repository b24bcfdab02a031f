import { chakra } from "@chakra-ui/react";
import { memo } from "react";
import { RelativeTime } from "@/components/RelativeTime";
import { RUN_STATUS_WORDS } from "@/lib/run-status";
import {
  ReleaseName,
  ReleaseProgress,
  type ReleaseRowProps,
  ReleaseState,
  type ReleasesProps,
  useReleaseFlash,
  useRowFocus,
} from "./release-cells";

const List = chakra("ul", { base: { display: "flex", flexDirection: "column", gap: "2", listStyle: "none" } });

const Card = chakra("li", {
  base: {
    bg: "bg.panel",
    borderWidth: "1px",
    borderRadius: "lg",
    p: "3",
    display: "flex",
    flexDirection: "column",
    gap: "2",
    fontSize: "sm",
  },
});

const Facts = chakra("div", {
  base: { display: "flex", flexWrap: "wrap", columnGap: "3", color: "fg.muted", fontSize: "xs" },
});

const ReleaseCard = memo(function ReleaseCard({ release, rollup, rollupPending }: ReleaseRowProps) {
  const flash = useReleaseFlash(release, rollup);
  return (
    <Card data-key={release.id} {...flash}>
      <div>
        <ReleaseName release={release} />
      </div>
      <div>
        <ReleaseState release={release} />
      </div>
      <ReleaseProgress release={release} rollup={rollup} pending={rollupPending} unknown="apps not known" />
      <Facts>
        <span>{RUN_STATUS_WORDS[release.status]}</span>
        <span>
          started <RelativeTime at={release.started_at} />
        </span>
        <span>
          updated <RelativeTime at={release.updated_at} />
        </span>
      </Facts>
    </Card>
  );
});

/** The list for narrow screens. */
export function ReleaseCards({ releases, rollups, rollupsPending }: ReleasesProps) {
  const { ref, ...heirProps } = useRowFocus<HTMLUListElement>(releases);
  return (
    <List ref={ref} aria-label="Releases" {...heirProps}>
      {releases.map((release) => (
        <ReleaseCard key={release.id} release={release} rollup={rollups[release.id]} rollupPending={rollupsPending} />
      ))}
    </List>
  );
}
