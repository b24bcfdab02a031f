import { chakra } from "@chakra-ui/react";
import type { ReactNode } from "react";

const Words = chakra("p", { base: { outline: "none" } });

const focus = (element: HTMLElement | null) => element?.focus();

/** What to do next, where the form of before is gone: it takes the focus that was there, and so is read out. */
export function NextStep({ children }: { children: ReactNode }) {
  return (
    <Words tabIndex={-1} ref={focus}>
      {children}
    </Words>
  );
}
