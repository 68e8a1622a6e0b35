import { IsInt, Max, Min, ValidateBy } from "class-validator";

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/;

/** Whether a host name or address is loopback, so that only this machine can reach it. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/** Parses an http or https URL without user and password; null for any other value. */
export function webUrl(text: unknown): URL | null {
  if (typeof text !== "string" || !URL.canParse(text)) return null;
  const url = new URL(text);
  const isWeb = url.protocol === "https:" || url.protocol === "http:";
  return isWeb && url.username === "" && url.password === "" ? url : null;
}

/** Whether requests to a URL are protected from eavesdropping: https, or http on loopback. */
export function isConfidential(url: URL): boolean {
  return url.protocol === "https:" || isLoopback(url.hostname);
}

/** Whether a value is a base URL for the vendor: no path, no query, no user. */
export function isEndpoint(value: unknown): boolean {
  const url = webUrl(value);
  return (
    url !== null &&
    url.pathname === "/" &&
    url.search === "" &&
    isConfidential(url)
  );
}

/**
 * Whether a value is an origin: scheme, host and optional port. Case, a default port and
 * one slash at the end do not matter.
 */
export function isOrigin(value: unknown): boolean {
  const url = webUrl(value);
  return (
    url !== null &&
    typeof value === "string" &&
    !/[?#\\]/.test(value) &&
    url.pathname === "/"
  );
}

/** First segments of the gateway's own paths, which a public path must not begin with. */
const OWN_SEGMENTS = [
  "docs",
  "emulator",
  "errors",
  "favicon.ico",
  "favicon.svg",
  "graphql",
  "openapi.json",
  "playground",
  "possibleTypes.json",
  "schema.graphql",
  "v1",
];

/** Whether a value is a base URL of the gateway. A path is allowed, a query is not. */
export function isPublicUrl(value: unknown): boolean {
  const url = webUrl(value);
  if (url === null || /[?#]/.test(url.href)) return false;
  const [, first = "", ...others] = url.pathname.replace(/\/$/, "").split("/");
  return (
    /^[\w.~/-]*$/.test(url.pathname) &&
    !others.includes("") &&
    (first !== "" || others.length === 0) &&
    !OWN_SEGMENTS.includes(first)
  );
}

/** Requires `isValid` to return true for the property, or for each of its items. */
export function Must(
  message: string,
  isValid: (value: unknown) => boolean,
  each = false,
): PropertyDecorator {
  return ValidateBy(
    { name: "must", validator: { validate: isValid } },
    { message, each },
  );
}

/** Requires an integer within bounds, both inclusive. */
export function IsCount(min: number, max: number): PropertyDecorator {
  const message = `must be a whole number from ${min} to ${max}`;
  return (target, name) => {
    IsInt({ message })(target, name);
    Min(min, { message })(target, name);
    Max(max, { message })(target, name);
  };
}

/** Requires a port number. With 0, the operating system assigns a free port. */
export function IsPort(): PropertyDecorator {
  const message = "must be a port number from 0 to 65535";
  return (target, name) => {
    IsInt({ message })(target, name);
    Min(0, { message })(target, name);
    Max(65_535, { message })(target, name);
  };
}
