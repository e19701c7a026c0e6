// `POST /graphql/`: a document, run for its caller. What is wrong with a document is a 200 with `data: null`, in the words of graphql-core
// (which quotes with apostrophes where the JavaScript original does not); only what is no document at all has another status.
import { GraphQLError, executeSync, parse, validate, visit } from 'graphql';
import type { DocumentNode, ExecutionResult } from 'graphql';
import { authenticate } from '../auth/authenticate';
import type { Caller } from '../auth/authenticate';
import { Rights } from '../auth/rights';
import { sessionCaller } from '../auth/session';
import { activeBranch } from '../branching/active-branch';
import { html, json, text } from '../http/exchange';
import type { Answer, Call } from '../http/exchange';
import { failureOf } from '../http/failure';
import { isObject } from '../store/row';
import type { Json, JsonObject } from '../store/row';
import type { State } from '../store/state';
import { Forbidden, PlainText } from '../write/errors';
import { Context } from './context';
import { schema } from './schema';

/** GRAPHQL_MAX_ALIASES */
const MOST_ALIASES = 10;

interface Asked { readonly query: string; readonly variables: JsonObject; readonly operation: string | null }

function bodyOf(call: Call): Json {
  if (call.method === 'GET') return Object.fromEntries([...call.query].map(([key, values]) => [key, values.at(-1) ?? '']));
  try {
    return JSON.parse(call.body) as Json;
  } catch {
    throw new PlainText(400, 'Unable to parse request body as JSON');
  }
}

function askedOf(call: Call): Asked {
  const body = bodyOf(call);
  const { query, variables, operationName } = isObject(body) ? body : {};
  if (typeof query !== 'string') throw new PlainText(400, 'No GraphQL query found in the request');
  return { query, variables: isObject(variables) ? variables : {}, operation: typeof operationName === 'string' ? operationName : null };
}

function tooManyAliases(document: DocumentNode): readonly GraphQLError[] {
  let aliases = 0;
  visit(document, { Field: (node) => void (aliases += node.alias === undefined ? 0 : 1) });
  return aliases > MOST_ALIASES ? [new GraphQLError(`${aliases} aliases found. Allowed: ${MOST_ALIASES}`)] : [];
}

function run(asked: Asked, context: Context): ExecutionResult {
  let document: DocumentNode;
  try {
    document = parse(asked.query);
  } catch (error) {
    if (error instanceof GraphQLError) return { data: null, errors: [error] };
    throw error;
  }
  const problems = [...validate(schema(), document), ...tooManyAliases(document)];
  if (problems.length > 0) return { data: null, errors: problems };
  return executeSync({ schema: schema(), document, contextValue: context, variableValues: asked.variables, operationName: asked.operation });
}

function shown({ data, errors }: ExecutionResult): JsonObject {
  const plain = JSON.parse(JSON.stringify({ data: data ?? null, ...(errors === undefined ? {} : { errors }) })) as { data: Json; errors?: readonly { message: string }[] };
  return { data: plain.data, ...(plain.errors === undefined ? {} : { errors: plain.errors.map((error) => ({ ...error, message: error.message.replace(/"/g, "'") })) }) };
}

function answer(state: State, call: Call, as: Caller | undefined): Answer {
  if (call.method !== 'GET' && call.method !== 'POST') throw new PlainText(405, 'GraphQL only supports GET and POST requests.');
  const seen = activeBranch(state, call);
  const { authorization } = call.headers;
  const session = as ?? sessionCaller(state, call);
  if (session === undefined && authorization === undefined) throw new Forbidden('No credentials provided.');
  const caller = session ?? authenticate(state, authorization, call.address);
  return json(200, shown(run(askedOf(call), new Context(seen, new Rights(state, caller)))));
}

export function graphql(state: State, call: Call, as?: Caller): Answer {
  try {
    return answer(state, call, as);
  } catch (error) {
    if (error instanceof Forbidden) return html(403, error.message);
    if (error instanceof PlainText && error.message !== 'Invalid branch identifier') return text(error.status, error.message);
    return failureOf(error);
  }
}
