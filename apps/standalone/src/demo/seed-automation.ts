import { Automations, Publishing } from '#automations';
import { mailHelp } from '#engine';
import { recipes, type Graph } from '#graph';
import { systemActor, type Database, type Vault } from '#platform';
import { settingSql } from '#rules';
import { sampleFollowUp, sampleMail, sampleReminder, sampleTag, sampleWelcome } from './sample.js';

const actor = systemActor('sample data');

interface SampleAutomation {
  recipe: string;
  name: string;
  /** By step. */
  mails: Record<string, { subject: string; html: string }>;
}

const automations: SampleAutomation[] = [
  {
    recipe: 'welcome',
    name: 'Welcome (sample)',
    mails: { 'welcome-mail': sampleWelcome, 'second-mail': sampleFollowUp },
  },
  {
    recipe: 'abandoned-checkout',
    name: 'Abandoned checkout (sample)',
    mails: { 'first-mail': sampleMail, 'second-mail': sampleReminder },
  },
];

/**
 * Publishes two recipes with their mails written, for sample people only, unless the sample shop has its automations
 * already (a start may have been cut off between the shop and this).
 */
export async function seedDemoAutomations(database: Database, vault: Vault): Promise<void> {
  const state = await database.row<{ wanted: boolean }>(
    `select ${settingSql('demo')} and not exists (select from cortex.automations where demo) as wanted`,
  );
  if (!state!.wanted) return;
  for (const { recipe: id, name, mails } of automations) {
    const recipe = recipes.find((one) => one.id === id)!;
    const automation = await new Automations(database, vault).create(actor, {
      name,
      graph: withMails(recipe.graph, mails),
      settings: recipe.settings,
      demo: true,
    });
    await new Publishing(database).publish(actor, automation.id, { note: 'Sample' }, mailHelp);
  }
}

/** The recipe's drawing with its mails; the start asks for the sample tag, so that nobody real ever enters. */
const withMails = (graph: Graph, mails: SampleAutomation['mails']): Graph => ({
  ...graph,
  nodes: graph.nodes.map((node) => {
    if (node.id === 'start') {
      const rules = { operator: 'AND', conditions: [{ field: 'tags', operator: 'contains', value: sampleTag }] };
      return { ...node, config: { ...node.config, rules } };
    }
    return mails[node.id] ? { ...node, config: { ...node.config, ...mails[node.id] } } : node;
  }),
});
