import { Controller, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import { RemoveEntered } from '#engine';
import { Database, type Actor } from '#platform';
import { MemberFiles } from '#smart-lists';
import { fileOfJob, partsOfFile, UndoBulk, UndoImport } from '#transfers';
import { sendCsv } from '../../http/pages/download.js';
import { Caller, Input, Route } from '../../http/routes/route.js';

@Controller()
export class JobsController {
  constructor(
    private readonly files: MemberFiles,
    private readonly database: Database,
    private readonly undoing: UndoImport,
    private readonly removing: RemoveEntered,
    private readonly restoring: UndoBulk,
  ) {}

  @Route(contracts.listJobs)
  list(@Input() { query }: InputOf<typeof contracts.listJobs>) {
    return this.files.list(query);
  }

  @Route(contracts.getJob)
  get(@Input() { params }: InputOf<typeof contracts.getJob>) {
    return this.files.get(params.id);
  }

  @Route(contracts.cancelJob)
  cancel(@Input() { params }: InputOf<typeof contracts.cancelJob>) {
    return this.files.cancel(params.id);
  }

  @Route(contracts.undoJob)
  async undo(@Input() { params }: InputOf<typeof contracts.undoJob>, @Caller() actor: Actor) {
    const { kind } = await this.files.get(params.id);
    const undoing = [this.removing, this.restoring].find(({ undoes }) => undoes === kind) ?? this.undoing;
    return this.files.get(await undoing.start(actor, params.id));
  }

  @Route(contracts.jobFile)
  async file(@Input() { params }: InputOf<typeof contracts.jobFile>, @Res() reply: FastifyReply) {
    const { id, name } = await fileOfJob(this.database, params.id);
    void sendCsv(reply, name, partsOfFile(this.database, id));
  }
}
