import { chakra } from "@chakra-ui/react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, Suspense, useCallback, useEffect, useState } from "react";
import { Link, Navigate, useSearchParams } from "react-router";
import { HOME, isAdminPage, isServerPage, leaveTo, safeNext } from "@/lib/destinations";
import { sessionQuery } from "@/lib/session";
import { AuthPage, Failure, Lead } from "./AuthPage";
import { CodeStep } from "./CodeStep";
import { NextStep } from "./NextStep";
import { OpenIdLink } from "./OpenIdLink";
import { sentenceOfProblem } from "./openid";
import { SignInForm } from "./SignInForm";
import { Switch } from "./Switch";
import { stepNamed } from "./second-factor";
import { SetUp } from "./set-up";

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

/** Why somebody has to begin anew. */
const TOO_LATE = "That took too long. Please sign in again.";

const STEPS = {
  code: {
    heading: "Second step",
    lead: "Enter the code that your authenticator app shows for Relportal, or a recovery code.",
  },
  "set-up": {
    heading: "Set up a second factor",
    lead: "Your account has to have one: a code of an app on your phone, beside your password.",
  },
};

export function SignInPage() {
  const [params] = useSearchParams();
  const client = useQueryClient();
  const { data: me } = useQuery(sessionQuery);
  const next = safeNext(params.get("next"));
  // Whoever signs in by OpenID Connect comes here for the second step.
  const [step, setStep] = useState(stepNamed(params.get("step")));
  const [isLate, setIsLate] = useState(false);
  const [hasSecret, setHasSecret] = useState(false);
  const begin = useCallback((late: boolean) => {
    setStep(undefined);
    setIsLate(late);
  }, []);
  const beginLate = useCallback(() => begin(true), [begin]);
  // Django's admin sends such a user back here: following `next` would go round in circles.
  const mayNotOpenAdmin = Boolean(me && !me.is_staff && isAdminPage(next));
  const problem = isLate ? TOO_LATE : sentenceOfProblem(params.get("problem"));

  // Recovery codes stay until they were kept, though somebody is signed in by then; who was so before is done here.
  if (step === "set-up" && (!me || hasSecret)) {
    return (
      <AuthPage
        title="Sign in"
        heading={STEPS[step].heading}
        lead={
          <Lead as="div">
            <NextStep>{STEPS[step].lead}</NextStep>
          </Lead>
        }
      >
        <Suspense fallback={null}>
          <SetUp.Component
            asksPassword={false}
            onDone={() => client.refetchQueries(sessionQuery).then(() => setStep(undefined))}
            onSecret={() => setHasSecret(true)}
            onLate={beginLate}
          >
            <Switch onClick={() => begin(false)}>Back to the password</Switch>
          </SetUp.Component>
        </Suspense>
      </AuthPage>
    );
  }
  if (me && !mayNotOpenAdmin) return isServerPage(next) ? <Leave to={next} /> : <Navigate to={next} replace />;
  if (step === "code") {
    return (
      <AuthPage title="Sign in" heading={STEPS[step].heading} lead={<Lead>{STEPS[step].lead}</Lead>}>
        <CodeStep onBack={begin} />
      </AuthPage>
    );
  }
  return (
    <AuthPage
      title="Sign in"
      heading="Relportal"
      lead={<Reason forbiddenFor={mayNotOpenAdmin ? me?.email : undefined} hasNext={params.has("next") && !problem} />}
    >
      {problem && <Failure role="alert">{problem}</Failure>}
      <SignInForm autoFocus={!mayNotOpenAdmin && !problem} onStep={setStep} />
      <OpenIdLink next={next} />
    </AuthPage>
  );
}
