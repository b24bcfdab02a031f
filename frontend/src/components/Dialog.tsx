import { chakra, Heading, IconButton } from "@chakra-ui/react";
import { type MouseEvent, type ReactNode, useEffect, useId, useRef } from "react";
import { CloseIcon } from "./icons";

const Frame = chakra("dialog", {
  base: {
    m: "auto",
    p: 0,
    width: "min(34rem, calc(100vw - 2rem))",
    maxHeight: "calc(100dvh - 2rem)",
    bg: "bg.panel",
    color: "fg",
    borderWidth: "1px",
    borderRadius: "lg",
    boxShadow: "lg",
    overflow: "auto",
    overscrollBehavior: "contain",
    _backdrop: { bg: "blackAlpha.600" },
  },
});

const Body = chakra("div", { base: { display: "flex", flexDirection: "column", gap: "4", p: "5" } });
const Top = chakra("div", {
  base: { display: "flex", alignItems: "center", justifyContent: "space-between", gap: "3" },
});

interface DialogProps {
  title: string;
  /** After Escape, the cross, or a click beside it. */
  onClose: () => void;
  children: ReactNode;
}

/**
 * A modal dialog, open for as long as it is rendered.
 *
 * The browser's own: it keeps the focus within, and gives it back to where it was.
 */
export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useEffect(() => {
    const opened = dialog.current;
    opened?.showModal();
    return () => opened?.close();
  }, []);

  // Told a moment later: by then an effect that ran twice, as in development, has opened it again.
  function tellClosed() {
    if (!dialog.current?.open) onClose();
  }

  function closeBeside({ target, currentTarget }: MouseEvent) {
    if (target === currentTarget) dialog.current?.close();
  }

  return (
    <Frame ref={dialog} aria-labelledby={titleId} onClose={tellClosed} onClick={closeBeside}>
      <Body>
        <Top>
          <Heading as="h2" id={titleId} size="lg">
            {title}
          </Heading>
          <IconButton
            size="xs"
            variant="ghost"
            colorPalette="gray"
            aria-label="Close"
            onClick={() => dialog.current?.close()}
          >
            <CloseIcon />
          </IconButton>
        </Top>
        {children}
      </Body>
    </Frame>
  );
}
