import { Button, chakra } from "@chakra-ui/react";
import { ChevronLeftIcon, ChevronRightIcon } from "@/components/icons";
import { Select } from "@/components/Select";
import { formatCount } from "@/lib/numbers";
import { changeView, type ListParams, PAGE_SIZES } from "./list-params";
import type { ChangeView } from "./ReleaseListPage";

const Bar = chakra("nav", {
  base: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    justifyContent: "space-between",
    gap: "3",
    fontSize: "sm",
    color: "fg.muted",
  },
});

const Steps = chakra("div", { base: { display: "flex", alignItems: "center", gap: "2" } });

interface PagerProps {
  params: ListParams;
  count: number;
  onChange: ChangeView;
}

function range({ page, pageSize }: ListParams, count: number): string {
  const first = (page - 1) * pageSize + 1;
  const last = Math.min(page * pageSize, count);
  return `${formatCount(first)}–${formatCount(last)} of ${formatCount(count)}`;
}

export function Pager({ params, count, onChange }: PagerProps) {
  const { page, pageSize } = params;
  const pages = Math.max(1, Math.ceil(count / pageSize));
  const goTo = (target: number) => onChange({ ...params, page: target });
  return (
    <Bar aria-label="Pages">
      <Steps>
        <span>{range(params, count)}</span>
        <Select
          size="xs"
          aria-label="Releases per page"
          value={pageSize}
          onChange={(event) => onChange(changeView(params, { pageSize: Number(event.target.value) }))}
        >
          {PAGE_SIZES.map((size) => (
            <option key={size} value={size}>
              {size} per page
            </option>
          ))}
        </Select>
      </Steps>
      <Steps>
        <Button size="xs" variant="outline" colorPalette="gray" disabled={page <= 1} onClick={() => goTo(page - 1)}>
          <ChevronLeftIcon /> Previous
        </Button>
        <span>
          Page {formatCount(page)} of {formatCount(pages)}
        </span>
        <Button size="xs" variant="outline" colorPalette="gray" disabled={page >= pages} onClick={() => goTo(page + 1)}>
          Next <ChevronRightIcon />
        </Button>
      </Steps>
    </Bar>
  );
}
