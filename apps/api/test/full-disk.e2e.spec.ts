import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { newId } from '#platform';
import { findBinaries, freePort } from '#platform/postgres';
import { testApp, until, type TestApp } from '#testing';

const mount = ['--user', '--map-root-user', '--mount'];
/** Whether one may mount a small disk of one's own; on some systems nobody but root may. */
const mounts = spawnSync('unshare', [...mount, 'mount', '-t', 'tmpfs', 'x', '/mnt']).status === 0;

/**
 * Two disks that only the server sees, which may not be root: a small one for the data, one for the write-ahead log.
 * On one disk, chance would decide which of them comes to its end first.
 */
const SERVER = `mount -t tmpfs -o size=320m,mode=0777 cortex "$0" && mkdir -m 0777 "$0/wal" &&
  mount -t tmpfs -o size=256m,mode=0777 cortex "$0/wal" && exec unshare --user --map-user=1000 --map-group=1000 sh -c '
  "$1" -D "$0/data" -X "$0/wal/wal" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync --no-instructions > "$0/log" 2>&1 &&
  exec "$2" -D "$0/data" -c port=$3 -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off \\
    -c shared_buffers=64MB -c max_wal_size=128MB -c autovacuum=off' "$0" "$1" "$2" "$3"`;

const name = mounts
  ? 'a disk that is really full'
  : 'a disk that is really full (left out: nobody but root may mount one on this system)';

(mounts ? describe : describe.skip)(name, () => {
  let folder: string;
  let server: ChildProcess;
  let app: TestApp;
  let superuser: pg.Client;
  const log: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cortex-disk-'));
    const { initdb, postgres } = await findBinaries();
    const port = await freePort();
    server = spawn('unshare', [...mount, 'sh', '-c', SERVER, folder, initdb, postgres, String(port)], {
      stdio: 'ignore',
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
    });
    const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
    await until(async () => {
      if (server.exitCode !== null) throw new Error(`The server ended with ${server.exitCode}.`);
      const client = new pg.Client(url);
      return client.connect().then(
        () => client.end().then(() => true),
        () => false,
      );
    });
    superuser = new pg.Client(url);
    superuser.on('error', () => undefined);
    await superuser.connect();
    app = await testApp({ cluster: url, logged: (line) => log.push(line) });
  }, 120_000);

  afterAll(async () => {
    // Where the test failed, the disk may still be full.
    await makeRoom().catch(() => undefined);
    await app?.close();
    await superuser?.end();
    const ended = new Promise((resolve) => server.once('exit', resolve));
    if (server.kill('SIGQUIT')) await ended;
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  /** A file on the server's disk takes all that is left. */
  const fill = () =>
    expect(
      superuser.query(
        `copy (select repeat('x', 100000) from generate_series(1, 10000)) to '${join(folder, 'filler')}'`,
      ),
    ).rejects.toMatchObject({ code: '53100', message: expect.stringContaining('No space left on device') });
  const makeRoom = () => superuser.query(`copy (select) to program 'rm ${join(folder, 'filler')}'`);

  it('is named to the caller and stands under Needs attention; nothing that was accepted is lost, and all goes on when there is room', async () => {
    const accepted: string[] = [];
    const refused: string[] = [];
    /** Sends some activities that are large enough to need room. */
    const send = async (count: number) => {
      const activities = Array.from({ length: count }, (_, at) => ({
        id: newId(),
        contact_email: `p${at}@school.example`,
        type: 'page.viewed',
        metadata: { text: 'x'.repeat(1_500) },
      }));
      const answer = await app.call('POST', '/activities', activities);
      (answer.status === 202 ? accepted : refused).push(...activities.map(({ id }) => id));
      return answer;
    };
    expect((await send(500)).status).toBe(202);
    await fill();

    // Pages that are half empty still take a few.
    await until(async () => (await send(20)).status !== 202);
    const answer = await send(500);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
    expect(answer.body).toMatchObject({ code: 'database_away' });
    expect(answer.body.detail).toContain('The disk of the database is full');
    // What only reads goes on.
    expect((await app.call('GET', '/contacts')).status).toBe(200);
    await until(async () => {
      const { status, body } = await app.call('GET', '/attention');
      return (
        status === 200 &&
        body.items.some(({ title }: { title: string }) => title === 'The disk of the database is full')
      );
    });

    await makeRoom();
    expect((await send(500)).status).toBe(202);
    await until(async () => (await app.database.row('select from cortex.activity_inbox limit 1')) === undefined);
    const stored = await app.database.rows<{ id: string }>(
      `select id from public.crm_activities where type = 'page.viewed' order by id`,
    );
    expect(stored.map(({ id }) => id)).toEqual([...accepted].sort());
    expect(refused.length).toBeGreaterThanOrEqual(520);
    await until(() => log.join().includes('The disk of the database is full'));
    // Now there is room for saying so, too.
    await until(
      async () =>
        (await app.database.row("select from cortex.attention where key = 'database.full_disk'")) !== undefined,
    );
  }, 180_000);
});
