import { sentenceOf, type DraftSettings, type Graph } from '#graph';

interface Version {
  graph: Graph;
  settings: DraftSettings;
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
const ways = (graph: Graph) => graph.edges.map((edge) => `${edge.source}:${edge.port}>${edge.target}`).toSorted();

/** What a draft changes against the version that is live, as sentences; against nothing it is all new. */
export const changesBetween = (live: Version | null | undefined, draft: Version): string[] => {
  if (live === undefined) return ['Comparing with the live version …'];
  if (live === null) return [`This is the first version, with ${draft.graph.nodes.length} steps.`];
  const before = new Map(live.graph.nodes.map((node) => [node.id, node]));
  const now = new Map(draft.graph.nodes.map((node) => [node.id, node]));
  const lines: string[] = [];
  for (const node of draft.graph.nodes) {
    const old = before.get(node.id);
    if (!old) lines.push(`New: ${sentenceOf(node)}.`);
    else if (!same(old.config, node.config) || old.type !== node.type) {
      const [was, is] = [sentenceOf(old), sentenceOf(node)];
      lines.push(was === is ? `Changed inside: ${is}.` : `${was} → ${is}.`);
    }
  }
  for (const node of live.graph.nodes) if (!now.has(node.id)) lines.push(`Removed: ${sentenceOf(node)}.`);
  if (lines.length === 0 && !same(ways(live.graph), ways(draft.graph))) lines.push('Paths lead differently.');
  if (!same(live.settings, draft.settings)) lines.push('The settings changed.');
  return lines.length > 0 ? lines : ['Nothing but the layout.'];
};
