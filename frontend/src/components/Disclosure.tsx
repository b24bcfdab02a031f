import { Button, type ButtonProps, chakra } from "@chakra-ui/react";
import { type FocusEvent, type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { ChevronDownIcon } from "./icons";

// On a narrow screen panels go from edge to edge of the page: one that hangs on its button would reach out of sight
// wherever that moves to when what stands before it changes.
const Frame = chakra("div", { base: { position: { base: "static", sm: "relative" } } });
const EDGE_TO_EDGE = { insetInlineStart: "4", insetInlineEnd: "4", top: "auto", marginTop: "1" };

const Panel = chakra("div", {
  base: {
    position: "absolute",
    top: "calc(100% + 4px)",
    // Above what sticks to the screen, which a panel may hang from; dialogs are above all in any case.
    zIndex: "popover",
    minWidth: "52",
    maxWidth: "calc(100vw - 2rem)",
    p: "1.5",
    bg: "bg.panel",
    borderWidth: "1px",
    borderRadius: "md",
    boxShadow: "lg",
    fontSize: "sm",
  },
  variants: {
    align: {
      start: { smDown: EDGE_TO_EDGE, sm: { insetInlineStart: 0 } },
      end: { smDown: EDGE_TO_EDGE, sm: { insetInlineEnd: 0 } },
      // From edge to edge where the screen is narrow: what is wide would stand out beyond it, but for the last button.
      header: {
        insetInlineEnd: { base: "4", sm: 0 },
        insetInlineStart: { base: "4", sm: "auto" },
        position: { base: "fixed", sm: "absolute" },
        top: { base: "14", sm: "calc(100% + 4px)" },
      },
    },
  },
});

const EDGE_PX = 8;

/** Moves a panel that would reach out of the window, where nobody could see all of it; and again as it grows. */
function keepInWindow(panel: HTMLElement): () => void {
  function place() {
    panel.style.translate = "";
    const { left, right } = panel.getBoundingClientRect();
    const beyond = right - (document.documentElement.clientWidth - EDGE_PX);
    panel.style.translate = `${beyond > 0 ? -beyond : Math.max(0, EDGE_PX - left)}px 0`;
  }
  const observer = new ResizeObserver(place);
  observer.observe(panel);
  place();
  return () => observer.disconnect();
}

interface DisclosureProps extends Pick<ButtonProps, "size" | "variant" | "bg" | "px" | "fontWeight" | "title"> {
  /** Names the button where its content alone would not. */
  label?: string;
  button: ReactNode;
  align: "start" | "end" | "header";
  /** What the panel holds; given a function that closes it and gives the focus back to the button. */
  children: ReactNode | ((close: () => void) => ReactNode);
}

/**
 * A button that shows a panel of links or choices until it is left, by Escape, by a click or by moving the focus on.
 *
 * Chakra's Menu would do it too, for 30 kB of the first load.
 */
export function Disclosure({ label, button, align, children, ...look }: DisclosureProps) {
  const [open, setOpen] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const panelId = useId();

  useEffect(() => {
    if (!open) return;
    const closeOutside = (event: PointerEvent) => {
      if (!frame.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", closeOutside);
    return () => document.removeEventListener("pointerdown", closeOutside);
  }, [open]);

  function close() {
    setOpen(false);
    trigger.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== "Escape" || !open) return;
    // What else is left by Escape stays: one key, one step.
    event.preventDefault();
    event.stopPropagation();
    close();
  }

  function onBlur(event: FocusEvent<HTMLDivElement>) {
    // Without a next element the window lost the focus, or a click on bare ground took it: neither leaves the panel.
    if (event.relatedTarget && !event.currentTarget.contains(event.relatedTarget)) setOpen(false);
  }

  return (
    <Frame ref={frame} onKeyDown={onKeyDown} onBlur={onBlur}>
      <Button
        ref={trigger}
        size="sm"
        colorPalette="gray"
        {...look}
        aria-label={label}
        aria-expanded={open}
        aria-controls={open ? panelId : undefined}
        onClick={() => setOpen(!open)}
      >
        {button}
        <ChevronDownIcon />
      </Button>
      {open && (
        <Panel ref={keepInWindow} id={panelId} align={align}>
          {typeof children === "function" ? children(close) : children}
        </Panel>
      )}
    </Frame>
  );
}

export const disclosureItem = {
  display: "flex",
  alignItems: "center",
  gap: "2",
  width: "100%",
  px: "2",
  py: "1.5",
  borderRadius: "sm",
  textAlign: "start",
  cursor: "pointer",
  focusVisibleRing: "inside",
  _hover: { bg: "bg.muted" },
} as const;
