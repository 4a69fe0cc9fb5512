import { Controller } from '@nestjs/common';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import { Notes } from '#directory';
import type { Actor } from '#platform';
import { Caller, Input, Route } from '../../http/routes/route.js';

@Controller()
export class NotesController {
  constructor(private readonly notes: Notes) {}

  @Route(contracts.listNotes)
  list(@Input() { params, query }: InputOf<typeof contracts.listNotes>, @Caller() actor: Actor) {
    return this.notes.list(params.id, query, actor);
  }

  @Route(contracts.addNote)
  add(@Input() { params, body }: InputOf<typeof contracts.addNote>, @Caller() actor: Actor) {
    return this.notes.add(actor, params.id, body.text);
  }

  @Route(contracts.changeNote)
  change(@Input() { params, body }: InputOf<typeof contracts.changeNote>, @Caller() actor: Actor) {
    return this.notes.change(actor, params.id, body.text);
  }

  @Route(contracts.deleteNote)
  async remove(@Input() { params }: InputOf<typeof contracts.deleteNote>, @Caller() actor: Actor) {
    await this.notes.remove(actor, params.id);
    return { done: true } as const;
  }
}
