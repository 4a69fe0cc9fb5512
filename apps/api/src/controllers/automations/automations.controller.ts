import { Controller, Res } from '@nestjs/common';
import {
  automationById,
  automationPage,
  Automations,
  drawnAs,
  Lifecycle,
  Presence,
  Publishing,
  Recipes,
  versionByNumber,
  versionPage,
  type AutomationRow,
} from '#automations';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import { automationStats, EngineVersions, explainEntry, mailHelp, RunControls } from '#engine';
import { diff, withoutSecrets } from '#graph';
import { Config, Database, type Actor } from '#platform';
import type { FastifyReply } from 'fastify';
import { presentAutomation, presentNodeTypes } from './automation.presenter.js';
import { attachment } from '../../http/pages/download.js';
import { Caller, Input, Route } from '../../http/routes/route.js';

@Controller()
export class AutomationsController {
  constructor(
    private readonly database: Database,
    private readonly automations: Automations,
    private readonly publishing: Publishing,
    private readonly recipes: Recipes,
    private readonly lifecycle: Lifecycle,
    private readonly presence: Presence,
    private readonly versions: EngineVersions,
    private readonly runs: RunControls,
    private readonly config: Config,
  ) {}

  private get help() {
    const { hasPostmark, usesPostmarksOwnApi, mailWouldPointHere, env } = this.config;
    if (!hasPostmark) return mailHelp;
    return {
      ...mailHelp,
      needsSender: env.CORTEX_SENDER === undefined,
      needsForMail: {
        postal_address: env.CORTEX_POSTAL_ADDRESS === undefined,
        links_point_here: mailWouldPointHere,
      },
      realMail: usesPostmarksOwnApi,
    };
  }

  /** One automation with everything that is wrong with its draft, as the editor needs it. */
  private async shown(row: AutomationRow, actor: Actor) {
    return presentAutomation(row, await this.publishing.problemsOf(row, this.help, actor));
  }

  @Route(contracts.listAutomations)
  async list(@Input() { query }: InputOf<typeof contracts.listAutomations>) {
    const page = await automationPage(this.database, query);
    return { ...page, items: page.items.map((row) => presentAutomation(row)) };
  }

  @Route(contracts.createAutomation)
  async create(@Input() { body }: InputOf<typeof contracts.createAutomation>, @Caller() actor: Actor) {
    const { recipe, ...given } = body;
    const made = recipe
      ? await this.recipes.begin(actor, recipe, given.name)
      : await this.automations.create(actor, given);
    return this.shown(made, actor);
  }

  @Route(contracts.importAutomation)
  async importOne(@Input() { body }: InputOf<typeof contracts.importAutomation>, @Caller() actor: Actor) {
    const { format: _format, ...given } = body;
    return this.shown(await this.automations.bringIn(actor, given), actor);
  }

  @Route(contracts.listAutomationNodes)
  nodeTypes() {
    return presentNodeTypes();
  }

  @Route(contracts.getAutomation)
  async get(@Input() { params }: InputOf<typeof contracts.getAutomation>, @Caller() actor: Actor) {
    return this.shown(await automationById(this.database, params.id), actor);
  }

  @Route(contracts.putAutomation)
  async put(@Input() { params, body }: InputOf<typeof contracts.putAutomation>, @Caller() actor: Actor) {
    const { base_revision, ...changes } = body;
    return this.shown(await this.automations.put(actor, params.id, base_revision, changes), actor);
  }

  @Route(contracts.deleteAutomation)
  async remove(@Input() { params }: InputOf<typeof contracts.deleteAutomation>, @Caller() actor: Actor) {
    await this.automations.remove(actor, params.id);
  }

  @Route(contracts.operateAutomation)
  async operate(@Input() { params, body }: InputOf<typeof contracts.operateAutomation>, @Caller() actor: Actor) {
    const { base_revision, operations, batch } = body;
    return { revision: await this.automations.operate(actor, params.id, base_revision, operations, batch) };
  }

  @Route(contracts.listOperations)
  operations(@Input() { params, query }: InputOf<typeof contracts.listOperations>) {
    return this.automations.since(params.id, query.since, 100);
  }

