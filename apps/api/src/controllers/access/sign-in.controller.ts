import { Controller, Req, Res } from '@nestjs/common';
import { PasswordResets, Staff, StaffSignIn, type StaffSession } from '#access';
import * as contracts from '#contracts';
import type { AnswerOf, InputOf } from '#contracts';
import { AppError, type Actor } from '#platform';
import { ResetMail } from '#send';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Caller, Input, Route } from '../../http/routes/route.js';

const done = { done: true } as const;

const present = ({ email, name, role, second_factor, second_factor_missing }: StaffSession) => ({
  ...{ email, name, role, second_factor, second_factor_missing },
});

const setCookies = (reply: FastifyReply, cookies: string[]): void => {
  if (cookies.length > 0) reply.header('set-cookie', cookies);
};

@Controller()
export class SignInController {
  constructor(
    private readonly signIns: StaffSignIn,
    private readonly staff: Staff,
    private readonly resets: PasswordResets,
    private readonly resetMail: ResetMail,
  ) {}

  @Route(contracts.signIn)
  async signIn(
    @Input() { body }: InputOf<typeof contracts.signIn>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AnswerOf<typeof contracts.signIn>> {
    const { session, cookies } = await this.signIns.signIn(request, body);
    setCookies(reply, cookies);
    return present(session);
  }

  @Route(contracts.askForPasskey)
  async askForPasskey(@Req() request: FastifyRequest): Promise<AnswerOf<typeof contracts.askForPasskey>> {
    return { options: { ...(await this.signIns.askForPasskey(request)) } };
  }

  @Route(contracts.signInByPasskey)
  async signInByPasskey(
    @Input() { body }: InputOf<typeof contracts.signInByPasskey>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AnswerOf<typeof contracts.signInByPasskey>> {
    const { session, cookies } = await this.signIns.signInByPasskey(request, body.response);
    setCookies(reply, cookies);
    return present(session);
  }

  @Route(contracts.signOut)
  async signOut(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AnswerOf<typeof contracts.signOut>> {
    setCookies(reply, await this.signIns.signOut(request));
    return done;
  }

  @Route(contracts.currentSession)
  async session(@Req() request: FastifyRequest): Promise<AnswerOf<typeof contracts.currentSession>> {
    const session = await this.signIns.sessionOf(request.headers);
    if (!session) throw new AppError('not_signed_in', 'Sign in at /sign-in.');
    return present(session);
  }

  @Route(contracts.changePassword)
  async changePassword(
    @Input() { body }: InputOf<typeof contracts.changePassword>,
    @Caller() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AnswerOf<typeof contracts.changePassword>> {
    const change = { current: body.current_password, next: body.new_password };
    setCookies(reply, await this.signIns.changePassword(request, actor, change));
    return done;
  }

  @Route(contracts.acceptInvitation)
  async accept(
    @Input() { body }: InputOf<typeof contracts.acceptInvitation>,
    @Req() request: FastifyRequest,
  ): Promise<AnswerOf<typeof contracts.acceptInvitation>> {
    this.signIns.assertTrustedOrigin(request.headers);
    return this.staff.accept(body.token, { name: body.name, password: body.password });
  }

  @Route(contracts.askForReset)
  async askForReset(
    @Input() { body }: InputOf<typeof contracts.askForReset>,
    @Req() request: FastifyRequest,
  ): Promise<AnswerOf<typeof contracts.askForReset>> {
    this.signIns.assertTrustedOrigin(request.headers);
    await this.resetMail.ask(body.email, request.ip);
    return done;
  }

  @Route(contracts.takeReset)
  async takeReset(
    @Input() { body }: InputOf<typeof contracts.takeReset>,
    @Req() request: FastifyRequest,
  ): Promise<AnswerOf<typeof contracts.takeReset>> {
    this.signIns.assertTrustedOrigin(request.headers);
    return this.resets.take(body.token, body.password);
  }
}
