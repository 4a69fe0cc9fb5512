import { Injectable } from '@nestjs/common';
import { Database, readSettings } from '#platform';

/** How long they are remembered: a change holds that much later. */
const REMEMBERED_MS = 2000;

/** Types by the name that clients give to what happened, from the settings. */
@Injectable()
export class EventAliases {
  private remembered: { aliases: Promise<ReadonlyMap<string, string>>; until: number } | undefined;

  constructor(private readonly database: Database) {}

  read(): Promise<ReadonlyMap<string, string>> {
    const now = performance.now();
    if (this.remembered && this.remembered.until > now) return this.remembered.aliases;
    const aliases = this.load();
    this.remembered = { aliases, until: now + REMEMBERED_MS };
    aliases.catch(() => (this.remembered = undefined));
    return aliases;
  }

  private async load(): Promise<ReadonlyMap<string, string>> {
    return new Map(Object.entries((await readSettings(this.database, 'event_aliases')).event_aliases));
  }
}
