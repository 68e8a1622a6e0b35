/** Sentence of the documentation that names scopes, such as ``Scope: `contacts:read`.`` */
export function scopeSentence(scopes: readonly string[]): string {
  const names = scopes.map((scope) => `\`${scope}\``).join(", ");
  return `${scopes.length === 1 ? "Scope" : "Scopes"}: ${names}.`;
}
