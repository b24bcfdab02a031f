import { chakra } from "@chakra-ui/react";
import type { EntityProblem } from "@/lib/api/types";
import { WarningIcon } from "./icons";

const Note = chakra("span", {
  base: {
    display: "inline-flex",
    alignItems: "flex-start",
    gap: "1.5",
    color: "phase.unknown.fg",
    fontSize: "xs",
    overflowWrap: "anywhere",
    "& > svg": { mt: "0.2em" },
  },
});

/** What is wrong with one entity, standing with its state or where that would. */
export function ProblemNote({ problem }: { problem: EntityProblem }) {
  return (
    <Note title={problem.code}>
      <WarningIcon />
      <span>{problem.detail}</span>
    </Note>
  );
}
