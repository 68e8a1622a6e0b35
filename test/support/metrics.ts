/** The samples of a scrape: `name{label="…"}` to value. */
export async function scraped(opsUrl: string): Promise<Map<string, number>> {
  const response = await fetch(`${opsUrl}/metrics`);
  const samples = new Map<string, number>();
  for (const line of (await response.text()).split("\n")) {
    const match = /^([^#\s].*) (\S+)$/.exec(line);
    if (match !== null) samples.set(match[1] ?? "", Number(match[2]));
  }
  return samples;
}
