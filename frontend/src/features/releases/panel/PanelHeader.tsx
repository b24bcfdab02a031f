import { chakra, Heading, IconButton } from "@chakra-ui/react";
import type { ReactNode, RefObject } from "react";
import { ChevronLeftIcon, ChevronRightIcon, CloseIcon } from "@/components/icons";
import { childrenOf, labelOf, type TreeEntity } from "@/lib/entities";
import { EntityLink } from "./EntityLink";

const Frame = chakra("header", {
  base: {
    position: "sticky",
    top: 0,
    zIndex: 1,
    px: "4",
    pt: "2",
    pb: "3",
    bg: "bg.panel",
    borderBottomWidth: "1px",
    display: "flex",
    flexDirection: "column",
    gap: "1",
  },
});

const Top = chakra("div", {
  base: { display: "flex", alignItems: "center", gap: "1", me: "-2", fontSize: "xs", color: "fg.muted" },
});
const Place = chakra("span", {
  base: { me: "auto", display: "inline-block", _firstLetter: { textTransform: "uppercase" } },
});
const Trail = chakra("nav", { base: { fontSize: "xs", color: "fg.muted", lineHeight: "1.5" } });

interface Siblings {
  place: number;
  count: number;
  before: TreeEntity | undefined;
  after: TreeEntity | undefined;
}

/** Where an entity stands among those of its parent that are shown; itself counts in any case. */
function siblingsOf(way: readonly TreeEntity[], isShown: (entity: TreeEntity) => boolean): Siblings {
  const entity = way.at(-1);
  const parent = way.at(-2);
  const family = parent ? childrenOf(parent).filter((child) => child === entity || isShown(child)) : [];
  const index = entity ? family.indexOf(entity) : -1;
  return { place: index + 1, count: family.length, before: family[index - 1], after: family[index + 1] };
}

interface StepProps {
  to: TreeEntity | undefined;
  words: string;
  icon: ReactNode;
  onSelect: (path: string) => void;
}

/** Keeps the focus at the last of them, too: somebody steps through with one key. */
function Step({ to, words, icon, onSelect }: StepProps) {
  return (
    <IconButton
      size="xs"
      variant="ghost"
      colorPalette="gray"
      aria-label={words}
      title={to ? `${words}: ${labelOf(to)}` : `${words}: there is none`}
      aria-disabled={to === undefined}
      opacity={to ? undefined : 0.4}
      onClick={() => to && onSelect(to.path)}
    >
      {icon}
    </IconButton>
  );
}

interface PanelHeaderProps {
  /** From the release down to the entity; null where there is none. */
  way: readonly TreeEntity[] | null;
  path: string;
  heading: RefObject<HTMLHeadingElement | null>;
  isShown: (entity: TreeEntity) => boolean;
  /** Called before a link leads on. */
  onFollow: () => void;
  onSelect: (path: string) => void;
  onClose: () => void;
}

/** Which entity it is, the way there, and the ways on. Stays the same from one entity to the next, and so the focus. */
export function PanelHeader({ way, path, heading, isShown, onFollow, onSelect, onClose }: PanelHeaderProps) {
  const entity = way?.at(-1);
  const { place, count, before, after } = siblingsOf(way ?? [], isShown);
  const above = way?.slice(0, -1) ?? [];
  return (
    <Frame>
      <Top>
        <Place>
          {entity?.type}
          {count > 1 && ` ${place} of ${count}`}
        </Place>
        {count > 1 && (
          <>
            <Step to={before} words={`Previous ${entity?.type}`} icon={<ChevronLeftIcon />} onSelect={onSelect} />
            <Step to={after} words={`Next ${entity?.type}`} icon={<ChevronRightIcon />} onSelect={onSelect} />
          </>
        )}
        <IconButton size="xs" variant="ghost" colorPalette="gray" aria-label="Close" title="Close" onClick={onClose}>
          <CloseIcon />
        </IconButton>
      </Top>
      {above.length > 0 && (
        <Trail aria-label="Path">
          {above.map((step) => (
            <span key={step.path}>
              <EntityLink path={step.path} onFollow={onFollow}>
                {labelOf(step)}
              </EntityLink>
              {" › "}
            </span>
          ))}
        </Trail>
      )}
      <Heading
        ref={heading}
        tabIndex={-1}
        as="h2"
        size="md"
        overflowWrap="anywhere"
        borderRadius="sm"
        focusVisibleRing="outside"
      >
        {entity ? labelOf(entity) : path}
      </Heading>
    </Frame>
  );
}
