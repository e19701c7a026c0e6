// Every error leaves as application/problem+json. What nobody expected leaves without its stack (P40): it is logged once under
// an id, and the id is what the person gets.
import { randomUUID } from 'node:crypto';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Bug, scrubText, type Refusal } from '../../kernel';
import { refusalOfDatabase } from './database-refusal';
import { problemOf, ProblemException, type Problem } from './problem';

/** What a problem is told to; pino's loggers fit. */
export interface HttpLog { error(facts: object, text: string): void }
/** HTML for a person whose browser asked for a page, where to send that person instead, or null to answer with JSON. */
export type ProblemPage = (problem: Problem, request: Request) => ProblemAnswer | Promise<ProblemAnswer>;
export type ProblemAnswer = string | { readonly redirect: string } | null;

@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: HttpLog | null, private readonly page: ProblemPage | null) {}

  async catch(trouble: unknown, host: ArgumentsHost): Promise<void> {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const problem = this.problemOf(trouble, request);
    if (response.headersSent) {
      response.end();
      return;
    }
    if (trouble instanceof ProblemException) response.set(trouble.headers);
    response.status(problem.status).set('Cache-Control', 'no-store');
    const answer = await this.pageOf(problem, request);
    if (typeof answer === 'string') response.type('html').send(answer);
    else if (answer !== null) response.redirect(303, answer.redirect);
    else response.type('application/problem+json').send(JSON.stringify(problem));
  }

  /** A page that cannot be drawn must not hide the problem that it was to show. */
  private async pageOf(problem: Problem, request: Request): Promise<ProblemAnswer> {
    if (this.page === null || request.accepts(['json', 'html']) !== 'html') return null;
    try {
      return await this.page(problem, request);
    } catch (trouble) {
      this.unexpected(trouble, request);
      return null;
    }
  }

  private problemOf(trouble: unknown, request: Request): Problem {
    if (trouble instanceof ProblemException) return problemOf(trouble.refusal, trouble.status, trouble.errors);
    const known = refusalOfDatabase(trouble) ?? refusalOfReader(trouble) ?? refusalOfNest(trouble, request);
    return known === null ? this.unexpected(trouble, request) : problemOf(known);
  }

  private unexpected(trouble: unknown, request: Request): Problem {
    const id = randomUUID();
    const bug = trouble instanceof Bug;
    const text = trouble instanceof Error ? (trouble.stack ?? trouble.message) : String(trouble);
    this.log?.error({ id, method: request.method, path: request.path, trouble: scrubText(text) }, bug ? 'a bug in Sluice stopped a request' : 'an unexpected error stopped a request');
    return problemOf({
      code: bug ? 'internal.bug' : 'internal.error',
      summary: bug ? 'Sluice contradicted itself and stopped this request.' : 'Sluice could not answer this request.',
      observed: `error ${id}`,
      next: `Look for ${id} in Sluice's log; look at the present state before you try again.`,
    });
  }
}

/** Errors of the body reader and the router, which carry a status and a type of their own. */
function refusalOfReader(trouble: unknown): Refusal | null {
  const { type, limit, length, status } = (trouble ?? {}) as { readonly type?: unknown; readonly limit?: unknown; readonly length?: unknown; readonly status?: unknown };
  if (type === 'entity.too.large') return { code: 'request.too-large', summary: 'The body of the request is too large.', observed: `${String(length ?? 'more')} bytes; at most ${String(limit)} are read`, next: 'Send less at once.' };
  if (type === 'encoding.unsupported' || type === 'charset.unsupported') return { code: 'request.media-type', summary: 'The body of the request has an encoding that is not read here.', observed: String(type), next: 'Send JSON in UTF-8.' };
  if (type === 'entity.parse.failed' || type === 'request.size.invalid' || type === 'request.aborted' || trouble instanceof URIError || (typeof type === 'string' && status === 400)) {
    return { code: 'request.not-readable', summary: 'The request could not be read.', observed: trouble instanceof Error ? scrubText(trouble.message).slice(0, 200) : String(type), next: 'Send a whole JSON body with its Content-Type.' };
  }
  return null;
}

function refusalOfNest(trouble: unknown, request: Request): Refusal | null {
  if (!(trouble instanceof HttpException)) return null;
  const status = trouble.getStatus();
  if (status === 404) return { code: 'request.not-found', summary: 'There is nothing at this address.', observed: `${request.method} ${request.path}`, next: 'Look at /api/docs for the addresses there are.' };
  if (status < 500) return { code: 'request.not-readable', summary: 'The request could not be read.', observed: scrubText(trouble.message).slice(0, 200), next: 'Correct the request; /api/docs shows its shape.' };
  return null;
}
