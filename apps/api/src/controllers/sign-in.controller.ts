import { Controller, Req, Res } from '@nestjs/common';
import { Staff, StaffSignIn, type SignInRequest } from '#access';
import * as contracts from '#contracts';
import type { AnswerOf, InputOf } from '#contracts';
import { AppError, type Role } from '#platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Input, Route } from '../http/route.js';

const asSignInRequest = (request: FastifyRequest): SignInRequest => ({
  method: request.method,
  url: request.url,
  headers: request.headers,
  ip: request.ip,
});

interface SignedIn {
  user: { email: string; name: string; role?: string };
}

@Controller()
export class SignInController {
  constructor(
    private readonly signIns: StaffSignIn,
    private readonly staff: Staff,
  ) {}

  @Route(contracts.signIn)
  async signIn(
    @Input() { body }: InputOf<typeof contracts.signIn>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AnswerOf<typeof contracts.signIn>> {
    const { answer, cookies } = await this.signIns.call(asSignInRequest(request), '/sign-in/email', body);
    reply.header('set-cookie', cookies);
    const { user } = answer as SignedIn;
    return { email: user.email, name: user.name, role: (user.role ?? 'viewer') as Role };
  }

  @Route(contracts.signOut)
  async signOut(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AnswerOf<typeof contracts.signOut>> {
    const { cookies } = await this.signIns.call(asSignInRequest(request), '/sign-out', {});
    if (cookies.length > 0) reply.header('set-cookie', cookies);
    return { done: true };
  }

  @Route(contracts.currentSession)
  async session(@Req() request: FastifyRequest): Promise<AnswerOf<typeof contracts.currentSession>> {
    const session = await this.signIns.sessionOf(request.headers);
    if (!session) throw new AppError('not_signed_in', 'Sign in at /sign-in.');
    return { email: session.email, name: session.name, role: session.role };
  }

  @Route(contracts.changePassword)
  async changePassword(
    @Input() { body }: InputOf<typeof contracts.changePassword>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AnswerOf<typeof contracts.changePassword>> {
    const { cookies } = await this.signIns.call(asSignInRequest(request), '/change-password', {
      currentPassword: body.current_password,
      newPassword: body.new_password,
      revokeOtherSessions: true,
    });
    if (cookies.length > 0) reply.header('set-cookie', cookies);
    return { done: true };
  }

  @Route(contracts.acceptInvitation)
  async accept(
    @Input() { body }: InputOf<typeof contracts.acceptInvitation>,
  ): Promise<AnswerOf<typeof contracts.acceptInvitation>> {
    return this.staff.accept(body.token, { name: body.name, password: body.password });
  }
}
