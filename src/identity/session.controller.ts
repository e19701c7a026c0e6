import { Body, Controller, Delete, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { IsString, MaxLength, MinLength } from 'class-validator';
import type { Request, Response } from 'express';
import { orThrow } from '../platform/http';
import { sessionTokenOf } from './authentication';
import type { Actor } from './core/actor';
import { Caller, CsrfToken, personOrThrow, Public, Requires } from './declarations';
import { SessionCookie } from './session-cookie';
import { SignIn } from './sign-in';

export class SignInBody {
  @IsString() @MinLength(1) @MaxLength(200) readonly username!: string;
  @IsString() @MinLength(1) @MaxLength(1000) readonly password!: string;
}

@Controller('api/session')
export class SessionController {
  constructor(private readonly signIn: SignIn, private readonly cookie: SessionCookie) {}

  @Post()
  @HttpCode(204)
  @Public('Nobody is signed in yet; guarded by Sec-Fetch-Site and five attempts a minute.')
  async open(@Body() body: SignInBody, @Res({ passthrough: true }) response: Response): Promise<void> {
    this.cookie.set(response, orThrow(await this.signIn.signIn(body.username, body.password)));
  }

  @Get()
  @Requires()
  show(@Caller() actor: Actor, @CsrfToken() csrfToken: string | null) {
    const person = personOrThrow(actor, 'have a session');
    return { person: { id: person.personId, username: person.username, displayName: person.displayName }, permissions: [...person.permissions].sort(), csrfToken };
  }

  @Delete()
  @HttpCode(204)
  @Requires()
  async close(@Caller() actor: Actor, @Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<void> {
    const token = sessionTokenOf(request);
    if (token !== null) await this.signIn.signOut(token, personOrThrow(actor, 'have a session').personId);
    this.cookie.clear(response);
  }
}
