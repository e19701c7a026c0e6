import { Body, Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import type { Request, Response } from 'express';
import { h } from 'preact';
import { Caller, callerOf, personOrThrow, Public, Requires, SessionCookie, sessionTokenOf, SignIn, type Actor } from '../identity';
import { statusOf } from '../platform/http';
import { nextPath } from './next-path';
import { PageMaker } from './page-maker';
import { SignInPage } from './pages/sign-in-page';
import { UiParts } from './ui-parts';

export class SignInForm {
  @IsString() @MaxLength(200) readonly username!: string;
  @IsString() @MaxLength(1000) readonly password!: string;
  @IsOptional() @IsString() @MaxLength(500) readonly next?: string;
}

@Controller()
export class SignInPagesController {
  constructor(private readonly signIn: SignIn, private readonly cookie: SessionCookie, private readonly pages: PageMaker, private readonly ui: UiParts) {}

  @Get('sign-in')
  @Public('Nobody is signed in yet.')
  async form(@Req() request: Request, @Res() response: Response, @Query('next') next?: string): Promise<void> {
    if (callerOf(request).actor !== null) response.redirect(303, nextPath(next));
    else response.send(await this.page(request, nextPath(next), '', null));
  }

  @Post('sign-in')
  @Public('Nobody is signed in yet; guarded by Sec-Fetch-Site and five attempts a minute.')
  async open(@Req() request: Request, @Res() response: Response, @Body() form: SignInForm): Promise<void> {
    const opened = await this.signIn.signIn(form.username, form.password);
    if (opened.ok) {
      this.cookie.set(response, opened.value);
      response.redirect(303, nextPath(form.next));
    } else {
      response.status(statusOf(opened.error.code)).send(await this.page(request, nextPath(form.next), form.username, opened.error));
    }
  }

  @Post('sign-out')
  @HttpCode(303)
  @Requires()
  async close(@Req() request: Request, @Res() response: Response, @Caller() actor: Actor): Promise<void> {
    const token = sessionTokenOf(request);
    if (token !== null) await this.signIn.signOut(token, personOrThrow(actor, 'have a session').personId);
    this.cookie.clear(response);
    response.redirect(303, '/sign-in');
  }

  private page(request: Request, next: string, username: string, refusal: Parameters<typeof SignInPage>[0]['refusal']): Promise<string> {
    return this.pages.page(request, 'Sign in', h(SignInPage, { mode: this.ui.options.mode, next, username, refusal }));
  }
}
