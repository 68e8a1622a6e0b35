import { isLoopback } from "../config/rules.js";

/**
 * Sends the emulator the URL of this gateway as the browser sees it, for the links of its
 * page. Never throws.
 *
 * @param isConfigured whether the URL is from the configuration. Any other one contains the
 *   Host header, so it counts only if it names this machine.
 */
export async function linkBack(
  emulator: string,
  url: string,
  isConfigured: boolean,
): Promise<void> {
  if (!isConfigured && !namesThisMachine(url)) return;
  await fetch(`${emulator}/_emulator/ui/link-gateway`, {
    method: "POST",
    body: new URLSearchParams({ url }),
    redirect: "manual",
    signal: AbortSignal.timeout(1_000),
  }).catch(() => undefined);
}

function namesThisMachine(url: string): boolean {
  return URL.canParse(url) && isLoopback(new URL(url).hostname);
}
