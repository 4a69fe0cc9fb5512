import { Controller, Res } from '@nestjs/common';
import { ApiKeys, Audit, PasswordResets, SecondFactors, Staff } from '#access';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import type { Actor } from '#platform';
import type { FastifyReply } from 'fastify';
import { sendCsv } from '../../http/pages/download.js';
import { Caller, Input, Route } from '../../http/routes/route.js';

const done = { done: true } as const;

@Controller()
export class AccessController {
  constructor(
    private readonly keys: ApiKeys,
    private readonly staff: Staff,
    private readonly audit: Audit,
    private readonly resets: PasswordResets,
    private readonly secondFactors: SecondFactors,
  ) {}

  @Route(contracts.listApiKeys)
  listKeys(@Input() { query }: InputOf<typeof contracts.listApiKeys>) {
    return this.keys.list(query);
  }

  @Route(contracts.createApiKey)
  createKey(@Input() { body }: InputOf<typeof contracts.createApiKey>, @Caller() actor: Actor) {
    return this.keys.create(actor, body);
  }

  @Route(contracts.revokeApiKey)
  async revokeKey(@Input() { params }: InputOf<typeof contracts.revokeApiKey>, @Caller() actor: Actor) {
    await this.keys.revoke(actor, params.id);
    return done;
  }

  @Route(contracts.listStaff)
  listStaff(@Input() { query }: InputOf<typeof contracts.listStaff>) {
    return this.staff.list(query);
  }

  @Route(contracts.addStaff)
  addStaff(@Input() { body }: InputOf<typeof contracts.addStaff>, @Caller() actor: Actor) {
    return this.staff.add(actor, body);
  }

  @Route(contracts.changeStaff)
  changeStaff(@Input() { params, body }: InputOf<typeof contracts.changeStaff>, @Caller() actor: Actor) {
    return this.staff.change(actor, params.id, body);
  }

  @Route(contracts.removeStaff)
  async removeStaff(@Input() { params }: InputOf<typeof contracts.removeStaff>, @Caller() actor: Actor) {
    await this.staff.remove(actor, params.id);
    return done;
  }

  @Route(contracts.listInvitations)
  listInvitations(@Input() { query }: InputOf<typeof contracts.listInvitations>) {
    return this.staff.invitations(query);
  }

  @Route(contracts.inviteStaff)
  invite(@Input() { body }: InputOf<typeof contracts.inviteStaff>, @Caller() actor: Actor) {
    return this.staff.invite(actor, body);
  }

  @Route(contracts.withdrawInvitation)
  async withdraw(@Input() { params }: InputOf<typeof contracts.withdrawInvitation>, @Caller() actor: Actor) {
    await this.staff.withdraw(actor, params.id);
    return done;
  }

  @Route(contracts.linkForStaff)
  linkForStaff(@Input() { params }: InputOf<typeof contracts.linkForStaff>, @Caller() actor: Actor) {
    return this.resets.forStaff(actor, params.id);
  }

  @Route(contracts.resetSecondFactor)
  async resetSecondFactor(@Input() { params }: InputOf<typeof contracts.resetSecondFactor>, @Caller() actor: Actor) {
    await this.secondFactors.reset(actor, params.id);
    return done;
  }

  @Route(contracts.listAudit)
  listAudit(@Input() { query }: InputOf<typeof contracts.listAudit>) {
    return this.audit.list(query);
  }

  @Route(contracts.exportAudit)
  async exportAudit(
    @Input() { query }: InputOf<typeof contracts.exportAudit>,
    @Caller() actor: Actor,
    @Res() reply: FastifyReply,
  ) {
    void sendCsv(reply, 'Audit log', await this.audit.export(actor, query));
  }
}
