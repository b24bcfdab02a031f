import { chakra } from "@chakra-ui/react";
import type { ReactNode } from "react";

const Words = chakra("button", {
  base: { mt: "2", py: "1", fontSize: "sm", textDecoration: "underline", cursor: "pointer", textAlign: "start" },
});

/** A small way to something else than what a form asks for. */
export function Switch({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  return (
    <Words type="button" onClick={onClick}>
      {children}
    </Words>
  );
}
