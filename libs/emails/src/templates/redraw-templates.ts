import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  Database,
  LOG,
  readSettings,
  recordAudit,
  RepeatingLoop,
  systemActor,
  type Log,
  type Loop,
} from '#platform';
import { settingSql } from '#rules';
import { DesignRenderer } from './design-renderer.js';
import { keepVersion } from './template-versions.js';

/** Milliseconds between two looks whether the brand was changed. */
const LOOK = 5_000;
/** Templates that are read at a time. */
const CHUNK = 50;
/** Saves by people that may come in between before a template waits for the next change. */
const TURNS = 5;

const actor = systemActor('brand');

interface DesignRow {
  version: number;
  stream: 'broadcast' | 'transactional';
  design: unknown;
  html: string;
  generated_text: string | null;
  name: string;
}

/**
 * Brings a changed brand to the templates that are designs: each that looks different gets a new version with the same
 * design and the same words, so that an approval stays. What is queued or published keeps what it pinned. Several
 * workers may do it at once: who comes second finds nothing left to change.
 */
@Injectable()
export class TemplateRedraw implements Loop {
  readonly name = 'redrawn templates';
  private readonly loop: RepeatingLoop;

  constructor(
    private readonly database: Database,
    private readonly renderer: DesignRenderer,
    @Inject(LOG) private readonly log: Log,
  ) {
    this.loop = new RepeatingLoop({
      name: this.name,
      work: (signal) => this.once(signal),
      idle: LOOK,
      poll: { database, due: `${settingSql('brand')} <> ${settingSql('drawn_brand')}` },
      log,
    });
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  /** @returns false: whether the brand was changed once more meanwhile, the next look says */
  async once(signal?: AbortSignal): Promise<boolean> {
    const { brand, drawn_brand } = await readSettings(this.database, 'brand', 'drawn_brand');
    if (isDeepStrictEqual(brand, drawn_brand)) return false;
    let after: string | null = null;
    for (let more = true; more;) {
      const found: { id: string }[] = await this.database.rows<{ id: string }>(
        `select id from cortex.templates where editor = 'mjml' and ($1::uuid is null or id > $1::uuid)
         order by id limit $2`,
        [after, CHUNK],
      );
      for (const { id } of found) {
        // What is left is done by whoever looks next.
        if (signal?.aborted) return false;
        await this.redraw(id);
      }
      after = found.at(-1)?.id ?? null;
      more = found.length === CHUNK;
    }
    await this.database.run('update cortex.settings set drawn_brand = $1::jsonb', [JSON.stringify(brand)]);
    return false;
  }

  /** A person who saves meanwhile wins; what they saved is looked at again. */
  private async redraw(id: string): Promise<void> {
    for (let turn = 0; turn < TURNS; turn += 1) {
      const row = await this.database.row<DesignRow>(
        `select version, stream, design, html, generated_text, name from cortex.templates
         where id = $1 and editor = 'mjml'`,
        [id],
      );
      if (!row) return;
      const drawn = await this.drawn(id, row);
      if (!drawn || (drawn.html === row.html && drawn.generated_text === row.generated_text)) return;
      const done = await this.database.tx(async (tx) => {
        // Where it stands among the others it stays: nobody changed it.
        const stored = await tx.run(
          `update cortex.templates set html = $3, generated_text = $4, version = version + 1
           where id = $1 and version = $2`,
          [id, row.version, drawn.html, drawn.generated_text],
        );
        if (stored === 0) return false;
        await keepVersion(tx, id, actor, { redrawn: true });
        await recordAudit(tx, actor, {
          action: 'template.redrawn',
          targetKind: 'template',
          targetId: id,
          after: { name: row.name, version: row.version + 1 },
        });
        return true;
      });
      if (done) return;
    }
  }

  /** Undefined for a design that cannot be drawn: its page says why when somebody opens it. */
  private async drawn(id: string, { stream, design }: DesignRow) {
    try {
      return await this.renderer.draw({ editor: 'mjml', stream, design, html: '' });
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'unreadable_design') throw error;
      this.log.warn({ template: id, reason: error.message }, 'a template keeps its look: its design cannot be drawn');
      return undefined;
    }
  }
}
