import type { Phase } from "@/lib/api/types";
import { PHASE_LOOKS } from "@/lib/phase";
import { useFavicon } from "./favicon";

interface PageTitleProps {
  children: string;
  /** Of the one release that the page is about; shown in the tab's icon too. */
  phase?: Phase;
  /** Why what is shown may no longer hold, in a word. Null while it does. */
  lapse?: string | null;
}

/** What the browser's tab says: the glyph first, since of a narrow tab little else is to be seen. */
export function PageTitle({ children, phase, lapse = null }: PageTitleProps) {
  useFavicon(phase ?? null, lapse !== null);
  const glyph = phase && PHASE_LOOKS[phase].glyph;
  const words = [glyph, lapse && `${lapse}:`, children, phase && PHASE_LOOKS[phase].word];
  return <title>{`${words.filter(Boolean).join(" ")} · Relportal`}</title>;
}
