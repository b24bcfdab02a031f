import { chakra } from "@chakra-ui/react";
import { RelativeTime } from "@/components/RelativeTime";
import { RUN_STATUS_WORDS } from "@/lib/run-status";
import { ReleaseName, ReleaseProgress, ReleaseState, type ReleasesProps } from "./release-cells";

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

/** The list for narrow screens. */
export function ReleaseCards({ releases, rollups, rollupsPending }: ReleasesProps) {
  return (
    <List aria-label="Releases">
      {releases.map((release) => (
        <Card key={release.id}>
          <div>
            <ReleaseName release={release} />
          </div>
          <div>
            <ReleaseState release={release} />
          </div>
          <ReleaseProgress
            release={release}
            rollup={rollups[release.id]}
            pending={rollupsPending}
            unknown="apps not known"
          />
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
      ))}
    </List>
  );
}
