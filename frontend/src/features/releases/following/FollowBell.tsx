import { Button, chakra, Heading } from "@chakra-ui/react";
import { useState } from "react";
import { Link } from "react-router";
import { Disclosure } from "@/components/Disclosure";
import { BellIcon, CloseIcon, WarningIcon } from "@/components/icons";
import { PhaseGlyph } from "@/components/PhaseGlyph";
import { RelativeTime } from "@/components/RelativeTime";
import { entityHref } from "@/lib/destinations";
import { isPhase, PHASE_LOOKS } from "@/lib/phase";
import { useMe } from "@/lib/session";
import { type Followed, type Told, withNothingTold, withoutFollowed } from "./following";
import { askForNotifications, notificationPermission } from "./notifications";
import { updateFollowing, useFollowing } from "./store";

const Body = chakra("div", {
  base: {
    display: "flex",
    flexDirection: "column",
    gap: "3",
    p: "2",
    width: { sm: "22rem" },
    maxHeight: "min(32rem, calc(100dvh - 6rem))",
    overflowY: "auto",
  },
});

const List = chakra("ul", { base: { display: "flex", flexDirection: "column", gap: "2", listStyle: "none" } });
const Line = chakra("li", { base: { display: "flex", alignItems: "flex-start", gap: "2" } });
const Mark = chakra("span", { base: { display: "grid", placeItems: "center", height: "1lh" } });
const Words = chakra("div", { base: { flex: 1, minWidth: 0, overflowWrap: "anywhere" } });
const Detail = chakra("div", { base: { color: "fg.muted", fontSize: "xs" } });
const Note = chakra("p", { base: { color: "fg.muted", fontSize: "xs" } });

const Name = chakra(Link, {
  base: {
    color: "brand.fg",
    fontWeight: "medium",
    borderRadius: "sm",
    focusVisibleRing: "outside",
    _hover: { textDecoration: "underline" },
  },
});

const Unfollow = chakra("button", {
  base: {
    p: "1",
    borderRadius: "sm",
    color: "fg.muted",
    cursor: "pointer",
    focusVisibleRing: "inside",
    _hover: { color: "fg", bg: "bg.muted" },
  },
});

const Top = chakra("div", {
  base: { display: "flex", alignItems: "center", justifyContent: "space-between", mb: "1" },
});

interface FollowedListProps {
  followed: readonly Followed[];
  onUnfollow: (followed: Followed) => void;
  onLeave: () => void;
}

function FollowedList({ followed, onUnfollow, onLeave }: FollowedListProps) {
  return (
    <List aria-label="Followed">
      {followed.map((each) => (
        <Line key={`${each.releaseId}/${each.path}`}>
          <Mark color={`phase.${each.phase}.fg`}>
            <PhaseGlyph phase={each.phase} />
          </Mark>
          <Words>
            <Name to={entityHref(each.releaseId, each.path)} onClick={onLeave}>
              {each.name}
            </Name>
            <Detail>
              {PHASE_LOOKS[each.phase].word} {each.type}
              {each.within && ` in ${each.within}`}
            </Detail>
          </Words>
          <Unfollow type="button" aria-label={`Stop following ${each.name}`} onClick={() => onUnfollow(each)}>
            <CloseIcon />
          </Unfollow>
        </Line>
      ))}
    </List>
  );
}

interface ToldListProps {
  told: readonly Told[];
  onLeave: () => void;
}

function ToldList({ told, onLeave }: ToldListProps) {
  return (
    <List aria-label="Lately told">
      {told.map(({ id, tone, title, detail, href, at }) => (
        <Line key={id}>
          <Mark color={isPhase(tone) ? `phase.${tone}.fg` : "phase.unknown.fg"}>
            {isPhase(tone) ? <PhaseGlyph phase={tone} /> : <WarningIcon />}
          </Mark>
          <Words>
            {href ? (
              <Name to={href} onClick={onLeave}>
                {title}
              </Name>
            ) : (
              title
            )}
            <Detail>
              <RelativeTime at={new Date(at).toISOString()} /> · {detail}
            </Detail>
          </Words>
        </Line>
      ))}
    </List>
  );
}

/** How the reader will be told, where it is not by the system's notifications. */
function PermissionNote() {
  const [permission, setPermission] = useState(notificationPermission);
  if (permission === "granted") return null;
  if (permission === "default") {
    const ask = async () => setPermission(await askForNotifications());
    return (
      <Button size="xs" variant="outline" colorPalette="gray" alignSelf="flex-start" onClick={ask}>
        Allow notifications
      </Button>
    );
  }
  return (
    <Note>
      {permission === "denied"
        ? "This browser blocks the portal's notifications; its site settings can allow them."
        : "This browser shows no notifications of the portal, which needs HTTPS for them."}{" "}
      What is followed is told here.
    </Note>
  );
}

/** All that the reader follows, and what of it has ended of late. */
export function FollowBell() {
  const { id: userId } = useMe();
  const { followed, told } = useFollowing(userId);
  const count = followed.length;
  const unfollow = (each: Followed) => void updateFollowing(userId, (state) => withoutFollowed(state, each));
  const clear = () => void updateFollowing(userId, withNothingTold);
  return (
    <Disclosure
      variant="ghost"
      px="2"
      align="header"
      label={count === 0 ? "Nothing followed" : `${count} followed`}
      button={
        <>
          <BellIcon />
          {count > 0 && count}
        </>
      }
    >
      {(close) => (
        <Body>
          <section>
            <Top>
              <Heading as="h2" size="sm">
                Followed
              </Heading>
            </Top>
            {count > 0 ? (
              <FollowedList followed={followed} onUnfollow={unfollow} onLeave={close} />
            ) : (
              <Note>“Notify me”, on a release or on anything in it, tells you when it ends or fails.</Note>
            )}
          </section>
          {told.length > 0 && (
            <section>
              <Top>
                <Heading as="h2" size="sm">
                  Lately
                </Heading>
                <Button size="2xs" variant="ghost" colorPalette="gray" onClick={clear}>
                  Clear
                </Button>
              </Top>
              <ToldList told={told} onLeave={close} />
            </section>
          )}
          {count > 0 && <PermissionNote />}
        </Body>
      )}
    </Disclosure>
  );
}
