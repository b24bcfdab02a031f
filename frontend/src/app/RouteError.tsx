import { Button } from "@chakra-ui/react";
import { useRouteError } from "react-router";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Notice } from "@/components/Notice";

const reload = () => window.location.reload();

// Each browser words it differently: Chromium, Firefox, Safari.
const MISSING_CHUNK = /dynamically imported module|Importing a module script failed/i;

function isMissingChunk(error: unknown): boolean {
  return error instanceof Error && MISSING_CHUNK.test(error.message);
}

/** What stands in place of a page that broke while it was loaded or drawn. */
export function RouteError() {
  const error = useRouteError();
  if (isMissingChunk(error)) {
    return (
      <Notice mark="↻" title="This page could not be loaded." urgent actions={<Button onClick={reload}>Reload</Button>}>
        Relportal may have been updated since you opened it, or the connection is gone.
      </Notice>
    );
  }
  return <ErrorNotice error={error} />;
}
