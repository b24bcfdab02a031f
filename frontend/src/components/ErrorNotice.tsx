import { Button } from "@chakra-ui/react";
import type { ReactNode } from "react";
import { Link, useLocation, useNavigate } from "react-router";
import { ApiError, categoryOf, type ErrorCategory, textOf } from "@/lib/api/errors";
import { HOME } from "@/lib/destinations";
import { Notice } from "./Notice";
import { PageTitle } from "./PageTitle";
import { type Retry, RetryButton } from "./RetryButton";

const MARKS: Record<ErrorCategory, string> = {
  signed_out: "401",
  forbidden: "403",
  not_found: "404",
  unavailable: "503",
  invalid: "400",
  unexpected: "500",
};

function ToList({ variant = "solid" }: { variant?: "solid" | "outline" }) {
  return (
    <Button asChild variant={variant}>
      <Link to={HOME}>Back to the releases</Link>
    </Button>
  );
}

/** Whether what stands before this page in its tab is the portal's, too: a link that was sent is opened in a new tab,
 * from where back leads out. */
function canGoBack(): boolean {
  const { navigation } = window as { navigation?: { canGoBack: boolean } };
  return navigation?.canGoBack ?? window.history.length > 1;
}

function GoBack() {
  const navigate = useNavigate();
  return <Button onClick={() => navigate(-1)}>Go back</Button>;
}

function LogInAgain() {
  const { pathname, search } = useLocation();
  return (
    <Button asChild>
      <Link to={`/login?next=${encodeURIComponent(pathname + search)}`}>Log in again</Link>
    </Button>
  );
}

function actionsFor(category: ErrorCategory, onRetry: Retry): ReactNode {
  switch (category) {
    case "signed_out":
      return <LogInAgain />;
    case "forbidden":
      return canGoBack() ? (
        <>
          <GoBack />
          <ToList variant="outline" />
        </>
      ) : (
        <ToList />
      );
    case "not_found":
    case "invalid":
      return <ToList />;
    case "unavailable":
      return <RetryButton onRetry={onRetry}>Try again</RetryButton>;
    case "unexpected":
      return (
        <>
          <RetryButton onRetry={onRetry}>Try again</RetryButton>
          <ToList variant="outline" />
        </>
      );
  }
}

function Reference({ error }: { error: unknown }) {
  if (!(error instanceof ApiError) || !error.requestId) return null;
  return (
    <>
      For whoever looks into it: {error.code}, request {error.requestId}
    </>
  );
}

async function reload(): Promise<void> {
  window.location.reload();
}

interface ErrorNoticeProps {
  error: unknown;
  onRetry?: Retry;
  /** Where an action other than the category's own leads further. */
  actions?: ReactNode;
}

/** The page of an error category: its sentence, what the server adds to it, and the action that helps. */
export function ErrorNotice({ error, onRetry = reload, actions }: ErrorNoticeProps) {
  const category = categoryOf(error);
  const { lead, rest } = textOf(error);
  const status = error instanceof ApiError && error.status > 0 ? String(error.status) : MARKS[category];
  return (
    <>
      <PageTitle>{lead}</PageTitle>
      <Notice
        urgent
        mark={status}
        title={lead}
        actions={actions ?? actionsFor(category, onRetry)}
        footnote={<Reference error={error} />}
      >
        {rest}
      </Notice>
    </>
  );
}
