import { Controller } from '@nestjs/common';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import { Duplicates } from '#directory';
import type { Actor } from '#platform';
import { Caller, Input, Route } from '../../http/routes/route.js';

@Controller()
export class DuplicatesController {
  constructor(private readonly duplicates: Duplicates) {}

  @Route(contracts.listDuplicates)
  list(@Input() { query }: InputOf<typeof contracts.listDuplicates>) {
    return this.duplicates.list(query.cursor);
  }

  @Route(contracts.contactDuplicates)
  of(@Input() { params }: InputOf<typeof contracts.contactDuplicates>) {
    return this.duplicates.of(params.id);
  }

  @Route(contracts.differentPeople)
  async dismiss(@Input() { params, body }: InputOf<typeof contracts.differentPeople>, @Caller() actor: Actor) {
    await this.duplicates.tellApart(actor, params.id, body.other_contact_id);
    return { done: true } as const;
  }
}
