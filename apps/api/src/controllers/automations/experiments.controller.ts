import { Controller } from '@nestjs/common';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import { experimentReport } from '#engine';
import { Database } from '#platform';
import { Input, Route } from '../../http/routes/route.js';

@Controller()
export class ExperimentsController {
  constructor(private readonly database: Database) {}

  @Route(contracts.getExperiment)
  get(@Input() { params, query }: InputOf<typeof contracts.getExperiment>) {
    return experimentReport(this.database, params.id, params.node_id, query.version);
  }
}
