import { IsInt, Max, Min, ValidateBy } from "class-validator";

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/;

/** Whether a host name or address can only be reached from this machine. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/** A text as a URL of http or https; null for anything else. */
export function webUrl(text: unknown): URL | null {
  if (typeof text !== "string" || !URL.canParse(text)) return null;
  const url = new URL(text);
  const isWeb = url.protocol === "https:" || url.protocol === "http:";
  return isWeb && url.username === "" && url.password === "" ? url : null;
}

/** Whether a URL is of https, or of http and on loopback. */
export function isPrivateOnTheWay(url: URL): boolean {
  return url.protocol === "https:" || isLoopback(url.hostname);
}

/** Whether a text is a vendor's base URL: no path, no query, no user. */
export function isEndpoint(value: unknown): boolean {
  const url = webUrl(value);
  return (
    url !== null &&
    url.pathname === "/" &&
    url.search === "" &&
    isPrivateOnTheWay(url)
  );
}

/** Whether a text is an origin as browsers write it: scheme, host, port. */
export function isOrigin(value: unknown): boolean {
  return webUrl(value)?.origin === value;
}

/** A property for which `holds` must be true. */
export function Must(
  message: string,
  holds: (value: unknown) => boolean,
  each = false,
): PropertyDecorator {
  return ValidateBy(
    { name: "must", validator: { validate: holds } },
    { message, each },
  );
}

/** A whole number within bounds. */
export function IsCount(min: number, max: number): PropertyDecorator {
  const message = `must be a whole number from ${min} to ${max}`;
  return (target, name) => {
    IsInt({ message })(target, name);
    Min(min, { message })(target, name);
    Max(max, { message })(target, name);
  };
}

/** A port number; 0 takes a free one. */
export function IsPort(): PropertyDecorator {
  const message = "must be a port number from 0 to 65535";
  return (target, name) => {
    IsInt({ message })(target, name);
    Min(0, { message })(target, name);
    Max(65_535, { message })(target, name);
  };
}
