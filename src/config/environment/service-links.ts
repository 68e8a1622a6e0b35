/**
 * Kubernetes describes each Service of a namespace to each container (service links): a
 * Service named `redis` sets `REDIS_PORT=tcp://10.0.0.1:6379`, `REDIS_SERVICE_HOST`, and
 * so on. A name may then be the one of a setting.
 */
const LINK_NAME =
  /_(?:SERVICE_HOST|SERVICE_PORT(?:_\w{1,63})?|PORT_\d{1,5}_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)$/;

const LINK_VALUE = /^(?:tcp|udp|sctp):\/\/\S+:\d{1,5}$/i;

/** Whether the text is the address of a Service, which no port setting accepts. */
export function isServiceAddress(text: string): boolean {
  return LINK_VALUE.test(text);
}

/** Whether Kubernetes sets a variable of this name to such a value for a Service. */
export function isServiceLink(name: string, value: string): boolean {
  return (
    LINK_NAME.test(name) || (name.endsWith("_PORT") && isServiceAddress(value))
  );
}
