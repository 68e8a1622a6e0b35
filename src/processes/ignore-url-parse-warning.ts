/** Deprecation of `url.parse()`, which pop-core calls. Packages in node_modules are exempt. */
const CODE = "DEP0169";

/**
 * Import it first. In the bundle, Node.js 24 and later take pop-core for code of ours, and
 * would print a warning that users cannot act on, between the lines of a command or of the log.
 */
const emit = process.emitWarning.bind(process) as (...args: unknown[]) => void;
process.emitWarning = (...args: unknown[]): void => {
  if (!args.includes(CODE)) emit(...args);
};

export {};
