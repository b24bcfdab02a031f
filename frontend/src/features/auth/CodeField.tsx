import { useState } from "react";
import { CredentialField } from "./CredentialForm";
import { Switch } from "./Switch";

interface CodeFieldProps {
  /** Whether the focus goes there, where nothing has to be read before. */
  autoFocus?: boolean;
  /** Whether a recovery code will do as well. */
  orRecovery?: boolean;
  /** What the server said about the form. */
  failure: unknown;
}

/** A code of the authenticator app, or, where it is lost, a recovery code. */
export function CodeField({ autoFocus = false, orRecovery = true, failure }: CodeFieldProps) {
  const [isRecovery, setIsRecovery] = useState(false);
  return (
    <div>
      {isRecovery ? (
        <CredentialField
          key="recovery"
          label="Recovery code"
          name="code"
          type="text"
          autoComplete="off"
          maxLength={40}
          autoFocus
          failure={failure}
        />
      ) : (
        <CredentialField
          key="app"
          label="Code of your app"
          name="code"
          type="text"
          autoComplete="one-time-code"
          inputMode="numeric"
          maxLength={40}
          autoFocus={autoFocus}
          failure={failure}
        />
      )}
      {orRecovery && (
        <Switch onClick={() => setIsRecovery(!isRecovery)}>
          {isRecovery ? "Use a code of the app" : "Use a recovery code"}
        </Switch>
      )}
    </div>
  );
}
