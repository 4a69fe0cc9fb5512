/** “Firefox on Linux” out of a user agent, roughly; the whole of it is in the title. */
export function browserName(userAgent: string | null): string {
  if (!userAgent) return 'unknown';
  const browser = /(Firefox|Edg|OPR|HeadlessChrome|Chrome|Safari)/.exec(userAgent)?.[1] ?? 'a browser';
  const system = /(Windows|Macintosh|Android|iPhone|iPad|Linux)/.exec(userAgent)?.[1] ?? 'an unknown device';
  return `${browser} on ${system}`;
}
