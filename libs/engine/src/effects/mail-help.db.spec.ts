import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId, systemActor } from '#platform';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { drawing, on, type Step } from '../scenarios/steps.fixture.js';
import { mailHelp } from './mail-help.js';

const actor = systemActor('test');
const whole = '<p>Hello</p><a href="{{ links.unsubscribe }}">Unsubscribe</a><p>{{ workspace.postal_address }}</p>';

describe('J. publishing warns where Cortex will add the footer', () => {
  let db: TestDatabase;
  let line: Pipeline;
  beforeAll(async () => {
    db = await testDatabase();
    line = await pipeline(db.database);
    await db.database.run("update cortex.settings set postal_address = '1 Main Street'");
  });
  afterAll(() => db.drop());

  it('on the card of each marketing mail that lacks something, its own text or a template', async () => {
    const template = newId();
    await db.database.run("insert into cortex.templates (id, name, subject, html) values ($1, 'T', 'Hello', $2)", [
      template,
      '<p>Hello</p>',
    ]);
    const mail = (id: string, config: object): Step => [id, 'send_email', { stream: 'broadcast', ...config }];
    const graph = drawing([
      on('cart.left'),
      mail('whole', { subject: 'Hello', html: whole }),
      mail('bare', { subject: 'Hello', html: '<p>Hello</p>' }),
      mail('half', { subject: 'Hello', html: whole, text: 'Hello' }),
      mail('from-template', { template_id: template }),
      mail('system', { subject: 'Hello', html: '<p>Hello</p>', stream: 'transactional' }),
    ]);
    const { id } = await line.automations.create(actor, { name: 'Footers', graph });
    const { problems } = await line.publishing.validate(id, {}, mailHelp, actor);
    const found = problems.filter(({ code }) => code === 'adds_footer');
    expect(found.map(({ node_id, severity, pointer }) => [node_id, severity, pointer])).toEqual([
      ['bare', 'look', '/nodes/2/config'],
      ['half', 'look', '/nodes/3/config'],
      ['from-template', 'look', '/nodes/4/config'],
    ]);
    expect(found[1]!.message).toBe(
      'The plain text has no unsubscribe link and no postal address. Cortex adds what is missing at the end of the email.',
    );
    // It is worth a look, and keeps nobody from publishing.
    expect(await line.publishing.publish(actor, id, {}, mailHelp)).toMatchObject({ version: 1 });
  });
});
