import { chakra } from "@chakra-ui/react";
import { Disclosure, disclosureItem } from "@/components/Disclosure";
import { ExternalIcon, PersonIcon } from "@/components/icons";
import { useSignOut } from "@/features/auth/sign-out";
import { sentenceOf } from "@/lib/api/errors";
import { useMe } from "@/lib/session";

const Who = chakra("div", { base: { px: "2", py: "1.5", borderBottomWidth: "1px", mb: "1.5" } });
const Name = chakra("div", { base: { fontWeight: "medium", overflowWrap: "anywhere" } });
const Detail = chakra("div", { base: { color: "fg.muted", fontSize: "xs", overflowWrap: "anywhere" } });
const PageLink = chakra("a", { base: disclosureItem });
const Action = chakra("button", { base: disclosureItem });
const Failure = chakra("p", { base: { px: "2", py: "1", color: "phase.failed.fg", fontSize: "xs" } });

const TriggerEmail = chakra("span", {
  base: { display: { base: "none", sm: "inline" }, maxWidth: "56", overflow: "hidden", textOverflow: "ellipsis" },
});

function SignOut() {
  const signOut = useSignOut();
  return (
    <>
      <Action type="button" disabled={signOut.isPending} onClick={() => signOut.mutate()}>
        {signOut.isPending ? "Signing out …" : "Sign out"}
      </Action>
      {signOut.error && <Failure role="alert">{sentenceOf(signOut.error)}</Failure>}
    </>
  );
}

export function UserMenu() {
  const { email, full_name: fullName, is_staff: isStaff, roles } = useMe();
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
      <Who>
        <Name>{fullName || email}</Name>
        {fullName && <Detail>{email}</Detail>}
        <Detail>{roles.join(", ") || "no role"}</Detail>
      </Who>
      {isStaff && (
        <PageLink href="/admin/">
          Administration <ExternalIcon />
        </PageLink>
      )}
      <PageLink href="/api/docs/">
        API documentation <ExternalIcon />
      </PageLink>
      <SignOut />
    </Disclosure>
  );
}
