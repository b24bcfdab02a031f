import { Button, chakra } from "@chakra-ui/react";
import { CopyButton } from "@/components/CopyButton";
import { saveText } from "@/lib/save-text";
import { NextStep } from "./NextStep";

const Column = chakra("div", { base: { display: "flex", flexDirection: "column", gap: "4" } });
const Codes = chakra("ul", {
  base: {
    listStyle: "none",
    display: "grid",
    gridTemplateColumns: "repeat(auto-fill, minmax(11rem, 1fr))",
    gap: "1.5",
    p: "4",
    borderWidth: "1px",
    borderRadius: "md",
    fontFamily: "mono",
    fontSize: "sm",
  },
});
const Ways = chakra("div", { base: { display: "flex", flexWrap: "wrap", gap: "2" } });

interface RecoveryCodesProps {
  codes: readonly string[];
  onKept: () => void;
}

/** Shows recovery codes this once. */
export function RecoveryCodes({ codes, onKept }: RecoveryCodesProps) {
  const text = `Recovery codes for Relportal at ${window.location.host}\n\n${codes.join("\n")}\n`;
  return (
    <Column>
      <NextStep>
        Keep these recovery codes where you find them without your phone: each signs you in once, in place of a code of
        the app. They are shown now, and never again.
      </NextStep>
      <Codes aria-label="Recovery codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </Codes>
      <Ways>
        <CopyButton text={text}>Copy the codes</CopyButton>
        <Button
          size="sm"
          variant="outline"
          colorPalette="gray"
          fontWeight="normal"
          onClick={() => saveText("relportal-recovery-codes.txt", text)}
        >
          Save as a file
        </Button>
      </Ways>
      <Button onClick={onKept}>I have kept them</Button>
    </Column>
  );
}
