import { chakra } from "@chakra-ui/react";
import { useMemo } from "react";
import type { Compared } from "@/lib/api/types";
import { type NewVersion, newVersions } from "./differences";

const SHOWN = 8;

const Frame = chakra("section", { base: { mb: "4", fontSize: "sm" } });
const Heading = chakra("h2", { base: { mb: "1", fontSize: "xs", fontWeight: "medium", color: "fg.muted" } });
const List = chakra("ul", { base: { display: "flex", flexWrap: "wrap", gap: "1.5", listStyle: "none" } });

const Item = chakra("button", {
  base: {
    display: "inline-flex",
    flexWrap: "wrap",
    alignItems: "baseline",
    columnGap: "1.5",
    px: "2",
    py: "0.5",
    textAlign: "start",
    borderWidth: "1px",
    borderRadius: "md",
    bg: "bg.panel",
    cursor: "pointer",
    overflowWrap: "anywhere",
    focusVisibleRing: "outside",
    _hover: { bg: "bg.muted" },
  },
});
const Versions = chakra("span", { base: { fontFamily: "mono", fontSize: "xs" } });
const Muted = chakra("span", { base: { color: "fg.muted", fontSize: "xs" } });

function NewVersionItem({ version, onChoose }: { version: NewVersion; onChoose: (name: string) => void }) {
  const { name, from, to, places } = version;
  return (
    <Item type="button" title={`Show where ${name} is another`} onClick={() => onChoose(name)}>
      <b>{name}</b>
      <Versions>
        {from ?? "none"} <span aria-hidden="true">→</span>
        <span className="visually-hidden">to</span> {to ?? "none"}
      </Versions>
      {places > 1 && <Muted>in {places} places</Muted>}
    </Item>
  );
}

interface NewVersionsProps {
  apps: readonly Compared[];
  onChoose: (name: string) => void;
}

/** The answer to the usual question at a glance: the same new version mostly comes to many clusters. */
export function NewVersions({ apps, onChoose }: NewVersionsProps) {
  const versions = useMemo(() => newVersions(apps), [apps]);
  if (versions.length === 0) return null;
  const more = versions.length - SHOWN;
  return (
    <Frame aria-label="New versions">
      <Heading>New versions</Heading>
      <List>
        {versions.slice(0, SHOWN).map((version) => (
          <li key={`${version.name} ${version.from} ${version.to}`}>
            <NewVersionItem version={version} onChoose={onChoose} />
          </li>
        ))}
        {more > 0 && (
          <li>
            <Muted>and {more.toLocaleString("en")} more, below</Muted>
          </li>
        )}
      </List>
    </Frame>
  );
}
