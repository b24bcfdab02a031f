import { Button, type ButtonProps, chakra } from "@chakra-ui/react";
import { type ReactNode, useEffect, useState } from "react";
import { copyText } from "@/lib/clipboard";
import { CheckIcon, CopyIcon, WarningIcon } from "./icons";

const SHOWN_MS = 2_000;

type Outcome = "copied" | "failed";

const WORDS: Record<Outcome, string> = { copied: "Copied", failed: "Can't copy" };

// All faces lie on each other, so that the button keeps its width whatever it says.
const Faces = chakra("span", { base: { display: "inline-grid", justifyItems: "center", gap: "inherit" } });
const Face = chakra("span", {
  base: {
    gridArea: "1 / 1",
    display: "inline-flex",
    alignItems: "center",
    gap: "inherit",
    "&[aria-hidden]": { visibility: "hidden" },
  },
});

interface CopyButtonProps extends Pick<ButtonProps, "size" | "variant" | "bg" | "title"> {
  /** What is copied: a text, or where it is found at the moment of the click. */
  text: string | (() => string);
  /** The button's words, such as "Copy link". */
  children: ReactNode;
}

/** Copies a text, and says whether that worked. */
export function CopyButton({ text, children, ...look }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<Outcome | null>(null);

  useEffect(() => {
    if (outcome === null) return;
    const timer = window.setTimeout(() => setOutcome(null), SHOWN_MS);
    return () => window.clearTimeout(timer);
  }, [outcome]);

  async function copy() {
    const isCopied = await copyText(typeof text === "string" ? text : text());
    setOutcome(isCopied ? "copied" : "failed");
  }

  const isHidden = (face: Outcome | null) => face !== outcome || undefined;
  return (
    <>
      <Button size="sm" variant="outline" colorPalette="gray" fontWeight="normal" {...look} onClick={copy}>
        <Faces>
          <Face aria-hidden={isHidden(null)}>
            <CopyIcon /> {children}
          </Face>
          <Face aria-hidden={isHidden("copied")}>
            <CheckIcon /> {WORDS.copied}
          </Face>
          <Face aria-hidden={isHidden("failed")}>
            <WarningIcon /> {WORDS.failed}
          </Face>
        </Faces>
      </Button>
      <span className="visually-hidden" role="status">
        {outcome && WORDS[outcome]}
      </span>
    </>
  );
}
