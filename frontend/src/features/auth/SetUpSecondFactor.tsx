import { chakra } from "@chakra-ui/react";
import { QRCodeSVG } from "qrcode.react";
import { type ReactNode, useEffect } from "react";
import { CopyButton } from "@/components/CopyButton";
import { CodeField } from "./CodeField";
import { CredentialField, CredentialForm } from "./CredentialForm";
import { NextStep } from "./NextStep";
import { RecoveryCodes } from "./RecoveryCodes";
import { isTooLate, useConfirm, useSetUp } from "./second-factor";

const Column = chakra("div", { base: { display: "flex", flexDirection: "column", gap: "4" } });
// White in the dark as well: apps read dark on light.
const Picture = chakra("div", {
  base: { alignSelf: "center", p: "4", bg: "white", borderRadius: "md", borderWidth: "1px" },
});
const Secret = chakra("code", { base: { fontFamily: "mono", fontSize: "sm", overflowWrap: "anywhere" } });
const Hint = chakra("p", { base: { color: "fg.muted", fontSize: "sm" } });

interface ForApp {
  secret: string;
  uri: string;
}

const inFours = (secret: string) => secret.match(/.{1,4}/g)?.join(" ") ?? secret;

function Confirm({ app: { secret, uri }, confirming }: { app: ForApp; confirming: ReturnType<typeof useConfirm> }) {
  return (
    <Column>
      <NextStep>Scan this with an authenticator app on your phone, then enter the code that the app shows.</NextStep>
      <Picture>
        <QRCodeSVG value={uri} size={184} level="M" title="QR code for your authenticator app" />
      </Picture>
      <Hint>
        Can't scan it? Type this into the app: <Secret>{inFours(secret)}</Secret>
      </Hint>
      <div>
        <CopyButton text={secret}>Copy the secret</CopyButton>
      </div>
      <CredentialForm
        label="Confirm your app"
        submit="Turn it on"
        submitting="Turning it on"
        isPending={confirming.isPending}
        failure={confirming.error}
        fields={["code"]}
        onSubmit={(value) => confirming.mutate(value("code").trim())}
      >
        <CodeField orRecovery={false} failure={confirming.error} />
      </CredentialForm>
    </Column>
  );
}

interface SetUpSecondFactorProps {
  /** Whether the password has to be given once more. */
  asksPassword: boolean;
  /** Called once the recovery codes were kept. */
  onDone: () => void;
  /** Called with the secret: from now on, who is signed in may become so by this. */
  onSecret?: () => void;
  /** Called where whoever is signing in has to begin anew. */
  onLate?: () => void;
  /** The way out, as long as nothing is turned on. */
  children?: ReactNode;
}

/** Turns the second factor on: a secret for an app, a code of it, recovery codes. */
export function SetUpSecondFactor({ asksPassword, onDone, onSecret, onLate, children }: SetUpSecondFactorProps) {
  const settingUp = useSetUp();
  const confirming = useConfirm();
  const isLate = isTooLate(settingUp.error) || isTooLate(confirming.error);
  useEffect(() => {
    if (isLate) onLate?.();
  }, [isLate, onLate]);

  if (confirming.data) return <RecoveryCodes codes={confirming.data} onKept={onDone} />;
  if (settingUp.data) {
    return (
      <div>
        <Confirm app={settingUp.data} confirming={confirming} />
        {children}
      </div>
    );
  }
  return (
    <div>
      <CredentialForm
        label="Set up a second factor"
        submit="Set it up"
        submitting="Setting it up"
        isPending={settingUp.isPending}
        failure={settingUp.error}
        fields={asksPassword ? ["password"] : []}
        onSubmit={(value) =>
          settingUp.mutate(asksPassword ? value("password") : undefined, { onSuccess: () => onSecret?.() })
        }
      >
        {asksPassword && (
          <CredentialField
            label="Your password"
            name="password"
            type="password"
            autoComplete="current-password"
            autoFocus
            failure={settingUp.error}
          />
        )}
      </CredentialForm>
      {children}
    </div>
  );
}
