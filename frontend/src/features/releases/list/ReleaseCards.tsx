import { chakra } from "@chakra-ui/react";
import { memo } from "react";
import { Duration } from "@/components/Duration";
import { RelativeTime } from "@/components/RelativeTime";
import { spanOf } from "@/lib/spans";
import { cardStyles } from "./list-styles";
import {
  ReleaseName,
  ReleaseProgress,
  type ReleaseRowProps,
  ReleaseState,
  type ReleasesProps,
  ReleaseTrouble,
  useReleaseFlash,
  useRowFocus,
} from "./release-cells";

const List = chakra("ul", { base: cardStyles });

const ReleaseCard = memo(function ReleaseCard(props: ReleaseRowProps) {
  const { release, progress } = props;
  const flash = useReleaseFlash(release, progress);
  return (
    <li className="release-card" data-key={release.id} {...flash}>
      <ReleaseName release={release} />
      <ReleaseState release={release} />
      <ReleaseTrouble {...props} twoLines={false} />
      <ReleaseProgress {...props} />
      <div className="release-facts">
        <span>
          started <RelativeTime at={release.started_at} />
        </span>
        <span>
          updated <RelativeTime at={release.updated_at} />
        </span>
        <span>
          {release.ended_at ? "took" : "for"} <Duration span={spanOf(release)} calm />
        </span>
      </div>
    </li>
  );
});

/** The list for narrow screens. */
export function ReleaseCards({ releases, progress, progressPending }: ReleasesProps) {
  const { ref, ...heirProps } = useRowFocus<HTMLUListElement>(releases);
  return (
    <List ref={ref} aria-label="Releases" tabIndex={-1} data-rows="" {...heirProps}>
      {releases.map((release) => (
        <ReleaseCard key={release.id} release={release} progress={progress[release.id]} pending={progressPending} />
      ))}
    </List>
  );
}
