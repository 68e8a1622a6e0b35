import Negotiator from "negotiator";

/**
 * Format of a response that has several: the one whose media type `Accept` prefers
 * (RFC 9110, 12.5.1). Without the header, or if it accepts none of them, the first.
 *
 * @param formats format for each media type
 */
export function preferredFormat<F extends string>(
  accept: string | undefined,
  formats: Readonly<Record<string, F>>,
): F {
  const types = Object.keys(formats);
  const preferred = new Negotiator({ headers: { accept } }).mediaTypes(types);
  return formats[[...preferred, ...types][0] as string] as F;
}
