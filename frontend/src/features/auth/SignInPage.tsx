import { chakra } from "@chakra-ui/react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";
import { Link, Navigate, useSearchParams } from "react-router";
import { HOME, isAdminPage, isServerPage, leaveTo, safeNext } from "@/lib/destinations";
import { sessionQuery } from "@/lib/session";
import { AuthPage, Failure, Lead } from "./AuthPage";
import { OpenIdLink } from "./OpenIdLink";
import { sentenceOfProblem } from "./openid";
import { SignInForm } from "./SignInForm";

function Leave({ to }: { to: string }) {
  useEffect(() => leaveTo(to), [to]);
  return null;
}

/** Why somebody stands here. */
function Reason({ forbiddenFor, hasNext }: { forbiddenFor: string | undefined; hasNext: boolean }): ReactNode {
  if (forbiddenFor) {
    return (
      <Lead role="status">
        You are signed in as {forbiddenFor}, an account that may not open the administration. Sign in with one that may,
        or go on to the{" "}
        <chakra.span textDecoration="underline">
          <Link to={HOME}>releases</Link>
        </chakra.span>
        .
      </Lead>
    );
  }
  return hasNext ? (
    <Lead role="status" color="fg" fontWeight="medium">
      Please log in again.
    </Lead>
  ) : (
    <Lead>See where your releases stand.</Lead>
  );
}

export function SignInPage() {
  const [params] = useSearchParams();
  const { data: me } = useQuery(sessionQuery);
  const next = safeNext(params.get("next"));
  // Django's admin sends such a user back here: following `next` would go round in circles.
  const problem = sentenceOfProblem(params.get("problem"));
  const mayNotOpenAdmin = Boolean(me && !me.is_staff && isAdminPage(next));

  if (me && !mayNotOpenAdmin) return isServerPage(next) ? <Leave to={next} /> : <Navigate to={next} replace />;
  return (
    <AuthPage
      title="Sign in"
      heading="Relportal"
      lead={<Reason forbiddenFor={mayNotOpenAdmin ? me?.email : undefined} hasNext={params.has("next") && !problem} />}
    >
      {problem && <Failure role="alert">{problem}</Failure>}
      <SignInForm autoFocus={!mayNotOpenAdmin && !problem} />
      <OpenIdLink next={next} />
    </AuthPage>
  );
}
