import { Automations, Publishing } from '#automations';
import { mailHelp } from '#engine';
import { recipes, type Graph } from '#graph';
import { systemActor, type Database, type Vault } from '#platform';
import { settingSql } from '#rules';
import { sampleMail, sampleReminder, sampleTag } from './sample.js';

const actor = systemActor('sample data');

/**
 * Publishes the abandoned-checkout recipe with its mails written, for sample people only, unless the sample shop has its automation
 * already (a start may have been cut off between the shop and this).
 */
export async function seedDemoAutomation(database: Database, vault: Vault): Promise<void> {
  const state = await database.row<{ wanted: boolean }>(
    `select ${settingSql('demo')} and not exists (select from cortex.automations where demo) as wanted`,
  );
  if (!state!.wanted) return;
  const recipe = recipes.find((one) => one.id === 'abandoned-checkout')!;
  const automation = await new Automations(database, vault).create(actor, {
    name: 'Abandoned checkout (sample)',
    graph: withMails(recipe.graph),
    settings: recipe.settings,
    demo: true,
  });
  await new Publishing(database).publish(actor, automation.id, { note: 'Sample' }, mailHelp);
}

const mails: Record<string, { subject: string; html: string }> = {
  'first-mail': sampleMail,
  'second-mail': sampleReminder,
};

/** The recipe's drawing with its mails; the start asks for the sample tag, so that no real lead ever enters. */
const withMails = (graph: Graph): Graph => ({
  ...graph,
  nodes: graph.nodes.map((node) => {
    if (node.id === 'start') {
      const rules = { operator: 'AND', conditions: [{ field: 'tags', operator: 'contains', value: sampleTag }] };
      return { ...node, config: { ...node.config, rules } };
    }
    return mails[node.id] ? { ...node, config: { ...node.config, ...mails[node.id] } } : node;
  }),
});
