const never: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** The code of a failed `fetch` whose connection was never made, so that nobody can have seen the call; else undefined. */
export function neverReached(error: unknown): string | undefined {
  const code = (error as { cause?: { code?: string } }).cause?.code;
  return code !== undefined && never.has(code) ? code : undefined;
}
