import { onDemand } from "@/lib/on-demand";

/** The setting up of a second factor, which draws a QR code: most never need its script. */
export const SetUp = onDemand(async () => (await import("./SetUpSecondFactor")).SetUpSecondFactor);
