/** A port that the gateway cannot listen on. The message says which setting to change. */
export class ListenError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ListenError";
  }
}

/**
 * Describes why a server cannot listen.
 *
 * @param setting name of the setting that contains the port
 * @param error of `listen`; without a known system error it is returned unchanged
 */
export function listenFailure(
  setting: "PORT" | "OPS_PORT",
  port: number,
  host: string,
  error: Error,
): Error {
  const { code } = error as NodeJS.ErrnoException;
  switch (code) {
    case "EADDRINUSE":
      return new ListenError(
        `port ${port} on ${host} is in use (${code}). Set ${setting} to another port, or stop the program that uses it.`,
      );
    case "EACCES":
      return new ListenError(
        `this user may not listen on port ${port} (${code}). Set ${setting} to 1024 or more.`,
      );
    case "EADDRNOTAVAIL":
    case "EAFNOSUPPORT":
    case "EINVAL":
      return new ListenError(
        `this machine has no address ${host} (${code}). Set HOST to one of its addresses, 0.0.0.0 or ::.`,
      );
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new ListenError(
        `the name ${host} cannot be resolved (${code}). Set HOST to an address of this machine.`,
      );
    default:
      return error;
  }
}
