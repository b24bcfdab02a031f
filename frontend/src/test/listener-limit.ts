import { setMaxListeners } from "node:events";

// MSW listens on one channel for each socket that was ever opened, and Node would take that for a leak. To be imported
// before MSW, which makes the channel as it loads.
setMaxListeners(0);
