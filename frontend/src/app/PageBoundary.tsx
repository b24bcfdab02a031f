import { Button } from "@chakra-ui/react";
import { Component, type ComponentType, Fragment, type ReactNode } from "react";
import { useLocation } from "react-router";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Notice } from "@/components/Notice";
import { PageTitle } from "@/components/PageTitle";

const reload = () => window.location.reload();

// Each browser words it differently: Chromium, Firefox, Safari.
const MISSING_CHUNK = /dynamically imported module|Importing a module script failed/i;

function isMissingChunk(error: unknown): boolean {
  return error instanceof Error && MISSING_CHUNK.test(error.message);
}

function BrokenPage({ error }: { error: unknown }) {
  if (!isMissingChunk(error)) return <ErrorNotice error={error} />;
  const title = "This page could not be loaded.";
  return (
    <>
      <PageTitle>{title}</PageTitle>
      <Notice mark="↻" title={title} urgent actions={<Button onClick={reload}>Reload</Button>}>
        Relportal may have been updated since you opened it, or the connection is gone.
      </Notice>
    </>
  );
}

interface BoundaryProps {
  /** Which entry of the history is shown. */
  entry: string;
  /** Stands around what is said in place of the page. */
  frame: ComponentType<{ children: ReactNode }> | typeof Fragment;
  children: ReactNode;
}

interface BoundaryState {
  entry: string;
  broken: { error: unknown } | null;
}

class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { entry: this.props.entry, broken: null };

  static getDerivedStateFromError(error: unknown): Partial<BoundaryState> {
    return { broken: { error } };
  }

  static getDerivedStateFromProps({ entry }: BoundaryProps, state: BoundaryState): BoundaryState | null {
    return entry === state.entry ? null : { entry, broken: null };
  }

  override render() {
    const { broken } = this.state;
    const { frame: Frame, children } = this.props;
    if (!broken) return children;
    return (
      <Frame>
        <BrokenPage error={broken.error} />
      </Frame>
    );
  }
}

/** Says in place of a page that broke, while it was loaded or drawn, that it did, until the reader goes elsewhere. */
export function PageBoundary({ frame = Fragment, children }: Pick<BoundaryProps, "children"> & Partial<BoundaryProps>) {
  const { key } = useLocation();
  return (
    <Boundary entry={key} frame={frame}>
      {children}
    </Boundary>
  );
}
