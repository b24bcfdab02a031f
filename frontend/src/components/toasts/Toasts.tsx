import { chakra } from "@chakra-ui/react";
import { type FocusEvent, type KeyboardEvent, type RefObject, useEffect, useRef } from "react";
import { Link } from "react-router";
import type { Phase } from "@/lib/api/types";
import { CloseIcon, InfoIcon, WarningIcon } from "../icons";
import { PhaseGlyph } from "../PhaseGlyph";
import { clearToasts, dismissToast, type Toast, type Tone, useToasts } from "./toast";

const SHOWN_SECONDS = 6;

const Region = chakra("section", {
  base: {
    position: "fixed",
    zIndex: "toast",
    inset: "auto",
    insetInlineEnd: "4",
    bottom: "4",
    width: "min(24rem, calc(100vw - 2rem))",
    pointerEvents: "none",
    // What browsers give to popovers.
    m: 0,
    p: 0,
    border: "none",
    bg: "transparent",
    overflow: "visible",
  },
});

const List = chakra("ol", { base: { display: "flex", flexDirection: "column", gap: "2", listStyle: "none" } });

const Card = chakra("li", {
  base: {
    display: "flex",
    alignItems: "flex-start",
    gap: "2.5",
    p: "3",
    bg: "bg.panel",
    borderWidth: "1px",
    borderInlineStartWidth: "4px",
    borderRadius: "md",
    boxShadow: "lg",
    fontSize: "sm",
    pointerEvents: "auto",
    animation: "fade-in 150ms ease-out",
  },
});

const Sign = chakra("span", { base: { display: "grid", placeItems: "center", height: "1lh" } });

const Words = chakra("p", { base: { flex: 1, minWidth: 0, overflowWrap: "anywhere" } });

const More = chakra(Link, {
  base: { color: "brand.fg", textDecoration: "underline", borderRadius: "sm", focusVisibleRing: "outside" },
});

const Dismiss = chakra("button", {
  base: {
    p: "1",
    m: "-1",
    color: "fg.muted",
    borderRadius: "sm",
    cursor: "pointer",
    focusVisibleRing: "inside",
    _hover: { color: "fg", bg: "bg.muted" },
  },
});

function looksLike(tone: Tone): Phase | null {
  if (tone === "info") return null;
  return tone === "warning" ? "unknown" : tone;
}

function Mark({ tone }: { tone: Tone }) {
  if (tone === "info") return <InfoIcon />;
  return tone === "warning" ? <WarningIcon /> : <PhaseGlyph phase={tone} />;
}

/** Whether somebody may be reading: who is at a toast with the pointer or the focus, or has yet to come to this tab. */
function isAttended(region: HTMLElement | null): boolean {
  return document.visibilityState === "hidden" || Boolean(region?.matches(":hover, :focus-within"));
}

interface ToastCardProps {
  shown: Toast;
  region: RefObject<HTMLElement | null>;
  onDismiss: (id: number) => void;
}

function ToastCard({ shown: { id, text, tone, link, stays }, region, onDismiss }: ToastCardProps) {
  const phase = looksLike(tone);

  useEffect(() => {
    if (stays) return;
    let left = SHOWN_SECONDS;
    const timer = setInterval(() => {
      left = isAttended(region.current) ? SHOWN_SECONDS : left - 1;
      if (left <= 0) dismissToast(id);
    }, 1_000);
    return () => clearInterval(timer);
  }, [id, stays, region]);

  return (
    <Card data-id={id} borderInlineStartColor={phase ? `phase.${phase}.solid` : "brand.solid"}>
      <Sign color={phase ? `phase.${phase}.fg` : "brand.fg"}>
        <Mark tone={tone} />
      </Sign>
      <Words>
        {text}{" "}
        {link && (
          <More to={link.to} onClick={() => onDismiss(id)}>
            {link.words}
          </More>
        )}
      </Words>
      <Dismiss type="button" aria-label="Dismiss" onClick={() => onDismiss(id)}>
        <CloseIcon />
      </Dismiss>
    </Card>
  );
}

/** Into the layer of modal dialogs, and above one that is open: it would hide what it brings about itself. */
function bringToFront(region: HTMLElement | null, toasts: readonly Toast[]): void {
  // Browsers that know no popovers show the region where it stands.
  if (!region?.showPopover) return;
  const isCovered = toasts.length > 0 && document.querySelector("dialog[open]") !== null;
  if (isCovered) region.hidePopover();
  if (!region.matches(":popover-open")) region.showPopover();
}

/** Where toasts appear. They never take the focus, and stay while somebody is at them. */
export function Toasts() {
  const toasts = useToasts();
  const region = useRef<HTMLElement>(null);
  const cameFrom = useRef<HTMLElement>(null);

  useEffect(() => bringToFront(region.current, toasts), [toasts]);

  // Whoever signs in next must not read what the last one was told.
  useEffect(() => clearToasts, []);

  function rememberOrigin({ currentTarget, relatedTarget }: FocusEvent<HTMLElement>) {
    if (relatedTarget instanceof HTMLElement && !currentTarget.contains(relatedTarget)) {
      cameFrom.current = relatedTarget;
    }
  }

  function dismiss(id: number) {
    if (region.current?.contains(document.activeElement)) cameFrom.current?.focus({ preventScroll: true });
    dismissToast(id);
  }

  function dismissFocused(event: KeyboardEvent<HTMLElement>) {
    const card = (event.target as Element).closest<HTMLElement>("[data-id]");
    if (event.key === "Escape" && card) dismiss(Number(card.dataset.id));
  }

  return (
    <Region ref={region} popover="manual" aria-label="Notices" onFocus={rememberOrigin} onKeyDown={dismissFocused}>
      <List aria-live="polite">
        {toasts.map((shown) => (
          <ToastCard key={shown.id} shown={shown} region={region} onDismiss={dismiss} />
        ))}
      </List>
    </Region>
  );
}
