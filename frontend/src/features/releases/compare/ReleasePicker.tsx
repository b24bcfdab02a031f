import { chakra } from "@chakra-ui/react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { PhaseBadge } from "@/components/PhaseBadge";
import { RelativeTime } from "@/components/RelativeTime";
import { TextInput } from "@/components/TextInput";
import { sentenceOf } from "@/lib/api/errors";
import type { Release } from "@/lib/api/types";
import { candidatesQuery } from "./compare-query";
import { useCombobox } from "./use-combobox";

const TYPING_PAUSE_MS = 200;
const RELEASE_ID = /^release:[A-Za-z0-9_.-]{1,200}$/;

const Frame = chakra("div", { base: { position: "relative", minWidth: 0 } });
const Top = chakra("div", {
  base: { display: "flex", alignItems: "center", justifyContent: "space-between", minHeight: "6", mb: "1" },
});
const Label = chakra("label", { base: { fontSize: "xs", fontWeight: "medium", color: "fg.muted" } });

const Popup = chakra("div", {
  base: {
    position: "absolute",
    insetInline: 0,
    top: "calc(100% + 4px)",
    zIndex: "popover",
    maxHeight: "22rem",
    display: "flex",
    flexDirection: "column",
    p: "1",
    bg: "bg.panel",
    borderWidth: "1px",
    borderRadius: "md",
    boxShadow: "lg",
    fontSize: "sm",
  },
});

// What scrolls is the list itself: as the box's own it is known to be led through from there.
const Options = chakra("div", { base: { overflowY: "auto" } });

const Option = chakra("div", {
  base: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    columnGap: "2",
    px: "2",
    py: "1.5",
    borderRadius: "sm",
    cursor: "pointer",
    overflowWrap: "anywhere",
    _hover: { bg: "bg.muted" },
    _selected: { bg: "brand.muted" },
  },
});

const Started = chakra("span", { base: { marginInlineStart: "auto", color: "fg.muted", fontSize: "xs" } });
const Status = chakra("p", {
  base: { px: "2", py: "1.5", color: "fg.muted", fontSize: "xs", _empty: { display: "none" } },
});

/** A release's ID as people type it. */
function shortId(id: string): string {
  return id.replace(/^release:/, "");
}

function idOf(text: string): string | null {
  const id = `release:${shortId(text.trim())}`;
  return RELEASE_ID.test(id) ? id : null;
}

/** A text once the typing pauses. */
function usePaused(text: string): string {
  const [paused, setPaused] = useState(text);
  useEffect(() => {
    const timer = window.setTimeout(() => setPaused(text), TYPING_PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [text]);
  return paused;
}

interface StatusOf {
  releases: readonly Release[] | undefined;
  error: unknown;
}

function statusInWords({ releases, error }: StatusOf): string {
  if (error) return sentenceOf(error);
  if (!releases) return "Looking …";
  return releases.length === 0 ? "No release that you may see has this in its ID." : "";
}

function ReleaseOption({ release }: { release: Release }) {
  return (
    <>
      <span>{shortId(release.id)}</span>
      <PhaseBadge phase={release.phase} state={release.state} />
      <Started>
        <RelativeTime at={release.started_at} />
      </Started>
    </>
  );
}

interface ReleasePickerProps {
  label: string;
  /** The chosen release's ID; null where none is. */
  value: string | null;
  placeholder: string;
  /** Whether the page's search key leads here. */
  isSearch?: boolean;
  /** Stands beside the label: how it was chosen, or another way to choose. */
  note?: ReactNode;
  onChoose: (id: string) => void;
}

/** A release, chosen by its ID among those that the reader may see. */
export function ReleasePicker({ label, value, placeholder, isSearch = false, note, onChoose }: ReleasePickerProps) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const box = useCombobox({ text: value ? shortId(value) : "", onChoose, idOf });
  const search = usePaused(shortId(box.search));
  const query = useQuery({ ...candidatesQuery(search), enabled: box.isOpen });
  const releases = box.isOpen ? (query.data ?? []) : [];
  const active = Math.min(box.active, releases.length - 1);
  const optionId = (index: number) => `${id}-${index}`;

  useEffect(() => {
    list.current?.children[active]?.scrollIntoView?.({ block: "nearest" });
  }, [active]);

  return (
    <Frame>
      <Top>
        <Label htmlFor={id}>{label}</Label>
        {note}
      </Top>
      <TextInput
        id={id}
        size="sm"
        bg="bg.panel"
        role="combobox"
        autoComplete="off"
        spellCheck={false}
        maxLength={208}
        placeholder={placeholder}
        data-shortcut={isSearch ? "search" : undefined}
        aria-expanded={box.isOpen}
        aria-controls={box.isOpen ? `${id}-list` : undefined}
        aria-autocomplete="list"
        aria-activedescendant={active >= 0 ? optionId(active) : undefined}
        value={box.text}
        onChange={(event) => box.type(event.target.value)}
        onFocus={(event) => event.target.select()}
        onClick={box.open}
        onBlur={box.close}
        onKeyDown={(event) => box.onKeyDown(event, releases)}
      />
      {box.isOpen && (
        // Pressed, it must not take the focus from the box, which would close it.
        <Popup onPointerDown={(event) => event.preventDefault()}>
          <Options ref={list} id={`${id}-list`} role="listbox" aria-label={label}>
            {releases.map((release, index) => (
              <Option
                key={release.id}
                id={optionId(index)}
                role="option"
                aria-selected={index === active}
                onClick={() => box.choose(release.id)}
              >
                <ReleaseOption release={release} />
              </Option>
            ))}
          </Options>
          <Status role="status">{statusInWords({ releases: query.data, error: query.error })}</Status>
        </Popup>
      )}
    </Frame>
  );
}
