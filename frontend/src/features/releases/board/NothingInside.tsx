import { ProblemNote } from "@/components/ProblemNote";
import type { Cluster, Wave } from "@/lib/api/types";

/** Why a wave or a cluster shows nothing that it holds. */
export function NothingInside({ of, what }: { of: Wave | Cluster; what: string }) {
  return (
    <div className="board-nothing" title={of.problem?.detail}>
      {of.problem ? <ProblemNote problem={of.problem} /> : what}
    </div>
  );
}
