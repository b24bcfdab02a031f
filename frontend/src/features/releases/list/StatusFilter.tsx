import { chakra } from "@chakra-ui/react";
import { Disclosure, disclosureItem } from "@/components/Disclosure";
import { CheckIcon } from "@/components/icons";
import type { RunStatus } from "@/lib/api/types";
import { RUN_STATUS_WORDS, RUN_STATUSES } from "@/lib/run-status";
import { changeView, type ListParams, toggled } from "./list-params";
import type { ChangeView } from "./ReleaseListPage";

const Choices = chakra("fieldset");
const Legend = chakra("legend", { base: { px: "2", py: "1", color: "fg.muted", fontSize: "xs" } });
const Choice = chakra("button", { base: disclosureItem });
const Tick = chakra("span", { base: { width: "4", color: "brand.fg" } });

interface StatusFilterProps {
  params: ListParams;
  onChange: ChangeView;
}

function chosenInWords(statuses: RunStatus[]): string {
  if (statuses.length === 0) return "Any status";
  return statuses.map((status) => RUN_STATUS_WORDS[status]).join(", ");
}

/** By how Temporal says that the run stands, as against the phase, which the workflow's own state gives. */
export function StatusFilter({ params, onChange }: StatusFilterProps) {
  const { statuses } = params;
  return (
    <Disclosure variant="outline" bg="bg.panel" fontWeight="normal" align="start" button={chosenInWords(statuses)}>
      <Choices>
        <Legend>Temporal status of the run</Legend>
        {RUN_STATUSES.map((status) => {
          const pressed = statuses.includes(status);
          const toggle = () => onChange(changeView(params, { statuses: toggled(statuses, status) }));
          return (
            <Choice key={status} type="button" aria-pressed={pressed} onClick={toggle}>
              <Tick>{pressed && <CheckIcon />}</Tick>
              {RUN_STATUS_WORDS[status]}
            </Choice>
          );
        })}
      </Choices>
    </Disclosure>
  );
}
