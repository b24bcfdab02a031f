import { chakra } from "@chakra-ui/react";
import { formatCount } from "@/lib/numbers";
import { firstFields, isWebAddress, readable } from "./extra-json";
import { Fact, Facts } from "./Fact";

const Plain = chakra("span", { base: { whiteSpace: "pre-wrap", overflowWrap: "anywhere" } });

const Json = chakra("pre", {
  base: {
    maxHeight: "16rem",
    overflow: "auto",
    p: "2",
    borderRadius: "sm",
    bg: "bg.muted",
    fontFamily: "mono",
    fontSize: "xs",
    whiteSpace: "pre-wrap",
    overflowWrap: "anywhere",
    focusVisibleRing: "outside",
  },
});

const Address = chakra("a", {
  base: { color: "brand.fg", overflowWrap: "anywhere", textDecoration: "underline", focusVisibleRing: "outside" },
});

const Note = chakra("p", { base: { fontSize: "xs", color: "fg.muted" } });

function Value({ name, value }: { name: string; value: unknown }) {
  if (isWebAddress(value)) {
    return (
      <Address href={value} target="_blank" rel="noreferrer">
        {value}
      </Address>
    );
  }
  if (typeof value === "object" && value !== null) {
    return (
      // What is scrolled has to be reached by keyboard.
      <Json tabIndex={0} role="region" aria-label={name}>
        {readable(value)}
      </Json>
    );
  }
  return <Plain>{readable(value)}</Plain>;
}

/** What else a workflow tells of an entity, whatever that is. */
export function ExtraFields({ extra }: { extra: Readonly<Record<string, unknown>> }) {
  const { fields, more } = firstFields(extra);
  return (
    <>
      <Facts>
        {fields.map(([name, value]) => (
          <Fact key={name} term={name} shown={value} wide>
            <Value name={name} value={value} />
          </Fact>
        ))}
      </Facts>
      {more > 0 && <Note>… and {formatCount(more)} more, in the JSON.</Note>}
    </>
  );
}
