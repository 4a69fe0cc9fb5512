import { Controller } from '@nestjs/common';
import { ContactActions } from '#actions';
import * as contracts from '#contracts';
import type {
  ContactActionInput,
  ContactActionName,
  ContactActionPreview,
  ContactActionResult,
  InputOf,
} from '#contracts';
import type { Actor } from '#platform';
import { Caller, Input, RequestKey, Route } from '../../http/routes/route.js';

/** What every route of an action is asked. */
interface Asked<N extends ContactActionName> {
  params: { id: string };
  query: { preview?: 'true' | 'false' | undefined };
  body: ContactActionInput<N>;
}
type Answer = Promise<ContactActionResult | ContactActionPreview>;

/** What support does with one person: a route for each action. */
@Controller()
export class ContactActionsController {
  constructor(private readonly actions: ContactActions) {}

  @Route(contracts.updateEmail)
  updateEmail(
    @Input() input: InputOf<typeof contracts.updateEmail>,
    @Caller() actor: Actor,
    @RequestKey() key?: string,
  ): Answer {
    return this.act('update_email', input, actor, key);
  }

  @Route(contracts.linkAccounts)
  linkAccounts(
    @Input() input: InputOf<typeof contracts.linkAccounts>,
    @Caller() actor: Actor,
    @RequestKey() key?: string,
  ): Answer {
    const { dry_run, ...body } = input.body;
    const query = dry_run ? { preview: 'true' as const } : input.query;
    return this.act('link_accounts', { ...input, query, body }, actor, key);
  }

  @Route(contracts.unlinkAccounts)
  unlinkAccounts(
    @Input() input: InputOf<typeof contracts.unlinkAccounts>,
    @Caller() actor: Actor,
    @RequestKey() key?: string,
  ): Answer {
    return this.act('unlink_accounts', input, actor, key);
  }

  @Route(contracts.resetPassword)
  resetPassword(
    @Input() input: InputOf<typeof contracts.resetPassword>,
    @Caller() actor: Actor,
    @RequestKey() key?: string,
  ): Answer {
    return this.act('reset_password', input, actor, key);
  }

  @Route(contracts.resendWelcome)
  resendWelcome(
    @Input() input: InputOf<typeof contracts.resendWelcome>,
    @Caller() actor: Actor,
    @RequestKey() key?: string,
  ): Answer {
    return this.act('resend_welcome', input, actor, key);
  }

  @Route(contracts.revokeAccess)
  revokeAccess(
    @Input() input: InputOf<typeof contracts.revokeAccess>,
    @Caller() actor: Actor,
    @RequestKey() key?: string,
  ): Answer {
    return this.act('revoke_access', input, actor, key);
  }

  @Route(contracts.restoreAccess)
  restoreAccess(
    @Input() input: InputOf<typeof contracts.restoreAccess>,
    @Caller() actor: Actor,
    @RequestKey() key?: string,
  ): Answer {
    return this.act('restore_access', input, actor, key);
  }

  @Route(contracts.enrollByHand)
  enroll(
    @Input() input: InputOf<typeof contracts.enrollByHand>,
    @Caller() actor: Actor,
    @RequestKey() key?: string,
  ): Answer {
    return this.act('enroll', input, actor, key);
  }

  @Route(contracts.syncOrdersOf)
  syncOrders(
    @Input() input: InputOf<typeof contracts.syncOrdersOf>,
    @Caller() actor: Actor,
    @RequestKey() key?: string,
  ): Answer {
    return this.act('sync_orders', input, actor, key);
  }

  @Route(contracts.eraseContact)
  erase(
    @Input() input: InputOf<typeof contracts.eraseContact>,
    @Caller() actor: Actor,
    @RequestKey() key?: string,
  ): Answer {
    return this.act('erase', input, actor, key);
  }

  @Route(contracts.allowAddress)
  allowAddress(
    @Input() input: InputOf<typeof contracts.allowAddress>,
    @Caller() actor: Actor,
    @RequestKey() key?: string,
  ): Answer {
    return this.act('allow_address', input, actor, key);
  }

  @Route(contracts.listContactActions)
  list(@Input() { params, query }: InputOf<typeof contracts.listContactActions>) {
    return this.actions.list(params.id, query);
  }

  @Route(contracts.listLinkedAccounts)
  links(@Input() { params }: InputOf<typeof contracts.listLinkedAccounts>) {
    return this.actions.links(params.id);
  }

  @Route(contracts.availableContactActions)
  available(@Input() { params }: InputOf<typeof contracts.availableContactActions>, @Caller() actor: Actor) {
    return this.actions.available(params.id, actor);
  }

  @Route(contracts.retryContactAction)
  retry(@Input() { params }: InputOf<typeof contracts.retryContactAction>, @Caller() actor: Actor) {
    return this.actions.retry(params.id, actor);
  }

  private act<N extends ContactActionName>(
    name: N,
    { params, query, body }: Asked<N>,
    actor: Actor,
    key: string | undefined,
  ): Answer {
    return query.preview === 'true'
      ? this.actions.preview(name, params.id, body, actor)
      : this.actions.perform(name, params.id, body, actor, key);
  }
}
