import { Injectable } from '@nestjs/common';
import { brandFrom, recipeMails } from '#designs';
import { Templates } from '#emails';
import { recipes, type RecipeId } from '#graph';
import { Database, readSettings, type Actor } from '#platform';
import type { AutomationRow } from './automation.queries.js';
import { Automations } from './automations.js';

/** Automations to start from, ready to go live. */
@Injectable()
export class Recipes {
  constructor(
    private readonly database: Database,
    private readonly automations: Automations,
    private readonly templates: Templates,
  ) {}

  /**
   * A draft of a recipe. Its mails are templates in the workspace's brand; one that an earlier draft of a recipe brought
   * and nobody has changed is used again.
   */
  async begin(actor: Actor, id: RecipeId, name: string): Promise<AutomationRow> {
    const { graph, settings, mails } = recipes.find((recipe) => recipe.id === id)!;
    const templates = new Map<string, string>();
    for (const [step, mail] of Object.entries(mails)) templates.set(step, await this.template(actor, mail));
    const nodes = graph.nodes.map((node) => {
      const template_id = templates.get(node.id);
      return template_id ? { ...node, config: { ...node.config, template_id } } : node;
    });
    return this.automations.create(actor, { name, graph: { ...graph, nodes }, settings });
  }

  private async template(actor: Actor, mail: string): Promise<string> {
    const { name, subject, preheader, stream, make } = recipeMails.find(({ id }) => id === mail)!;
    const known = await this.database.row<{ id: string }>(
      `select id from cortex.templates where name = $1 and subject = $2 and stream = $3 and editor = 'mjml' and version = 1
       order by created_at limit 1`,
      [name, subject, stream],
    );
    if (known) return known.id;
    const { brand } = await readSettings(this.database, 'brand');
    const design = make(brandFrom(brand));
    const fields = { name, subject, preheader, stream, editor: 'mjml' as const, design, html: '' };
    return (await this.templates.create(actor, fields)).id;
  }
}
