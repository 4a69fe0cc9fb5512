import { Controller } from '@nestjs/common';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import { MemberFiles } from '#smart-lists';
import { Input, Route } from '../../http/route.js';

@Controller()
export class JobsController {
  constructor(private readonly files: MemberFiles) {}

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
}