  @Route(contracts.setSecret)
  setSecret(@Input() { body }: InputOf<typeof contracts.setSecret>, @Caller() actor: Actor) {
    return this.automations.setSecret(actor, body.value, body.url);
  }

  @Route(contracts.getPresence)
  present(@Input() { params }: InputOf<typeof contracts.getPresence>) {
    return this.presence.look(params.id);
  }

  @Route(contracts.sayPresence)
  say(@Input() { params, body }: InputOf<typeof contracts.sayPresence>, @Caller() actor: Actor) {
    const mayHold = actor.kind === 'staff' && contracts.permissions.change.roles.includes(actor.role);
    return this.presence.say(actor, mayHold, params.id, body);
  }

  @Route(contracts.validateAutomation)
  validate(@Input() { params, body }: InputOf<typeof contracts.validateAutomation>, @Caller() actor: Actor) {
    return this.publishing.validate(params.id, body, this.help, actor);
  }

  @Route(contracts.publishAutomation)
  publish(@Input() { params, body }: InputOf<typeof contracts.publishAutomation>, @Caller() actor: Actor) {
    return this.publishing.publish(actor, params.id, body, this.help);
  }

  @Route(contracts.pauseAutomation)
  async pause(@Input() { params }: InputOf<typeof contracts.pauseAutomation>, @Caller() actor: Actor) {
    return this.shown(await this.lifecycle.pause(actor, params.id), actor);
  }

  @Route(contracts.resumeAutomation)
  async resume(@Input() { params }: InputOf<typeof contracts.resumeAutomation>, @Caller() actor: Actor) {
    return this.shown(await this.lifecycle.resume(actor, params.id), actor);
  }

  @Route(contracts.archiveAutomation)
  async archive(@Input() { params }: InputOf<typeof contracts.archiveAutomation>, @Caller() actor: Actor) {
    return this.shown(await this.lifecycle.archive(actor, params.id), actor);
  }

  @Route(contracts.stopAutomation)
  async stop(@Input() { params, body }: InputOf<typeof contracts.stopAutomation>, @Caller() actor: Actor) {
    return this.shown(await this.lifecycle.stop(actor, params.id, body.confirm), actor);
  }

  @Route(contracts.duplicateAutomation)
  async duplicate(@Input() { params, body }: InputOf<typeof contracts.duplicateAutomation>, @Caller() actor: Actor) {
    return this.shown(await this.automations.duplicate(actor, params.id, body?.name), actor);
  }

  @Route(contracts.exportAutomation)
  async exportOne(
    @Input() { params }: InputOf<typeof contracts.exportAutomation>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { name, draft_graph, settings } = await automationById(this.database, params.id);
    reply.header('content-disposition', attachment(name, 'json'));
    return { format: 'cortex.automation/1' as const, name, graph: withoutSecrets(draft_graph), settings };
  }

  @Route(contracts.listVersions)
  listVersions(@Input() { params, query }: InputOf<typeof contracts.listVersions>) {
    return versionPage(this.database, params.id, query);
  }

  @Route(contracts.getVersion)
  getVersion(@Input() { params }: InputOf<typeof contracts.getVersion>) {
    return versionByNumber(this.database, params.id, params.n);
  }

  @Route(contracts.diffVersions)
  async diff(@Input() { params, query }: InputOf<typeof contracts.diffVersions>) {
    const [before, after] = await Promise.all([
      drawnAs(this.database, params.id, query.from),
      drawnAs(this.database, params.id, query.to),
    ]);
    const changes = diff(before, after);
    return { ...query, sentences: changes.map(({ sentence }) => sentence), changes };
  }

  @Route(contracts.enterAutomation)
  enter(@Input() { params, body }: InputOf<typeof contracts.enterAutomation>, @Caller() actor: Actor) {
    return this.runs.enter(actor, params.id, body.contact_email);
  }

  @Route(contracts.automationStats)
  async stats(@Input() { params, query }: InputOf<typeof contracts.automationStats>) {
    await automationById(this.database, params.id);
    return automationStats(this.database, params.id, query);
  }

  @Route(contracts.explainAutomation)
  async explain(@Input() { params, query }: InputOf<typeof contracts.explainAutomation>) {
    await automationById(this.database, params.id);
    return explainEntry(this.database, this.versions, params.id, query.contact_email);
  }
}
