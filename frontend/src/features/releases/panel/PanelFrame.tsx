import { chakra } from "@chakra-ui/react";
import { type FocusEventHandler, type ReactNode, useEffect, useRef } from "react";

const Column = chakra("aside", {
  base: {
    position: "sticky",
    top: "2",
    mt: "2",
    maxHeight: "calc(100dvh - 1rem)",
    overflowY: "auto",
    overscrollBehavior: "contain",
    bg: "bg.panel",
    borderWidth: "1px",
    borderRadius: "lg",
    boxShadow: "sm",
  },
});

const Sheet = chakra("dialog", {
  base: {
    m: 0,
    p: 0,
    width: "100%",
    height: "100dvh",
    maxWidth: "none",
    maxHeight: "none",
    overflowY: "auto",
    overscrollBehavior: "contain",
    bg: "bg.panel",
    color: "fg",
  },
});

interface FrameProps {
  label: string;
  onFocus: FocusEventHandler;
  onBlur: FocusEventHandler;
  onClose: () => void;
  /** Given what closes the panel. */
  children: (close: () => void) => ReactNode;
}

/** Beside the view, and scrolled by itself. */
export function PanelColumn({ label, onClose, children, ...focusProps }: FrameProps) {
  return (
    <Column aria-label={label} {...focusProps}>
      {children(onClose)}
    </Column>
  );
}

/** Over all of the page, for which the browser keeps the focus within. */
export function PanelSheet({ label, onClose, children, ...focusProps }: FrameProps) {
  const sheet = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    const opened = sheet.current;
    opened?.showModal();
    return () => opened?.close();
  }, []);

  // Told a moment later: by then an effect that ran twice, as in development, has opened it again.
  function tellClosed() {
    if (!sheet.current?.open) onClose();
  }

  return (
    <Sheet ref={sheet} aria-label={label} onClose={tellClosed} {...focusProps}>
      {children(() => sheet.current?.close())}
    </Sheet>
  );
}
