import { Button, Menu, Portal } from "@chakra-ui/react";
import { ChevronDownIcon } from "@/components/icons";
import type { RunStatus } from "@/lib/api/types";
import { RUN_STATUS_WORDS, RUN_STATUSES } from "@/lib/run-status";
import { changeView, type ListParams, toggled } from "./list-params";
import type { ChangeView } from "./ReleaseListPage";

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
  return (
    <Menu.Root closeOnSelect={false}>
      <Menu.Trigger asChild>
        <Button size="sm" variant="outline" bg="bg.panel" fontWeight="normal" title="How Temporal says the run stands">
          {chosenInWords(params.statuses)}
          <ChevronDownIcon />
        </Button>
      </Menu.Trigger>
      <Portal>
        <Menu.Positioner>
          <Menu.Content>
            <Menu.ItemGroup>
              <Menu.ItemGroupLabel>Temporal status</Menu.ItemGroupLabel>
              {RUN_STATUSES.map((status) => (
                <Menu.CheckboxItem
                  key={status}
                  value={status}
                  checked={params.statuses.includes(status)}
                  onCheckedChange={() => onChange(changeView(params, { statuses: toggled(params.statuses, status) }))}
                >
                  <Menu.ItemIndicator />
                  {RUN_STATUS_WORDS[status]}
                </Menu.CheckboxItem>
              ))}
            </Menu.ItemGroup>
          </Menu.Content>
        </Menu.Positioner>
      </Portal>
    </Menu.Root>
  );
}
