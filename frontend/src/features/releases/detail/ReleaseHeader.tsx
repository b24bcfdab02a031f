import { chakra } from "@chakra-ui/react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { Duration } from "@/components/Duration";
import { HeldByNote } from "@/components/HeldByNote";
import { ExternalIcon } from "@/components/icons";
import { PhaseBadge } from "@/components/PhaseBadge";
import { ProblemNote } from "@/components/ProblemNote";
import { RelativeTime } from "@/components/RelativeTime";
import { RollupBar } from "@/components/RollupBar";
import type { Hierarchy } from "@/lib/api/types";
import { HOME } from "@/lib/destinations";
import { useLapse } from "@/lib/last-known";
import { appsInWords } from "@/lib/phase";
import { RUN_STATUS_WORDS } from "@/lib/run-status";
import { spanOf } from "@/lib/spans";
import { headerStyles } from "./header-styles";
import { ReleaseActions } from "./ReleaseActions";

const Header = chakra("div", { base: headerStyles });

interface FactProps {
  term: string;
  wide?: boolean;
  /** Whether it is of the page, and not of the release: then it is never out of date. */
  ofPage?: boolean;
  children: ReactNode;
}

function Fact({ term, wide = false, ofPage = false, children }: FactProps) {
  return (
    <div className="header-fact" data-wide={wide ? "" : undefined} data-of-page={ofPage ? "" : undefined}>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Workflow({ workflow_id: id, workflow_url: url }: Pick<Hierarchy, "workflow_id" | "workflow_url">) {
  if (!url) return id;
  return (
    <a className="header-workflow" href={url} target="_blank" rel="noreferrer" title="Open in Temporal's UI">
      {id} <ExternalIcon />
    </a>
  );
}

function ReportedState({ state, reported_state: reported }: Pick<Hierarchy, "state" | "reported_state">) {
  if (!reported || reported === state) return null;
  return <span className="header-reported">last said “{reported}”</span>;
}

interface ReleaseHeaderProps {
  release: Hierarchy;
  /** Says how far all this can be relied on. */
  freshness: ReactNode;
}

export function ReleaseHeader({ release, freshness }: ReleaseHeaderProps) {
  const { id, name, phase, state, status, problem, rollup } = release;
  return (
    <Header data-stale={useLapse() ? "" : undefined}>
      <div className="header-top">
        <nav className="header-trail" aria-label="You are here">
          <Link to={HOME}>Releases</Link> / {id}
        </nav>
        <ReleaseActions release={release} />
      </div>
      <div className="header-title">
        <h1>{name || id}</h1>
        <PhaseBadge phase={phase} state={state} />
        <ReportedState state={state} reported_state={release.reported_state} />
      </div>
      {problem && <ProblemNote problem={problem} />}
      {release.error_message && <p className="header-message">{release.error_message}</p>}
      <HeldByNote heldBy={release.held_by} release={release} />
      <dl className="header-facts">
        <Fact term="Freshness" ofPage>
          {freshness}
        </Fact>
        <Fact term="Temporal status">{RUN_STATUS_WORDS[status]}</Fact>
        {release.stands_at && (
          <Fact term="Stands at">
            wave {release.stands_at.wave} of {release.stands_at.of}
          </Fact>
        )}
        <Fact term="Started">
          <RelativeTime at={release.started_at} />
        </Fact>
        <Fact term="Updated">
          <RelativeTime at={release.updated_at} />
        </Fact>
        {release.ended_at && (
          <Fact term="Ended">
            <RelativeTime at={release.ended_at} />
          </Fact>
        )}
        <Fact term="Duration">
          <Duration span={spanOf(release)} />
        </Fact>
        {release.workflow_id && (
          <Fact term="Workflow">
            <Workflow workflow_id={release.workflow_id} workflow_url={release.workflow_url} />
          </Fact>
        )}
        {rollup && rollup.total > 0 && (
          <Fact term={appsInWords(rollup.total)} wide>
            <RollupBar rollup={rollup} />
          </Fact>
        )}
      </dl>
    </Header>
  );
}
