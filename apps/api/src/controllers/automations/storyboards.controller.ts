import { Controller } from '@nestjs/common';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import { Storyboards } from '#engine';
import type { Actor } from '#platform';
import { Caller, Input, Route } from '../../http/routes/route.js';

@Controller()
export class StoryboardsController {
  constructor(private readonly storyboards: Storyboards) {}

  @Route(contracts.getApproval)
  async approval(@Input() { params }: InputOf<typeof contracts.getApproval>) {
    return { approval: await this.storyboards.approval(params.id) };
  }

  @Route(contracts.approveAutomation)
  async approve(@Input() { params, body }: InputOf<typeof contracts.approveAutomation>, @Caller() actor: Actor) {
    return { approval: await this.storyboards.approve(actor, params.id, body.backtest_id) };
  }
}
