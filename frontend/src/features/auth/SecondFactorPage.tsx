import { Button, chakra, Heading, Skeleton } from "@chakra-ui/react";
import { useQuery } from "@tanstack/react-query";
import { Suspense, useState } from "react";
import { ErrorNotice } from "@/components/ErrorNotice";
import { PageHead } from "@/components/PageHead";
import type { SecondFactor } from "@/lib/api/types";
import { useMe } from "@/lib/session";
import { formatExact, parseMoment } from "@/lib/time";
import { CodeField } from "./CodeField";
import { CredentialField, CredentialForm } from "./CredentialForm";
import { RecoveryCodes } from "./RecoveryCodes";
import { Switch } from "./Switch";
import { secondFactorQuery, useNewCodes, useTurnOff } from "./second-factor";
import { SetUp } from "./set-up";

const FEW = 3;

const Page = chakra("div", { base: { display: "flex", flexDirection: "column", gap: "5", maxWidth: "30rem" } });
const Part = chakra("section", { base: { display: "flex", flexDirection: "column", gap: "3" } });
const Text = chakra("p", { base: { color: "fg.muted", textWrap: "pretty" } });
const State = chakra("p", { base: { fontWeight: "medium" } });
const Warning = chakra("p", { base: { color: "phase.failed.fg", fontWeight: "medium" } });

function NewCodes() {
  const [asks, setAsks] = useState(false);
  const renewing = useNewCodes();
  const close = () => {
    setAsks(false);
    renewing.reset();
  };
  if (renewing.data) return <RecoveryCodes codes={renewing.data} onKept={close} />;
  if (!asks) {
    return (
      <div>
        <Button size="sm" variant="outline" colorPalette="gray" onClick={() => setAsks(true)}>
          Get new recovery codes
        </Button>
      </div>
    );
  }
  return (
    <div>
      <CredentialForm
        label="New recovery codes"
        submit="Replace the old ones"
        submitting="Replacing"
        isPending={renewing.isPending}
        failure={renewing.error}
        fields={["code"]}
        onSubmit={(value) => renewing.mutate(value("code").trim())}
      >
        <CodeField autoFocus failure={renewing.error} />
      </CredentialForm>
      <Switch onClick={close}>Keep the old ones</Switch>
    </div>
  );
}

function TurnOff() {
  const { has_password: hasPassword } = useMe();
  const [asks, setAsks] = useState(false);
  const turningOff = useTurnOff();
  const close = () => {
    setAsks(false);
    turningOff.reset();
  };
  if (!asks) {
    return (
      <div>
        <Button size="sm" variant="outline" colorPalette="gray" onClick={() => setAsks(true)}>
          Turn it off
        </Button>
      </div>
    );
  }
  return (
    <div>
      <CredentialForm
        label="Turn the second factor off"
        submit="Turn it off now"
        submitting="Turning it off"
        isPending={turningOff.isPending}
        failure={turningOff.error}
        fields={["code", "password"]}
        onSubmit={(value) =>
          turningOff.mutate({ code: value("code").trim(), ...(hasPassword && { password: value("password") }) })
        }
      >
        <CodeField autoFocus failure={turningOff.error} />
        {hasPassword && (
          <CredentialField
            label="Your password"
            name="password"
            type="password"
            autoComplete="current-password"
            failure={turningOff.error}
          />
        )}
      </CredentialForm>
      <Switch onClick={close}>Keep it on</Switch>
    </div>
  );
}

function TurnedOn({ since, is_required: isRequired, recovery_codes_left: left }: SecondFactor) {
  return (
    <>
      <Part>
        <State role="status">On{since ? ` since ${formatExact(parseMoment(since) ?? 0)}` : ""}.</State>
        <Text>Signing in takes a code of your authenticator app beside your password.</Text>
      </Part>
      <Part>
        <Heading as="h2" size="lg">
          Recovery codes
        </Heading>
        {left <= FEW ? (
          <Warning>{left === 0 ? "None is left." : `Only ${left} left.`} Get new ones.</Warning>
        ) : (
          <Text>{left} are left, each good once, for a day when your app is not at hand.</Text>
        )}
        <NewCodes />
      </Part>
      <Part>
        <Heading as="h2" size="lg">
          Turn it off
        </Heading>
        {isRequired ? (
          <Text>Your account has to have a second factor. An administrator can reset it where your app is lost.</Text>
        ) : (
          <>
            <Text>For another app, turn it off, then set it up anew.</Text>
            <TurnOff />
          </>
        )}
      </Part>
    </>
  );
}

function Factor() {
  const { has_password: hasPassword } = useMe();
  const { data, error, refetch } = useQuery(secondFactorQuery);
  // Recovery codes stay on the page until they were kept, whatever is known of the factor meanwhile.
  const [isSettingUp, setIsSettingUp] = useState(false);
  if (error && !data) return <ErrorNotice error={error} onRetry={refetch} />;
  if (!data) return <Skeleton height="24" />;
  if (data.is_on && !isSettingUp) return <TurnedOn {...data} />;
  if (!isSettingUp) {
    return (
      <>
        <State role="status">Off.</State>
        <div>
          <Button onClick={() => setIsSettingUp(true)}>Set up an authenticator app</Button>
        </div>
      </>
    );
  }
  return (
    <>
      <Text>You stay signed in here, and are signed out everywhere else.</Text>
      <Suspense fallback={<Skeleton height="24" />}>
        <SetUp.Component asksPassword={hasPassword} onDone={() => setIsSettingUp(false)}>
          <Switch onClick={() => setIsSettingUp(false)}>Not now</Switch>
        </SetUp.Component>
      </Suspense>
    </>
  );
}

/** The signed-in user's own second factor. */
export function SecondFactorPage() {
  return (
    <Page>
      <PageHead title="Second factor">
        A code of an app on your phone beside your password: whoever learns the one still lacks the other.
      </PageHead>
      <Factor />
    </Page>
  );
}
