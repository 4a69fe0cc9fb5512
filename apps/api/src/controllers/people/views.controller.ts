import { Controller } from '@nestjs/common';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import { DirectoryViews } from '#directory';
import type { Actor } from '#platform';
import { Caller, Input, Route } from '../../http/routes/route.js';

@Controller()
export class ViewsController {
  constructor(private readonly views: DirectoryViews) {}

  @Route(contracts.listViews)
  list(@Input() { query }: InputOf<typeof contracts.listViews>, @Caller() actor: Actor) {
    return this.views.list(actor, query);
  }

  @Route(contracts.createView)
  create(@Input() { body }: InputOf<typeof contracts.createView>, @Caller() actor: Actor) {
    return this.views.create(actor, body);
  }

  @Route(contracts.putView)
  put(@Input() { params, body }: InputOf<typeof contracts.putView>, @Caller() actor: Actor) {
    return this.views.put(actor, params.id, body);
  }

  @Route(contracts.deleteView)
  async remove(@Input() { params }: InputOf<typeof contracts.deleteView>, @Caller() actor: Actor) {
    await this.views.remove(actor, params.id);
    return { done: true } as const;
  }
}
