import { Controller } from '@nestjs/common';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import type { Actor } from '#platform';
import { Attention, DemoData, KeptData, Settings } from '#workspace';
import { Caller, Input, Route } from '../../http/routes/route.js';

@Controller()
export class SettingsController {
  constructor(
    private readonly settings: Settings,
    private readonly attention: Attention,
    private readonly demo: DemoData,
    private readonly kept: KeptData,
  ) {}

  @Route(contracts.getSettings)
  read() {
    return this.settings.read();
  }

  @Route(contracts.changeSettings)
  change(@Input() { body }: InputOf<typeof contracts.changeSettings>, @Caller() actor: Actor) {
    return this.settings.change(actor, body);
  }

  @Route(contracts.getKeptData)
  keptData(@Input() { query }: InputOf<typeof contracts.getKeptData>) {
    return this.kept.look(query);
  }

  @Route(contracts.removeDemo)
  async removeDemo(@Caller() actor: Actor) {
    return { removed: await this.demo.remove(actor) };
  }

  @Route(contracts.listAttention)
  listAttention(@Input() { query }: InputOf<typeof contracts.listAttention>) {
    return this.attention.list({ ...query, closed: query.closed === 'true' });
  }

  @Route(contracts.closeAttentionItem)
  async closeAttention(@Input() { params }: InputOf<typeof contracts.closeAttentionItem>, @Caller() actor: Actor) {
    await this.attention.close(actor, params.id);
    return { done: true } as const;
  }
}
