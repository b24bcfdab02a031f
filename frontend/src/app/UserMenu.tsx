import { chakra } from "@chakra-ui/react";
import { Link } from "react-router";
import { Disclosure, disclosureItem } from "@/components/Disclosure";
import { ExternalIcon, PersonIcon } from "@/components/icons";
import { useSignOut } from "@/features/auth/sign-out";
import { sentenceOf } from "@/lib/api/errors";
import { TOKENS } from "@/lib/destinations";
import { useMe } from "@/lib/session";

const Who = chakra("div", { base: { px: "2", py: "1.5", borderBottomWidth: "1px", mb: "1.5" } });
const Name = chakra("div", { base: { fontWeight: "medium", overflowWrap: "anywhere" } });
const Detail = chakra("div", { base: { color: "fg.muted", fontSize: "xs", overflowWrap: "anywhere" } });
const PageLink = chakra("a", { base: disclosureItem });
const PortalLink = chakra(Link, { base: disclosureItem });
const Action = chakra("button", { base: disclosureItem });
const Failure = chakra("p", { base: { px: "2", py: "1", color: "phase.failed.fg", fontSize: "xs" } });

const TriggerEmail = chakra("span", {
  base: { display: { base: "none", sm: "inline" }, maxWidth: "56", overflow: "hidden", textOverflow: "ellipsis" },
});

function SignOut({ everywhere = false }: { everywhere?: boolean }) {
  const signOut = useSignOut({ everywhere });
  return (
    <>
      <Action type="button" disabled={signOut.isPending} onClick={() => signOut.mutate()}>
        {signOut.isPending ? "Signing out …" : everywhere ? "Sign out everywhere" : "Sign out"}
      </Action>
      {signOut.error && <Failure role="alert">{sentenceOf(signOut.error)}</Failure>}
    </>
  );
}

interface UserMenuProps {
  onShowKeys: () => void;
}

export function UserMenu({ onShowKeys }: UserMenuProps) {
  const { email, full_name: fullName, is_staff: isStaff, roles } = useMe();
  const showKeys = (close: () => void) => () => {
    close();
    onShowKeys();
  };
  return (
    <Disclosure
      variant="ghost"
      px="2"
      align="end"
      label={`Account ${email}`}
      button={
        <>
          <PersonIcon />
          <TriggerEmail>{email}</TriggerEmail>
        </>
      }
    >
      {(close) => (
        <>
          <Who>
            <Name>{fullName || email}</Name>
            {fullName && <Detail>{email}</Detail>}
            <Detail>{roles.join(", ") || "no role"}</Detail>
          </Who>
          <PortalLink to="/account" onClick={close}>
            Your account
          </PortalLink>
          {isStaff && (
            <PageLink href="/admin/">
              Administration <ExternalIcon />
            </PageLink>
          )}
          <PageLink href="/api/docs/">
            API documentation <ExternalIcon />
          </PageLink>
          <PortalLink to={TOKENS} onClick={close}>
            Service tokens
          </PortalLink>
          <Action type="button" onClick={showKeys(close)}>
            Keyboard shortcuts
          </Action>
          <SignOut />
          <SignOut everywhere />
        </>
      )}
    </Disclosure>
  );
}
