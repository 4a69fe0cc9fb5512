import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { recordAudit, systemActor } from '#platform';
import { testApi, type TestApi } from './api.fixture.js';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
}, 120_000);
afterAll(() => api?.close());

const file = async (query: string) => {
  const answer = await api.call('GET', `/audit.csv${query}`);
  return { answer, rows: parse(answer.text, { columns: true, bom: true }) as Record<string, string>[] };
};

describe('the audit as a file', () => {
  it('has every entry that the filter lets through, is safe in a spreadsheet, and is told of in the audit', async () => {
    await api.db.database.tx(async (tx) => {
      for (let n = 0; n < 2_500; n += 1)
        await recordAudit(tx, systemActor('=1+1'), {
          action: 'topic.created',
          targetKind: 'topic',
          targetId: `t${n}`,
          after: { name: `Topic "${n}"` },
        });
    });
    const { answer, rows } = await file('?action=topic.created');
    expect([answer.status, answer.headers['content-type'], answer.headers['cache-control']]).toEqual([
      200,
      'text/csv; charset=utf-8',
      'no-store',
    ]);
    expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="Audit log\.csv"/);
    expect(rows).toHaveLength(2_500);
    expect(new Set(rows.map(({ target_id }) => target_id)).size).toBe(2_500);
    const first = rows.find(({ target_id }) => target_id === 't7')!;
    expect(first).toMatchObject({
      actor: "'=1+1",
      target_kind: 'topic',
      before: '',
      after: '{"name":"Topic \\"7\\""}',
    });
    expect((await file('?action=topic.created&actor=%3D1%2B')).rows).toHaveLength(2_500);
    const told = await file('?action=audit.exported');
    expect(told.rows.map(({ after }) => after)).toEqual([
      '{"action":"audit.exported"}',
      '{"actor":"=1+","action":"topic.created"}',
      '{"action":"topic.created"}',
    ]);
  });
});
