/**
 * Ignores SIGUSR1. By default Node.js opens the inspector on this signal: a port on
 * which any local user can run code in the process. Import this module first, because
 * the signal may arrive at any time. `node --inspect` still works.
 */
process.on("SIGUSR1", () => undefined);

export {};
