/**
 * The environment for a child process: ours, with `extra` on top. In a file of its own, without imports, because a worker
 * asks for it before it loads anything else.
 */
export function environmentFor(extra: Record<string, string>): Record<string, string | undefined> {
  return { ...process.env, ...extra };
}
