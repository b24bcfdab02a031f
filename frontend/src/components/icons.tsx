import type { ReactNode } from "react";

function Outline({ children }: { children: ReactNode }) {
  return (
    <svg
      className="icon"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}

export const ChevronRightIcon = () => (
  <Outline>
    <path d="m6 3.5 4.5 4.5L6 12.5" />
  </Outline>
);
export const ChevronDownIcon = () => (
  <Outline>
    <path d="M3.5 6 8 10.5 12.5 6" />
  </Outline>
);
export const ChevronLeftIcon = () => (
  <Outline>
    <path d="M10 3.5 5.5 8l4.5 4.5" />
  </Outline>
);
export const ArrowUpIcon = () => (
  <Outline>
    <path d="M8 13V3.5M4 7.5l4-4 4 4" />
  </Outline>
);
export const ArrowDownIcon = () => (
  <Outline>
    <path d="M8 3v9.5M4 8.5l4 4 4-4" />
  </Outline>
);
export const BellIcon = () => (
  <Outline>
    <path d="M8 2.2a3.8 3.8 0 0 0-3.8 3.8c0 3.6-1.5 4.8-1.5 5.6h10.6c0-.8-1.5-2-1.5-5.6A3.8 3.8 0 0 0 8 2.2ZM6.6 13.6a1.5 1.5 0 0 0 2.8 0" />
  </Outline>
);
export const BookmarkIcon = () => (
  <Outline>
    <path d="M4 2.5h8v11l-4-3-4 3Z" />
  </Outline>
);
export const CheckIcon = () => (
  <Outline>
    <path d="m3 8.5 3.2 3.2L13 5" />
  </Outline>
);
export const CloseIcon = () => (
  <Outline>
    <path d="m4 4 8 8M12 4l-8 8" />
  </Outline>
);
export const CopyIcon = () => (
  <Outline>
    <rect x="5.5" y="5.5" width="8" height="8" rx="1" />
    <path d="M10.5 5.5v-3h-8v8h3" />
  </Outline>
);
export const ExpandIcon = () => (
  <Outline>
    <path d="m4.5 6 3.5-3.5L11.5 6M4.5 10 8 13.5l3.5-3.5" />
  </Outline>
);
export const CollapseIcon = () => (
  <Outline>
    <path d="M4.5 2.5 8 6l3.5-3.5M4.5 13.5 8 10l3.5 3.5" />
  </Outline>
);
export const DownloadIcon = () => (
  <Outline>
    <path d="M8 2.5v7.5M4.8 7 8 10.2 11.2 7M3 13h10" />
  </Outline>
);
export const ExternalIcon = () => (
  <Outline>
    <path d="M6.5 3.5h-3v9h9v-3M9 3h4v4M13 3 7.5 8.5" />
  </Outline>
);
export const PencilIcon = () => (
  <Outline>
    <path d="m3 13 .7-3L10.5 3.2l2.3 2.3L6 12.3Z" />
  </Outline>
);
export const PersonIcon = () => (
  <Outline>
    <circle cx="8" cy="5.2" r="2.6" />
    <path d="M2.8 13.5c.5-2.8 2.6-4.2 5.2-4.2s4.7 1.4 5.2 4.2" />
  </Outline>
);
export const RefreshIcon = () => (
  <Outline>
    <path d="M13 8a5 5 0 1 1-1.6-3.7M13 2.5v2.8h-2.8" />
  </Outline>
);
export const CompareIcon = () => (
  <Outline>
    <path d="M8 1.5v13M6 4H2.5v8H6M10 4h3.5v8H10" />
  </Outline>
);
export const SwapIcon = () => (
  <Outline>
    <path d="M3 5.5h9.5M9.8 2.8l2.7 2.7-2.7 2.7M13 10.5H3.5M6.2 7.8l-2.7 2.7 2.7 2.7" />
  </Outline>
);
export const SearchIcon = () => (
  <Outline>
    <circle cx="7" cy="7" r="4" />
    <path d="m10 10 3.5 3.5" />
  </Outline>
);
export const SaveIcon = () => (
  <Outline>
    <path d="M2.5 2.5h8.5l2.5 2.5v8.5h-11ZM5 2.5v3h5v-3M5 13.5v-4h6v4" />
  </Outline>
);
export const SunIcon = () => (
  <Outline>
    <circle cx="8" cy="8" r="2.8" />
    <path d="M8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M3.4 12.6l.7-.7M11.9 4.1l.7-.7" />
  </Outline>
);
export const MoonIcon = () => (
  <Outline>
    <path d="M13.2 9.8A5.6 5.6 0 0 1 6.2 2.8a5.6 5.6 0 1 0 7 7Z" />
  </Outline>
);
export const MonitorIcon = () => (
  <Outline>
    <rect x="2" y="3" width="12" height="8" rx="1" />
    <path d="M6 13.5h4" />
  </Outline>
);
export const InfoIcon = () => (
  <Outline>
    <circle cx="8" cy="8" r="6" />
    <path d="M8 7.3v3.9M8 4.8v.1" />
  </Outline>
);
export const WarningIcon = () => (
  <Outline>
    <path d="M8 2.5 14.2 13H1.8ZM8 6.5v3M8 11.3v.1" />
  </Outline>
);
export const PlusIcon = () => (
  <Outline>
    <path d="M8 3.5v9M3.5 8h9" />
  </Outline>
);
export const MinusIcon = () => (
  <Outline>
    <path d="M3.5 8h9" />
  </Outline>
);
export const TrashIcon = () => (
  <Outline>
    <path d="M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.6 9h6.8l.6-9M6.8 7v4M9.2 7v4" />
  </Outline>
);
