import { useEffect, useRef } from "react";
import { toast } from "@/components/toasts/toast";
import type { Standing } from "./standing";

/**
 * Says that the portal is out of reach, and that it is back: on a long page the mark that tells so is out of sight.
 *
 * `standing` is null while there is nothing yet of which it could be told.
 */
export function useConnectionToasts(standing: Standing | null): void {
  const isLost = standing && standing === "disconnected";
  const wasLost = useRef(false);

  useEffect(() => {
    if (isLost === null) return;
    if (isLost) toast("Connection lost. Trying again …", { tone: "warning", topic: "connection" });
    else if (wasLost.current) toast("Connected again.", { tone: "succeeded", topic: "connection" });
    wasLost.current = isLost;
  }, [isLost]);
}
