import { diff, type Drawn, type Names } from '#graph';

/** What a draft changes against the version that is live, as sentences; against nothing it is all new. */
export const changesBetween = (live: Drawn | null | undefined, draft: Drawn, names?: Names): string[] => {
  if (live === undefined) return ['Comparing with the live version…'];
  if (live === null)
    return [
      `This is the first version, with ${draft.graph.nodes.length} ${draft.graph.nodes.length === 1 ? 'step' : 'steps'}.`,
    ];
  const lines = diff(live, draft, names).map(({ sentence }) => sentence);
  return lines.length > 0 ? lines : ['Only the layout.'];
};
