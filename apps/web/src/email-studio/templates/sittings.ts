interface Saved {
  saved_at: string;
  saved_by: string | null;
  approved_at: string | null;
}

const PAUSE_MS = 15 * 60_000;

/**
 * Versions, newest first, as sittings of one author without a long pause: an editor that saves by itself makes many
 * versions, of which the last is what one looks for. What was approved stays in sight.
 */
export function sittingsOf<V extends Saved>(versions: readonly V[]): { last: V; versions: V[] }[] {
  const sittings: { last: V; versions: V[] }[] = [];
  for (const version of versions) {
    const sitting = sittings.at(-1);
    const after = sitting?.versions.at(-1);
    const together =
      after?.saved_by === version.saved_by &&
      version.approved_at === null &&
      Date.parse(after.saved_at) - Date.parse(version.saved_at) < PAUSE_MS;
    if (sitting && together) sitting.versions.push(version);
    else sittings.push({ last: version, versions: [version] });
  }
  return sittings;
}
