/**
 * Takes SIGUSR1 from Node.js, which would open the inspector at it: a port where
 * anybody on this machine may run code in the process. Imported first, because
 * the signal may arrive at any time. `node --inspect` still works.
 */
process.on("SIGUSR1", () => undefined);

export {};
