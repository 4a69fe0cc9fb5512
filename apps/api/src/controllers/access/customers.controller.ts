import { Controller, Req, Res } from '@nestjs/common';
import * as contracts from '#contracts';
import type { AnswerOf, InputOf } from '#contracts';
import { activeCourses, CustomerSignIn, PasswordLinks, PasswordMails, type CustomerSession } from '#customers';
import { Database } from '#platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Customer, Input, Route } from '../../http/routes/route.js';

const done = { done: true } as const;

const present = ({ email, name }: CustomerSession) => ({ email, name });

/** What customers do themselves: signing in, choosing a password, and seeing their courses. */
@Controller()
export class CustomersController {
  constructor(
    private readonly database: Database,
    private readonly signIns: CustomerSignIn,
    private readonly links: PasswordLinks,
    private readonly mails: PasswordMails,
  ) {}

  @Route(contracts.customerSignIn)
  async signIn(
    @Input() { body }: InputOf<typeof contracts.customerSignIn>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AnswerOf<typeof contracts.customerSignIn>> {
    const { session, cookies } = await this.signIns.signIn(request, body);
    reply.header('set-cookie', cookies);
    return present(session);
  }

  @Route(contracts.customerSignOut)
  async signOut(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AnswerOf<typeof contracts.customerSignOut>> {
    const cookies = await this.signIns.signOut(request);
    if (cookies.length > 0) reply.header('set-cookie', cookies);
    return done;
  }

  @Route(contracts.askForCustomerPassword)
  async askForPassword(
    @Input() { body }: InputOf<typeof contracts.askForCustomerPassword>,
    @Req() request: FastifyRequest,
  ): Promise<AnswerOf<typeof contracts.askForCustomerPassword>> {
    this.signIns.assertTrustedOrigin(request.headers);
    await this.mails.ask(body.email, request.ip);
    return done;
  }

  @Route(contracts.setCustomerPassword)
  async setPassword(
    @Input() { body }: InputOf<typeof contracts.setCustomerPassword>,
    @Req() request: FastifyRequest,
  ): Promise<AnswerOf<typeof contracts.setCustomerPassword>> {
    this.signIns.assertTrustedOrigin(request.headers);
    return this.links.take(body.token, body.password);
  }

  @Route(contracts.currentCustomer)
  me(@Customer() customer: CustomerSession): AnswerOf<typeof contracts.currentCustomer> {
    return present(customer);
  }

  @Route(contracts.listMyCourses)
  courses(
    @Input() { query }: InputOf<typeof contracts.listMyCourses>,
    @Customer() customer: CustomerSession,
  ): Promise<AnswerOf<typeof contracts.listMyCourses>> {
    return activeCourses(this.database, customer.id, query);
  }
}
